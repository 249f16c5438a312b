"""Experts at pairs of ports: what they read, hear and vote for, worked out by hand, and what changes nothing."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Badger, BadgerConfig, load_agent, save_agent
from agents.parts.pairs import Pairs, RowsAndColumns
from agents.parts.topology import all_others
from badger_envs.registry import get_spec
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, made, state_in_mid_life

H, M = 5, 2
PAIRS = {"membrane": "pairs", "messages": "rows_and_columns", "identity": "none", "hidden_size": H, "message_size": M}


def pairs_agent(**config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, **{**PAIRS, **config}))


def life(agent, shown):
    """Actions (T, B, P, A) of what ports show (T, B, P, F)."""
    state, actions = agent.initial_state(shown.shape[1], shown.shape[2], generator=generator()), []
    for seen in shown:
        action, state = agent(seen, state)
        actions.append(action)
    return torch.stack(actions)


def double(state):
    return type(state)(*(value if value is None else value.double() for value in state))


def test_expert_reads_its_source_its_target_and_whether_they_are_one():
    membrane, inputs = Pairs(2, H, 1, 4), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    assert membrane.read(inputs, torch.zeros(1, 4, H), torch.zeros(1, 2, 0), None).tolist() == [
        [
            [1.0, 2.0, 1.0, 2.0, 1.0],
            [3.0, 4.0, 1.0, 2.0, 0.0],
            [1.0, 2.0, 3.0, 4.0, 0.0],
            [3.0, 4.0, 3.0, 4.0, 1.0],
        ]
    ]
    assert membrane.size == 5


def test_port_takes_what_its_row_proposes_by_votes():
    membrane, inputs = Pairs(1, 1, 1, 4), torch.tensor([[[2.0], [-1.0]]])
    memory = torch.tensor([[[0.0], [100.0], [0.0], [0.0]]])  # (0, 1) is sure of itself; output 1 does not know
    with torch.no_grad():
        for parameter in membrane.parameters():
            parameter.zero_()
        membrane.act.weight[0, 1] = 1.0  # propose what the source shows
        membrane.vote.weight.fill_(1.0)
    written = membrane.write(inputs, memory, torch.zeros(1, 2, 0), None)
    assert torch.allclose(written[0, :, 0], torch.tensor([-1.0, 0.5]))


def test_experts_hear_the_others_of_their_row_and_of_their_column():
    messages = RowsAndColumns(1, 1)
    with torch.no_grad():
        messages.speak.weight.copy_(torch.tensor([[1.0], [10.0]]))
        messages.speak.bias.zero_()
    memory = torch.arange(9.0)[None, :, None]  # (1, 9, 1)
    # 0 1 2
    # 3 4 5
    # 6 7 8
    heard = messages(memory)[0]
    assert messages.size == 2
    assert heard[0].tolist() == [1.5, 45.0]
    assert heard[5].tolist() == [3.5, 50.0]
    assert messages(memory[:, :1]).tolist() == [[[0.0, 0.0]]]  # a port alone


@given(ports=st.integers(1, 6))
@settings(deadline=None, max_examples=10)
def test_messages_with_a_full_topology_equal_those_without_one(ports):
    messages, memory = RowsAndColumns(H, M), torch.randn(B, ports**2, H)
    written = all_others(ports**2).expand(B, -1, -1)
    assert torch.allclose(messages(memory), messages(memory, written), atol=1e-6)


def test_messages_reach_neighbours_of_the_same_row_or_column_only():
    ports = 3
    messages, memory = RowsAndColumns(H, M), torch.randn(1, ports**2, H)
    hears = torch.rand(1, ports**2, ports**2, generator=generator()) < 0.6
    lists = torch.where(hears, torch.arange(ports**2), -1)  # (1, E, E)
    row, column = torch.arange(ports**2) // ports, torch.arange(ports**2) % ports
    related = (row[:, None] == row) | (column[:, None] == column)
    heard = messages(memory, lists)
    for speaker in range(ports**2):
        changed = memory.clone()
        changed[:, speaker] += 1.0
        moved = (messages(changed, lists) - heard).abs().amax(dim=2) > 1e-6  # (B, E)
        assert torch.equal(moved, hears[:, :, speaker] & related[:, speaker])


@given(ports=st.integers(1, 6), rounds=st.integers(1, 3), messages=st.sampled_from(["rows_and_columns", "attention"]))
@settings(deadline=None, max_examples=25)
def test_permuting_ports_permutes_actions_and_changes_nothing_else(ports, rounds, messages):
    agent = pairs_agent(rounds=rounds, messages=messages).double()
    order = torch.randperm(ports, generator=generator(ports))
    state = other = double(agent.initial_state(B, ports))
    for seen in torch.randn(8, B, ports, F, dtype=torch.float64, generator=generator(1)):
        action, state = agent(seen, state)
        permuted, other = agent(seen[:, order], other)
        assert torch.allclose(permuted, action[:, order], atol=1e-12)
    memory = state.memory.unflatten(1, (ports, ports))
    assert torch.allclose(other.memory.unflatten(1, (ports, ports)), memory[:, order][:, :, order], atol=1e-12)


@given(ports=st.integers(2, 6), absent=st.integers(0, 5))
@settings(deadline=None, max_examples=15)
def test_life_beside_an_absent_port_equals_one_without_that_port(ports, absent):
    agent = pairs_agent(presence_changes=True, rounds=2).double()
    others = torch.arange(ports) != absent % ports
    shown = torch.randn(6, B, ports, F, dtype=torch.float64, generator=generator())
    shown[:, :, ~others] = 0.0

    def actions(seen):
        state, found = double(agent.initial_state(B, seen.shape[2])), []
        for step in seen:
            action, state = agent(step, state)
            found.append(action)
        return torch.stack(found)

    assert torch.allclose(actions(shown)[:, :, others], actions(shown[:, :, others]), atol=1e-12)


def test_all_ports_may_be_absent():
    agent = pairs_agent(presence_changes=True)
    action, state = agent(torch.zeros(B, P, F), state_in_mid_life(agent))
    assert action.isfinite().all()
    assert not state.memory.any()


def test_experts_know_their_pairs_apart_though_none_has_an_identity():
    same = torch.randn(5, B, 1, F).expand(-1, -1, P, -1)
    actions = life(pairs_agent(), same)
    assert torch.allclose(actions, actions[:, :, :1].expand_as(actions), atol=1e-6)
    state = pairs_agent().initial_state(B, P)
    assert state.identity.shape == (B, P**2, 0)


@pytest.mark.parametrize("ports", [1, 2, 9, 21])
def test_pairs_take_any_number_of_ports(ports, tmp_path):
    agent = pairs_agent()
    save_agent(agent, tmp_path)
    shown = torch.randn(3, 2, ports, F)
    assert torch.equal(life(load_agent(tmp_path), shown), life(agent, shown))
    assert agent.memory(agent.initial_state(2, ports)).shape == (2, ports**2, H)


def test_pairs_run_under_vmap_with_rounds_and_a_topology():
    assert_runs_under_vmap(pairs_agent(rounds=2))
    assert_runs_under_vmap(pairs_agent(topology="random", in_degree=3))


def test_memory_of_one_pair_is_reset_alone():
    agent = made("pairs")
    state = state_in_mid_life(agent)
    mask = torch.zeros(P**2, agent.config.hidden_size, dtype=torch.bool)
    mask[6] = True
    left = agent.reset_memory(state, mask)
    assert not left.memory[:, 6].any()
    assert torch.equal(left.memory[:, :6], state.memory[:, :6])


def test_pairs_learn_by_ppo_with_one_critic_for_all():
    agent, task = pairs_agent(), "Badger/Routing-v0"
    agent = Badger(BadgerConfig(get_spec(task).make_task().port_features, **PAIRS))
    before = [parameter.clone() for parameter in agent.parameters()]
    train(agent, task, {"ports": 2, "horizon": 3}, PPO(updates=2, batch=8), seed=0)
    assert not any(torch.equal(*both) for both in zip(agent.parameters(), before, strict=True))
    with pytest.raises(ValueError, match="critic must be 'memory' or 'central' where experts are not ports"):
        train(agent, task, {"ports": 2, "horizon": 3}, PPO(updates=1, batch=8, critic="port"), seed=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pairs_agent(experts=4), "experts must be None with membrane 'pairs', tied to ports, got 4"),
        (lambda: pairs_agent(membrane="direct"), "membrane must be 'pairs' or 'synapses' with mess.*, got 'direct'"),
        (lambda: pairs_agent(turns="stick"), "membrane must be 'direct' or 'bonds' with turns='stick', got 'pairs'"),
        (lambda: pairs_agent().initial_state(1, 3, experts=4), "experts must equal the 9 pairs of 3 ports, got 4"),
        (lambda: pairs_agent(identity="one_hot").initial_state(1, 5), "ports must be a number that Badger.* got 5"),
        (lambda: pairs_agent().initial_state(1, 0), "ports must be a number that Badger.* got 0"),
        (
            lambda: made("pairs").add_experts(state_in_mid_life(made("pairs")), 1),
            "membrane must be one with free experts .* got 'pairs': its experts sit at ports",
        ),
        (
            lambda: made("pairs").remove_experts(state_in_mid_life(made("pairs")), torch.arange(16) < 4),
            "membrane must be one with free experts .* got 'pairs'",
        ),
    ],
)
def test_pairs_refuse_by_name_what_they_can_not_have(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert not pairs_agent().accepts_experts(4)
