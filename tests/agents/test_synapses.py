"""Plastic weights between ports: the rule worked out by hand, and the delta rule, which solves routing untrained."""

import pytest
import torch

from agents import Badger, BadgerConfig, count_parameters
from agents.parts import EXPERTS, load_part
from agents.parts.synapses import LARGEST_SUM, Plastic, Synapses
from badger_envs.evaluation import evaluate
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, generator, made, state_in_mid_life

ROUTING = "Badger/Routing-v0"
PLASTIC = {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"}
FEATURES = 4  # of routing: input, last output, what was wanted, time left


def plastic_agent(**config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(FEATURES, **{**PLASTIC, **config}))


def set_rule(expert, *, birth, kept, post, rule=(0.0, 0.0, 0.0)):
    """Give an expert the numbers of its rule."""
    with torch.no_grad():
        expert.birth.fill_(birth)
        expert.kept.fill_(kept)
        expert.post.weight.copy_(torch.tensor([post]))
        expert.rule.copy_(torch.tensor(rule))


def delta_rule():
    """What was wanted less what came out, times what came in: written down, not trained."""
    agent = plastic_agent()
    set_rule(agent.expert, birth=1.0, kept=20.0, post=[0.0, -1.1, 1.1, 0.0])
    return agent


def score(agent, ports=3, horizon=10):
    policy = AgentPolicy(agent, ports)
    result = evaluate(policy, ROUTING, episodes=200, ports=ports, horizon=horizon)
    return result.as_json()["score"]


def test_synapses_read_what_a_source_shows_and_add_up_what_is_put_out():
    membrane = Synapses(4, 1, 1, 8)
    inputs = torch.tensor([[[0.5, 7.0, 1.0, 1.0], [-1.0, 8.0, 2.0, 2.0]]])  # shown are the first two
    read = membrane.read(inputs, torch.zeros(1, 4, 1), torch.zeros(1, 2, 0), None)
    assert read.tolist() == [
        [
            [0.5, 1.25, 0.5, 0.5, 7.0],
            [-1.0, 1.25, 0.5, 0.5, 7.0],
            [0.5, 1.25, 0.5, -1.0, 8.0],
            [-1.0, 1.25, 0.5, -1.0, 8.0],
        ]
    ]
    memory = torch.tensor([[[0.25], [-0.5], [3.0], [4.0]]])
    written = torch.tanh(membrane.write(inputs, memory, torch.zeros(1, 2, 0), None))[0, :, 0]
    assert torch.allclose(written, torch.tensor([-0.25, LARGEST_SUM]))
    assert not list(membrane.parameters())


def test_plastic_weight_changes_by_its_rule():
    expert = Plastic(inputs=4, hidden_size=1)
    set_rule(expert, birth=1.0, kept=0.0, post=[2.0], rule=(0.1, 0.2, 0.3))
    first = torch.tensor([[0.5, 0.95, 0.5, 9.0]])  # passes on .5, energy .95, one of two sources
    put_out, private = expert(first, torch.zeros(1, 1), torch.zeros(1, 3))
    assert put_out.item() == pytest.approx(0.25)  # as at birth
    assert private[0].tolist() == pytest.approx([0.0, 0.5, 0.95])
    put_out, private = expert(torch.tensor([[-1.0, 1.0, 0.5, 0.4]]), put_out, private)
    change = 0.8 * 0.5 + 0.1 * 0.5 + 0.2 * 0.8 + 0.3  # post is .8; over an energy of .95 + .05
    assert private[0].tolist() == pytest.approx([change, -1.0, 1.0])
    assert put_out.item() == pytest.approx(-0.5 - change)
    _, private = expert(torch.tensor([[0.0, 0.0, 0.5, 0.0]]), put_out, private)
    assert private[0, 0].item() == pytest.approx(0.5 * change + (-0.1 + 0.3) / 1.05)  # half is kept


def test_plastic_agent_of_routing_has_nine_numbers_and_learns_from_any_start():
    agent = plastic_agent()
    assert count_parameters(agent) == 9
    train(agent, ROUTING, {"ports": 3, "horizon": 10}, BPTT(updates=80, learning_rate=0.03, warmup=10), seed=0)
    assert score(agent) > 0.8


def test_delta_rule_solves_routing_untrained_and_does_better_in_longer_lives_and_worse_at_more_ports():
    agent = delta_rule()
    lives = [score(agent, horizon=horizon) for horizon in (10, 30, 100)]
    assert 0.83 < lives[0] < lives[1] < lives[2]
    assert lives[2] > 0.97
    assert lives[0] > score(agent, ports=6) > score(agent, ports=10) > 0.3


def test_weights_of_three_actions_are_learned_apart():
    agent = Badger(BadgerConfig(FEATURES, **{**PLASTIC, "hidden_size": 3, "port_actions": 3}))
    state = agent.initial_state(B, 5, generator=generator())
    for seen in torch.randn(3, B, 5, FEATURES):
        action, state = agent(seen, state)
    assert action.shape == (B, 5, 3)
    assert state.private.shape == (B, 25, 5)
    mask = torch.zeros(25, 3, dtype=torch.bool)
    mask[0, 1], mask[1] = True, True
    left = agent.reset_memory(state, mask).private
    assert (left[:, 0] == 0.0).sum(dim=1).tolist() == [1] * B
    assert not left[:, 1].any()
    assert torch.equal(left[:, 2:], state.private[:, 2:])


def test_permuting_ports_permutes_actions():
    agent, order = plastic_agent().double(), torch.tensor([2, 0, 3, 1])
    start = agent.initial_state(B, 4)
    state = other = type(start)(*(value if value is None else value.double() for value in start))
    for seen in torch.randn(8, B, 4, FEATURES, dtype=torch.float64, generator=generator()):
        action, state = agent(seen, state)
        permuted, other = agent(seen[:, order], other)
        assert torch.allclose(permuted, action[:, order], atol=1e-12)


def test_forgetting_all_leaves_what_was_there_at_birth():
    agent = made("plastic")
    blank = agent.reset_memory(state_in_mid_life(agent), torch.ones(16, 1, dtype=torch.bool))
    assert not blank.private.any()
    assert not blank.memory.any()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"membrane": "pairs"}, "membrane must be 'synapses' with expert='plastic', got 'pairs'"),
        ({"hidden_size": 2}, "hidden_size must equal port_actions, 1, with membrane 'synapses', got 2"),
        ({"experts": 9}, "experts must be None with membrane 'synapses', tied to ports, got 9"),
    ],
)
def test_synapses_refuse_by_name_what_they_can_not_have(config, message):
    with pytest.raises(ValueError, match=message):
        plastic_agent(**config)


def test_rule_of_the_product_alone_has_no_other_terms_and_an_unscaled_one_is_not_divided():
    product, unscaled = (load_part(EXPERTS[name])(4, 1) for name in ("plastic_product", "plastic_unscaled"))
    assert sum(values.numel() for values in product.parameters()) == 3  # of post, birth and kept
    pre, post, energy = torch.tensor([[0.5]]), torch.tensor([[0.8]]), torch.tensor([[0.95]])
    assert product.change(pre, post).item() == pytest.approx(0.4)
    assert product.scaled(pre, energy).item() == pytest.approx(0.5)
    assert unscaled.scaled(pre, energy).item() == 0.5


@pytest.mark.parametrize(("expert", "numbers"), [("plastic_product", 6), ("plastic_unscaled", 9)])
def test_every_plastic_rule_learns_routing(expert, numbers):
    agent = plastic_agent(expert=expert)
    assert count_parameters(agent) == numbers
    train(agent, ROUTING, {"ports": 3, "horizon": 10}, BPTT(updates=80, learning_rate=0.03, warmup=10), seed=0)
    assert score(agent) > 0.5
