"""Topologies that are given by the task, learned, or take turns: who hears whom, and when."""

import pytest
import torch

from agents import Badger, BadgerConfig, build_agent
from agents.parts.messages import ClosestMessages
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, made

GIVEN = torch.tensor([[1, -1], [0, 2], [1, 3], [2, -1]]).expand(B, -1, -1)  # (B, P, D) a chain


def badger(**config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, **config))


def reached(agent, first=0, **initial):
    """Ports whose actions in a step change with what one expert knows before it, bool (P,)."""
    shown, state = torch.randn(1, P, F, generator=generator(1)), agent.initial_state(1, P, **initial)
    memory = state.memory.clone()
    memory[:, first] += 1.0
    one, other = (agent(shown, before)[0] for before in (state, state._replace(memory=memory)))
    return ((one - other).abs()[0, :, 0] > 0.0).tolist()


@pytest.mark.parametrize("messages", ["mean", "attention"])
def test_experts_hear_those_whom_the_task_gives_them(messages):
    for rounds in (1, 2):
        agent = badger(topology="given", messages=messages, rounds=rounds)
        assert reached(agent, neighbours=GIVEN[:1]) == [place <= rounds for place in range(P)]
    given = torch.full((1, P, 2), -1, dtype=torch.int32)
    given[0, 3, 1] = 0
    assert reached(agent, neighbours=given) == [True, False, False, True]


def test_a_chain_that_is_given_is_the_topology_chain():
    agents = [badger(topology=topology, messages="attention", rounds=2) for topology in ("given", "chain")]
    shown = torch.randn(4, B, P, F)
    states = [agents[0].initial_state(B, P, neighbours=GIVEN), agents[1].initial_state(B, P)]
    given, chain = (agent.unroll(shown, state)[0] for agent, state in zip(agents, states, strict=True))
    assert torch.allclose(given, chain, atol=1e-6)


def test_neighbours_that_change_in_mid_life_are_heard_from_then_on():
    agent = badger(topology="given")
    state, shown = agent.initial_state(B, P, neighbours=GIVEN), torch.randn(B, P, F)
    _, state = agent(shown, state)
    cut = agent.with_neighbours(state, torch.full((B, P, 2), -1, dtype=torch.int32))
    silent = build_agent("Badger", {"port_features": F, "messages": "none"})
    assert not torch.equal(agent(shown, state)[0], agent(shown, cut)[0])
    assert torch.equal(agent(shown, agent.with_neighbours(cut, GIVEN))[0], agent(shown, state)[0])
    assert silent.with_neighbours(state, GIVEN) is state


def test_two_rounds_within_groups_and_one_among_leaders_take_turns():
    # {0 1} {2 3}, led by 0 and 2
    agent = badger(topology=("groups", "leaders"), rounds=1)
    assert reached(agent, 1) == [True, True, False, False]
    assert reached(agent.with_rounds(2), 1) == [True, True, True, False]
    assert reached(agent.with_rounds(3), 1) == [True, True, True, True]
    assert reached(badger(topology=("leaders", "groups"), rounds=2), 1) == [True, True, False, False]
    assert reached(badger(topology=("groups", "all"), rounds=2), 1) == [True] * P


def test_what_the_task_gives_may_take_turns_with_other_topologies():
    agent = badger(topology=("leaders", "given"), rounds=2)
    state = agent.initial_state(B, P, neighbours=GIVEN)
    assert state.neighbours.shape == (B, P, 4)
    assert torch.equal(agent.of_round(state, 1), GIVEN)
    assert agent.of_round(state, 2)[0].tolist() == [[-1, 2], [-1, -1], [0, -1], [-1, -1]]
    changed = agent.with_neighbours(state, GIVEN.flip(2))
    assert torch.equal(agent.of_round(changed, 3), GIVEN.flip(2))
    assert torch.equal(agent.of_round(changed, 0), agent.of_round(state, 0))


def test_learned_topology_hears_the_closest_and_learns_which_they_are():
    messages, memory = ClosestMessages(F, 4, 2), torch.randn(B, 6, F)
    query, key, value = messages.project(memory).chunk(3, dim=-1)
    affinity = (query @ key.transpose(1, 2) / 2.0).masked_fill(torch.eye(6, dtype=torch.bool), -torch.inf)
    largest = affinity.topk(2, dim=-1)
    assert torch.equal(messages.closest(query, key, None).sort(dim=2).values, largest.indices.sort(dim=2).values)
    outside = affinity < largest.values[..., 1:]  # (B, E, E)
    wanted = affinity.masked_fill(outside, -torch.inf).softmax(dim=-1) @ value
    heard = messages(memory)
    assert torch.allclose(heard, wanted, atol=1e-6)
    heard.square().sum().backward()
    of_query, of_key, of_value = messages.project.weight.grad.chunk(3)
    assert all(part.abs().sum() > 0.0 for part in (of_query, of_key, of_value))


def test_learned_topology_compares_in_pieces_and_hears_nobody_absent(monkeypatch):
    messages, memory = ClosestMessages(F, 4, 2), torch.randn(B, 6, F)
    whole = messages(memory)
    monkeypatch.setattr("agents.parts.messages.CHUNK", 12)
    assert torch.equal(messages(memory), whole)
    absent = torch.rand(B, 6, generator=generator()) < 0.5
    absent[0], absent[1] = True, torch.arange(6) > 0
    query, key, _ = messages.project(memory).chunk(3, dim=-1)
    lists = messages.closest(query, key, absent)
    assert (lists[absent] == -1).all()
    assert not absent.gather(1, lists.clamp(min=0).flatten(1)).view_as(lists)[lists >= 0].any()
    assert (messages(memory, None, absent)[:2] == 0.0).all()


@pytest.mark.parametrize("name", ["closest", "taking turns"])
def test_learned_topologies_and_schedules_run_under_vmap(name):
    assert_runs_under_vmap(made(name))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"topology": ("groups", "tree")}, r"topology must be one of .*, got \('groups', 'tree'\)"),
        ({"topology": ()}, r"topology must be one of .*, got \(\)"),
        ({"topology": ("groups", "random")}, "topology must be of 'all', .*, 'given' where several take turns"),
        ({"topology": "learned"}, "messages must be 'attention' with topology 'learned', got 'mean'"),
        ({"topology": "given", "membrane": "bonds", "experts": 3, "identity": "random"}, "membrane must be 'direct'"),
        ({"topology": ("groups", "given"), "hidden_experts": 1}, "hidden_experts must be None .* got 1"),
    ],
)
def test_topologies_that_do_not_fit_are_refused(config, message):
    with pytest.raises(ValueError, match=message):
        BadgerConfig(F, **config)


def test_a_task_that_gives_nothing_or_something_else_is_refused():
    agent = badger(topology="given")
    for given in (None, GIVEN[0], GIVEN[:, :3], GIVEN.float()):
        with pytest.raises(ValueError, match=r"neighbours must be int of shape \(5, 4, 'D'\) with topology 'given'"):
            agent.initial_state(B, P, neighbours=given)


def test_a_config_from_a_file_has_its_topologies_as_a_tuple():
    assert BadgerConfig(F, topology=["groups", "leaders"]) == BadgerConfig(F, topology=("groups", "leaders"))
