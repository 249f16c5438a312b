"""A few policies in one agent: who is of which kind, and that each kind does what it would do alone."""

import pytest
import torch

from agents import Badger, BadgerConfig, count_parameters, load_agent, save_agent
from agents.parts import EXPERTS, HANDMADE
from agents.parts.experts import GRU, LSTM
from agents.parts.handmade import Clock, MeanKeeper, Register
from agents.parts.kinds import Kinds
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, made, state_in_mid_life

H, M = 6, 4
FREE = {"membrane": "bonds", "experts": 6, "identity": "random"}


def agent_of(**config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, hidden_size=H, message_size=M, **config))


def kinds_of(agent, ports=P, seed=0):
    """Of the experts of all lifetimes, (B, E)."""
    return agent.initial_state(B, ports, generator=generator(seed)).private[..., -1].long()


def test_one_kind_is_the_plain_expert_with_its_own_names():
    assert type(agent_of().expert) is GRU
    assert set(dict(agent_of().expert.named_parameters())) == {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}


def test_kinds_are_dealt_in_turn_and_stay():
    agent = agent_of(kinds=3)
    assert kinds_of(agent).tolist() == [[0, 1, 2, 0]] * B
    assert torch.equal(state_in_mid_life(agent).private[..., -1].long(), kinds_of(agent))


def test_kinds_at_random_are_drawn_in_every_lifetime_from_the_generator():
    agent = agent_of(kinds=2, assignment="random")
    first = kinds_of(agent)
    assert torch.equal(first, kinds_of(agent))
    assert len({tuple(row) for row in first.tolist()}) > 1
    shared = agent.initial_state(B, P, generator=generator(), shared_across_batch=True).private[..., -1]
    assert (shared == shared[:1]).all()


def test_kinds_by_role_tell_pairs_of_a_port_with_itself_and_experts_without_a_port():
    pairs = agent_of(kinds=2, assignment="by_role", membrane="pairs", identity="none")
    assert kinds_of(pairs, 2).tolist() == [[1, 0, 0, 1]] * B
    assert kinds_of(agent_of(kinds=2, assignment="by_role", hidden_experts=2)).tolist() == [[0, 0, 0, 0, 1, 1]] * B


def test_each_kind_does_what_it_does_alone_and_keeps_its_own_private_state():
    torch.manual_seed(0)
    gru, lstm = GRU(3, H), LSTM(3, H)
    both = Kinds([gru, lstm], 2, "in_turn")
    memory, private = both.initial_state(1, 2, None)
    inputs = torch.randn(2, 3)
    for _ in range(2):
        memory, private = both(inputs, memory.view(2, H), private.view(2, H + 1))
    wanted, _ = gru(inputs, gru(inputs, torch.zeros(2, H), torch.zeros(2, 0))[0], torch.zeros(2, 0))
    assert torch.equal(memory[0], wanted[0])
    wanted = lstm(inputs, *lstm(inputs, torch.zeros(2, H), torch.zeros(2, H)))
    assert torch.equal(memory[1], wanted[0][1])
    assert torch.equal(private[1, :H], wanted[1][1])
    assert private[:, -1].tolist() == [0.0, 1.0]


def test_as_many_kinds_as_experts_have_a_policy_each():
    agent = agent_of(kinds=P, messages="none", identity="none")
    seen, state = torch.randn(B, P, F), agent.initial_state(B, P)
    with torch.no_grad():
        agent.expert.units[2].bias_ih += 1.0
    changed, _ = agent(seen, state)
    with torch.no_grad():
        agent.expert.units[2].bias_ih -= 1.0
    differs = (agent(seen, state)[0] != changed).any(dim=0)[:, 0]
    assert differs.tolist() == [False, False, True, False]


@pytest.mark.parametrize("expert", [name for name in EXPERTS if not name.startswith("plastic")])
def test_kinds_of_every_expert_train_run_under_vmap_and_forget(expert, tmp_path):
    agent = agent_of(kinds=2, expert=expert, hidden_experts=3, hidden_kind="mixed")
    before = {name: values.clone() for name, values in agent.named_parameters()}
    train(agent, "Badger/Guessing-v0", {"dims": 4, "horizon": 4}, BPTT(updates=2, batch=8), seed=0)
    assert not any(torch.equal(values, before[name]) for name, values in agent.named_parameters())
    save_agent(agent, tmp_path)
    loaded, seen = load_agent(tmp_path), torch.randn(4, B, P, F)
    state = agent.initial_state(B, P, generator=generator())
    assert torch.equal(loaded.unroll(seen, state)[0], agent.unroll(seen, state)[0])
    blank = agent.reset_memory(state_in_mid_life(agent), torch.ones(P + 3, H, dtype=torch.bool))
    assert torch.equal(blank.memory, state.memory)
    assert torch.equal(blank.private, state.private)
    assert_runs_under_vmap(agent)


def test_clones_are_of_the_kind_of_their_originals_and_newborns_are_dealt_kinds_in_turn():
    agent = agent_of(kinds=3, **FREE)
    state = state_in_mid_life(agent)
    cloned = agent.clone_experts(state, torch.tensor([2, 4]), generator=generator())
    assert cloned.private[:, :, -1].tolist() == [[0, 1, 2, 0, 1, 2, 2, 1]] * B
    assert agent.add_experts(state, 2, generator=generator()).private[:, 6:, -1].tolist() == [[0, 1]] * B
    kept = agent.remove_experts(state, torch.arange(6) > 2)
    assert kept.private[:, :, -1].tolist() == [[0, 1, 2]] * B


