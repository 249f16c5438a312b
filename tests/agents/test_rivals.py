"""The strongest rivals: each does what its paper says, worked out by hand or beside torch's own."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import OverPortsConfig, TransformerOverTimeConfig, build_agent, count_parameters, load_agent, save_agent
from agents.parts.attention import Heads
from agents.parts.context import Context
from agents.parts.mixing import Pool
from badger_envs.registry import get_spec
from baselines.experiments.rival_agents import RIVALS
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, cut, generator, made, state_in_mid_life

GUESSING = "Badger/Guessing-v0"
NAMES = ("hypernetwork", "transformer over time", "transformer over ports", "deep sets", "deep sets, sum")
ANY_SIZE = ("transformer over ports", "deep sets", "deep sets, sum")
every_rival = pytest.mark.parametrize("name", NAMES)


def life(agent, shown):
    """Actions (T, B, P, A) of what ports show (T, B, P, F)."""
    state, actions = agent.initial_state(shown.shape[1], shown.shape[2], generator=generator()), []
    for seen in shown:
        action, state = agent(seen, state)
        actions.append(action)
    return torch.stack(actions)


@every_rival
def test_rivals_run_under_vmap(name):
    assert_runs_under_vmap(made(name))
    assert_runs_under_vmap(made(name, presence_changes=True))


@every_rival
def test_loaded_rival_acts_as_the_saved_one_does(name, tmp_path):
    agent = made(name)
    save_agent(agent, tmp_path)
    shown = torch.randn(4, B, P, F)
    assert torch.equal(life(load_agent(tmp_path), shown), life(agent, shown))


@every_rival
def test_rivals_train_on_a_range_of_sizes_and_resume_bit_for_bit(name, tmp_path):
    loop, task = BPTT(updates=6, batch=4, stages=(Stage(sizes=(2, 5)),)), {"dims": 2, "horizon": 4}
    whole, cut_short, resumed = made(name), made(name), made(name)
    train(whole, GUESSING, task, loop, seed=1, points=6)

    def interrupt(update, point):
        if update == 3:
            raise KeyboardInterrupt

    how = {"seed": 1, "points": 6, "checkpoint": tmp_path / "checkpoint"}
    with pytest.raises(KeyboardInterrupt):
        train(cut_short, GUESSING, task, loop, on_update=interrupt, **how)
    train(resumed, GUESSING, task, loop, **how)
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), resumed.parameters(), strict=True))


@every_rival
def test_rivals_learn_by_ppo(name):
    agent = made(name)
    before = [parameter.clone() for parameter in agent.parameters()]
    train(agent, GUESSING, {"dims": 2, "horizon": 3}, PPO(updates=2, batch=8), seed=0)
    assert not any(torch.equal(*both) for both in zip(agent.parameters(), before, strict=True))


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
@pytest.mark.parametrize("task", ["Badger/Guessing-v0", "Badger/Routing-v0", "Badger/ModularReacher-v0"])
def test_rivals_come_within_a_tenth_of_the_parameters_of_the_others(rival, task):
    config = rival.fitted(get_spec(task).make_task(), 8000)
    assert abs(count_parameters(build_agent(rival.kind, config)) / 8000 - 1) <= 0.1


def test_hypernetwork_begins_as_one_policy_for_all_tasks_and_does_not_stay_so():
    torch.manual_seed(0)
    agent = build_agent("Hypernetwork", {"port_features": F, "max_ports": P})
    seen = torch.randn(B, P, F)
    born, lived = agent.initial_state(B, P), state_in_mid_life(agent)
    lived = lived._replace(previous=None)  # the policy sees the present alone
    assert torch.equal(agent(seen, born)[0], agent(seen, lived)[0])
    assert agent(seen, born)[0].std() > 0.01
    train(agent, GUESSING, {"dims": P, "horizon": 4}, BPTT(updates=4, batch=4), seed=0)
    assert not torch.allclose(agent(seen, born)[0], agent(seen, lived)[0])


def test_hypernetwork_is_a_perceptron_with_the_weights_that_it_generates():
    agent = made("hypernetwork")
    memory, inputs = torch.randn(2, 8), torch.randn(2, agent.padding.size)
    first, second = agent._layers(agent.generate(memory))
    for life_number in range(2):
        policy = torch.nn.Sequential(torch.nn.Linear(agent.padding.size, 4), torch.nn.Tanh(), torch.nn.Linear(4, P + 1))
        with torch.no_grad():
            for layer, weights in ((policy[0], first), (policy[2], second)):
                layer.weight.copy_(weights[life_number, :, :-1])
                layer.bias.copy_(weights[life_number, :, -1])
        assert torch.allclose(policy(inputs[life_number]), agent.output(memory, inputs)[life_number], atol=1e-6)


def test_heads_attend_as_those_of_torch_do():
    query, key, value = torch.randn(3, 2, 5, 6)
    closed = torch.zeros(2, 1, 5, dtype=torch.bool)
    closed[0, 0, 3] = True
    bias = torch.randn(2, 5, 5)
    apart = [part.view(2, 5, 2, 3).transpose(1, 2) for part in (query, key, value)]
    mask = bias.masked_fill(closed[:, None], -torch.inf)
    expected = torch.nn.functional.scaled_dot_product_attention(*apart, attn_mask=mask).transpose(1, 2).flatten(2)
    assert torch.allclose(Heads(2)(query, key, value, bias, closed), expected, atol=1e-6)
    assert (Heads(2)(query, key, value, closed=torch.ones(2, 1, 5, dtype=torch.bool)) == 0.0).all()


def test_older_steps_weigh_less_by_the_slopes_of_alibi():
    context = Context(1, 8, 1, 8, 3)
    by_age = context._by_age(torch.zeros(1))[:, 0]
    assert by_age[:, -1].tolist() == [0.0] * 8
    assert by_age[:, 0].tolist() == [-3 * 0.5**head for head in range(1, 9)]
    assert Context(1, 4, 1, 2, 1)._by_age(torch.zeros(1))[:, 0, 0].tolist() == [-(2.0**-4), -(2.0**-8)]


@given(steps=st.integers(1, 6), layers=st.integers(1, 3), heads=st.integers(1, 3))
@settings(deadline=None, max_examples=10)
def test_steps_one_by_one_equal_causal_attention_to_all_of_them_at_once(steps, layers, heads):
    torch.manual_seed(steps)
    context, shown = Context(3, 7, layers, heads, 8).double(), torch.randn(steps, 2, 3, dtype=torch.float64)
    memory, private = (part[0].double() for part in context.initial_state(1, 2, None))
    found = []
    for seen in shown:
        memory, private = context(seen, memory, private)
        found.append(memory)
    age = torch.arange(steps)[:, None] - torch.arange(steps)  # (T, T)
    slopes = torch.tensor([2.0 ** (-8.0 / heads * head) for head in range(1, heads + 1)], dtype=torch.float64)
    bias = (-slopes[:, None, None] * age).masked_fill(age < 0, -torch.inf)
    tokens = context.embed(shown).transpose(0, 1)  # (N, T, H)
    for block in context.blocks:
        tokens = block(tokens, context.blocks.attend(*block.compare(tokens), bias))
    assert torch.allclose(torch.stack(found, dim=1), context.norm(tokens), atol=1e-12)


def test_transformer_over_time_knows_the_last_steps_and_none_before():
    agent = made("transformer over time", layers=1)  # with more layers it hears of older steps from the last ones
    shown = torch.randn(6, B, P, F)
    changed = shown.clone()
    changed[1] += 1.0
    moved = (life(agent, shown) - life(agent, changed)).abs().amax(dim=(1, 2, 3)) > 1e-5
    # The change at step 1 is seen then, as a difference one step later, and for two steps more.
    assert moved.tolist() == [False, True, True, True, True, False]


def test_transformer_over_time_that_forgot_all_is_as_at_birth():
    agent = made("transformer over time")
    state = state_in_mid_life(agent)
    assert state.private.any()
    blank = agent.reset_memory(state, torch.ones(1, agent.config.hidden_size, dtype=torch.bool))
    assert not blank.private.any()
    seen = torch.randn(B, P, F)
    born = agent.initial_state(B, P)._replace(previous=state.previous)
    assert torch.equal(agent(seen, blank)[0], agent(seen, born)[0])


@pytest.mark.parametrize("name", ANY_SIZE)
@pytest.mark.parametrize("ports", [1, 2, 9, 21])
def test_rivals_over_ports_take_any_number_of_them(name, ports):
    agent = made(name, identity="none")
    assert life(agent, torch.randn(3, 2, ports, F)).shape == (3, 2, ports, 1)
    assert made(name, identity="one_hot").accepts(16)
    assert not made(name, identity="one_hot").accepts(17)


@given(ports=st.integers(1, 6), name=st.sampled_from(ANY_SIZE))
@settings(deadline=None, max_examples=15)
def test_permuting_ports_permutes_actions(ports, name):
    agent = made(name, identity="none")
    order = torch.randperm(ports, generator=generator(ports))
    shown = torch.randn(4, 2, ports, F)
    assert torch.allclose(life(agent, shown)[:, :, order], life(agent, shown[:, :, order]), atol=1e-5)


@pytest.mark.parametrize("name", ANY_SIZE)
def test_life_beside_an_absent_port_equals_one_without_that_port(name):
    agent = made(name, identity="none", presence_changes=True)
    shown = torch.randn(4, B, P, F)
    shown[:, :, 2] = 0.0
    others = torch.tensor([0, 1, 3])
    assert torch.allclose(life(agent, shown)[:, :, others], life(agent, shown[:, :, others]), atol=1e-6)


def test_pool_gives_the_mean_and_the_sum_of_those_who_are_there():
    values, absent = torch.tensor([[[1.0], [2.0], [6.0]]]), torch.tensor([[False, True, False]])
    assert Pool(mean=True)(values)[0, :, 0].tolist() == [3.0] * 3
    assert Pool(mean=False)(values)[0, :, 0].tolist() == [9.0] * 3
    assert Pool(mean=True)(values, absent)[0, :, 0].tolist() == [3.5] * 3
    assert Pool(mean=False)(values, absent)[0, :, 0].tolist() == [7.0] * 3
    assert Pool(mean=True)(values, torch.ones_like(absent)).tolist() == [[[0.0]] * 3]


@pytest.mark.parametrize("name", ANY_SIZE)
def test_silence_cuts_everything_that_ports_are_told_of_each_other(name):
    agent = made(name)
    shown = torch.randn(5, B, P, F)
    changed = shown.clone()
    changed[0, :, 0] += 1.0
    moved = (life(agent, shown) - life(agent, changed)).abs().amax(dim=(0, 1, 3))  # (P,)
    assert (moved > 0).all()
    agent.message_module.register_forward_hook(cut)
    moved = (life(agent, shown) - life(agent, changed)).abs().amax(dim=(0, 1, 3))  # (P,)
    assert moved[0] > 0
    assert (moved[1:] == 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TransformerOverTimeConfig(3, 4, window=0), "window must be an integer of at least 1, got 0"),
        (lambda: TransformerOverTimeConfig(3, 4, hidden_size=3, heads=4), "heads must be at most .*, 3, got 4"),
        (lambda: OverPortsConfig(3, hidden_size=1), "heads must be at most the hidden_size, 1, got 2"),
        (lambda: OverPortsConfig(3, mixing="max"), "mixing must be one of 'attention', 'mean', 'sum', got 'max'"),
        (lambda: OverPortsConfig(3, identity="name"), "identity must be one of"),
        (lambda: build_agent("Hypernetwork", {"port_features": 3}), "config of Hypernetwork: .*max_ports"),
        (lambda: made("hypernetwork", policy_size=0), "policy_size must be an integer of at least 1, got 0"),
        (lambda: made("hypernetwork").initial_state(1, P + 2), "ports must be a number that Hypernetwork.* got 6"),
        (lambda: made("deep sets").initial_state(1, 17), "ports must be a number that OverPorts.* got 17"),
        (lambda: made("deep sets").initial_state(1, 0), "ports must be a number that OverPorts.* got 0"),
    ],
)
def test_rivals_refuse_by_name_what_they_can_not_have(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert OverPortsConfig(3, hidden_size=1, mixing="sum").heads == 2  # which DeepSets have no use for