def test_hidden_experts_read_zeros_write_nothing_and_are_heard():
    agent = agent_of(hidden_experts=2)
    seen, state = torch.randn(B, P, F), agent.initial_state(B, P, generator=generator())
    assert state.memory.shape == (B, P + 2, H)
    action, following = agent(seen, state)
    assert action.shape == (B, P, 1)
    read = agent.membrane.read(torch.ones(B, P, 2 * F), state.memory, state.addresses, None)
    assert read[:, :P].all()
    assert not read[:, P:].any()
    said = following._replace(memory=following.memory.index_fill(1, torch.tensor([P]), 5.0))
    assert not torch.equal(agent(seen, following)[0], agent(seen, said)[0])


def test_hidden_experts_take_part_at_any_number_of_ports_and_stay_where_ports_go():
    agent = agent_of(hidden_experts=2, identity="none", presence_changes=True)
    seen, state = torch.randn(B, 3, F), agent.initial_state(B, 3)
    seen[:, 1] = 0.0
    _, state = agent(seen, state)
    assert state.memory.any(dim=2).all(dim=0).tolist() == [True, False, True, True, True]
    assert agent.initial_state(B, 7).memory.shape == (B, 9, H)
    assert not agent_of(hidden_experts=2, identity_size=4).accepts(3)


def test_register_keeps_what_it_is_told_when_its_gate_opens():
    register = Register(slice(2, 2 + M), H)
    told = torch.tensor([[9.0, 9.0, 2.0, 0.5, -0.25, 1.0, 9.0]])  # read 2, heard 4 of which the first is the gate
    memory, _ = register(told, torch.zeros(1, H), torch.zeros(1, 0))
    assert torch.allclose(memory, torch.tensor([[0.5, -0.25, 1.0, 0.0, 0.0, 0.0]]), atol=1e-4)
    silence = torch.zeros(1, 7)
    for _ in range(3):
        memory, _ = register(silence, memory, torch.zeros(1, 0))
    assert torch.allclose(memory, (1 - 0.018) ** 3 * torch.tensor([[0.5, -0.25, 1.0, 0.0, 0.0, 0.0]]), atol=1e-3)


def test_clock_counts_rounds_and_mean_keeper_averages_what_it_hears():
    clock, keeper = Clock(slice(0, M), H), MeanKeeper(slice(0, M), H)
    time = mean = torch.zeros(1, H)
    ticked, count = torch.zeros(1, 1), torch.zeros(1, 1)
    for value in (1.0, 2.0, 6.0):
        time, ticked = clock(torch.zeros(1, M), time, ticked)
        mean, count = keeper(torch.full((1, M), value), mean, count)
    assert ticked.item() == 3.0
    assert torch.allclose(time[0, :4], torch.tensor([0.0, -1.0, -1.0, 0.0]), atol=1e-5)  # periods of 2 and 4
    assert torch.allclose(mean, torch.tensor([[3.0, 3.0, 3.0, 3.0, 0.0, 0.0]]))


@pytest.mark.parametrize("name", HANDMADE)
def test_handmade_experts_have_no_weights_and_sit_behind_the_ports(name):
    agent, plain = agent_of(hidden_experts=2, hidden_kind=name, kinds=2), agent_of(kinds=2)
    assert count_parameters(agent) == count_parameters(plain)
    assert kinds_of(agent).tolist() == [[0, 1, 0, 1, 2, 2]] * B


def test_one_of_each_handmade_kind_is_dealt_in_turn():
    agent = agent_of(hidden_experts=4, hidden_kind="mixed")
    assert kinds_of(agent).tolist() == [[0, 0, 0, 0, 1, 2, 3, 1]] * B


def test_plastic_synapses_have_a_rule_each_where_kinds_are_as_many():
    agent = made("plastic", kinds=16)
    assert count_parameters(agent) == 16 * count_parameters(made("plastic"))
    assert_runs_under_vmap(agent)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kinds": 0}, "kinds must be an integer of at least 1, got 0"),
        ({"assignment": "first"}, "assignment must be one of 'in_turn', 'random', 'by_role', got 'first'"),
        ({"kinds": 2, "assignment": "by_role"}, "assignment must be 'in_turn' or 'random' where all experts have one"),
        ({"hidden_experts": 1, "assignment": "by_role"}, "kinds must be 2 with assignment='by_role', got 1"),
        ({"hidden_experts": 0}, "hidden_experts must be an integer of at least 1, got 0"),
        ({"hidden_experts": 1, **FREE}, "membrane must be 'direct' with hidden experts, got 'bonds'"),
        ({"hidden_experts": 1, "turns": "flags"}, "turns must be 'all_at_once' with hidden experts, got 'flags'"),
        ({"hidden_kind": "clock"}, "hidden_experts must be given with hidden_kind='clock', got None"),
        ({"hidden_kind": "clock", "hidden_experts": 1, "messages": "none"}, "messages must not be 'none' with hidden"),
    ],
)
def test_kinds_refuse_by_name_what_they_can_not_have(config, message):
    with pytest.raises(ValueError, match=message):
        agent_of(**config)
