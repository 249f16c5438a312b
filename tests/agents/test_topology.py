import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts import MESSAGES, TOPOLOGIES, load_part
from agents.parts.hearing import mean_heard
from agents.parts.topology import sample_topology
from tests.helpers.mid_life import B, F, assert_runs_under_vmap, generator

E, H = 6, 5
PARTIAL = ("groups", "leaders")
"""Topologies of use only in turn with others: not all experts hear of each other."""
every_kind = pytest.mark.parametrize("kind", ["mean", "gated", "attention"])


def neighbours(topology, experts):
    """Whom each expert hears, as lists."""
    lists = load_part(TOPOLOGIES[topology])(experts)  # (E, D)
    return [sorted(number for number in row if number >= 0) for row in lists.tolist()]


def hears(lists, experts=E):
    """Whether expert i hears expert j, bool (..., E, E), of lists (..., E, D)."""
    return (lists[..., None] == torch.arange(experts)).any(dim=-2)


def sample(experts=E, in_degree=2, seed=0):
    return sample_topology("random", B, experts, in_degree=in_degree, generator=generator(seed))


def test_topologies_equal_those_worked_out_by_hand():
    assert neighbours("all", 3) == [[1, 2], [0, 2], [0, 1]]
    assert neighbours("all_and_self", 2) == [[0, 1], [0, 1]]
    assert neighbours("chain", 4) == [[1], [0, 2], [1, 3], [2]]
    assert neighbours("ring", 4) == [[1, 3], [0, 2], [1, 3], [0, 2]]
    assert neighbours("star", 4) == [[1, 2, 3], [0], [0], [0]]
    # 0 1 2
    # 3 4
    assert neighbours("grid", 5) == [[1, 3], [0, 2, 4], [1], [0, 4], [1, 3]]
    # {0 1 2} {3 4}, led by 0 and 3
    assert neighbours("clusters", 5) == [[1, 2, 3], [0, 2], [0, 1], [0, 4], [3]]
    assert neighbours("groups", 5) == [[1, 2], [0, 2], [0, 1], [4], [3]]
    assert neighbours("leaders", 5) == [[3], [], [], [0], []]


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("experts", [1, 2, 3, 4, 9, 10, 17])
def test_topology_is_connected_and_nobody_hears_itself_unless_it_is_asked_for(topology, experts):
    lists = load_part(TOPOLOGIES[topology])(experts)
    assert lists.dtype == torch.int64
    assert lists.shape[0] == experts
    assert ((lists >= -1) & (lists < experts)).all()
    assert all(len(set(row)) == len(row) for row in neighbours(topology, experts))  # nobody counts twice
    adjacency = hears(lists, experts)
    assert (adjacency.diagonal() == (topology == "all_and_self")).all()
    assert torch.equal(adjacency, adjacency.T)
    reached = torch.linalg.matrix_power((adjacency | torch.eye(experts, dtype=torch.bool)).double(), experts)
    assert (reached > 0).all() or topology in PARTIAL


def test_sample_topology_differs_between_lifetimes_and_seeds():
    lists = sample()
    assert lists.shape == (B, E, 2)
    adjacency = hears(lists)
    assert (adjacency.sum(dim=2) == 2).all()
    assert not adjacency.diagonal(dim1=1, dim2=2).any()
    assert not torch.equal(lists[0], lists[1])
    assert torch.equal(lists, sample())
    assert not torch.equal(lists, sample(seed=1))
    assert hears(sample(3, in_degree=9)[0], 3).sum() == 6  # there are no more than two others
    share = torch.cat([hears(sample(in_degree=3, seed=seed)) for seed in range(200)]).float().mean(dim=0)  # (E, E)
    assert (share[~torch.eye(E, dtype=torch.bool)] - 3 / (E - 1)).abs().max() < 0.1


def test_sample_topology_of_ten_thousand_experts_takes_no_memory_for_all_pairs():
    lists = sample(10_000, in_degree=8)
    assert lists.shape == (B, 10_000, 8)
    assert (lists.sort(dim=2).values.diff(dim=2) > 0).all()  # nobody counts twice
    assert (lists != torch.arange(10_000)[:, None]).all()


def test_sample_topology_is_none_without_a_draw_where_each_hears_all():
    numbers = generator()
    for topology, experts in (("all", E), ("all_and_self", E), ("ring", 1), ("random", 1)):
        assert sample_topology(topology, B, experts, in_degree=2, generator=numbers) is None
    assert torch.equal(numbers.get_state(), generator().get_state())
    assert Badger(BadgerConfig(3)).initial_state(2, 4).neighbours is None


def test_mean_heard_equals_one_worked_out_by_hand():
    values = torch.tensor([[[1.0], [2.0], [6.0]]])
    lists = torch.tensor([[[1, 2], [-1, 2], [-1, -1]]])
    assert mean_heard(values, lists).flatten().tolist() == [4.0, 6.0, 0.0]
    assert mean_heard(values).flatten().tolist() == [4.0, 3.5, 1.5]
    assert mean_heard(values, itself=True).flatten().tolist() == [3.0, 3.0, 3.0]
    assert mean_heard(values[:, :1]).flatten().tolist() == [0.0]
    assert mean_heard(values[:, :1], itself=True).flatten().tolist() == [1.0]
    gone = torch.tensor([[False, True, False]])
    assert mean_heard(values, lists, gone).flatten().tolist() == [6.0, 0.0, 0.0]
    assert mean_heard(values, absent=gone).flatten().tolist() == [6.0, 0.0, 1.0]
    assert mean_heard(values, absent=gone, itself=True).flatten().tolist() == [3.5, 0.0, 3.5]


@every_kind
@pytest.mark.parametrize("topology", ["all", "random"])
def test_messages_reach_neighbours_only(kind, topology):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H)
    lists = sample() if topology == "random" else None
    adjacency = hears(load_part(TOPOLOGIES["all"])(E).expand(B, -1, -1) if lists is None else lists)  # (B, E, E)
    heard = messages(memory, lists)
    for speaker in range(E):
        changed = memory.clone()
        changed[:, speaker] += 1.0
        moved = (messages(changed, lists) - heard).abs().amax(dim=2) > 1e-6  # (B, E)
        receives = adjacency[:, :, speaker].clone()
        if kind == "attention":  # its own query has changed too
            receives[:, speaker] = True
        assert torch.equal(moved, receives)


@every_kind
@pytest.mark.parametrize("itself", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_messages_of_all_equal_those_of_lists_of_all(kind, itself, dtype):
    messages = load_part(MESSAGES[kind])(H, 4, itself=itself).to(dtype)
    lists = load_part(TOPOLOGIES["all_and_self" if itself else "all"])(E).expand(B, -1, -1)
    memory, tolerance = torch.randn(B, E, H, dtype=dtype, requires_grad=True), 1e-12 if dtype.itemsize == 8 else 1e-5
    absent = torch.rand(B, E, generator=generator()) < 0.6  # of one lifetime only one is there
    for gone in (None, absent, torch.ones_like(absent)):
        both = messages(memory, None, gone), messages(memory, lists, gone)
        assert torch.allclose(*both, atol=tolerance)
        gradients = [torch.autograd.grad(heard.square().sum(), memory)[0] for heard in both]
        assert torch.allclose(*gradients, atol=tolerance)


@every_kind
def test_messages_are_zero_with_finite_gradients_where_an_expert_has_no_neighbours(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H, requires_grad=True)
    lists = load_part(TOPOLOGIES["chain"])(E).clone()
    lists[2] = -1
    heard = messages(memory, lists.expand(B, -1, -1))
    assert (heard[:, 2] == 0.0).all()
    heard.square().sum().backward()
    assert torch.isfinite(memory.grad).all()
    assert messages(memory[:, :1]).isfinite().all()  # an expert alone


def test_attention_to_all_takes_no_memory_for_all_pairs():
    messages, memory = load_part(MESSAGES["attention"])(H, 4).requires_grad_(False), torch.randn(1, 2000, H)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        messages(memory)
    largest = max(event.self_cpu_memory_usage for event in profile.key_averages())
    assert largest < 2000 * 2000  # bytes; affinities of all pairs would be four times as much


def test_badger_on_a_chain_passes_information_one_expert_per_round():
    observation = torch.randn(1, E, 3)
    changed = observation.clone()
    changed[:, 0] += 1.0
    for rounds in (1, 2, 4):
        agent = Badger(BadgerConfig(3, topology="chain", rounds=rounds))
        one, other = (agent(seen, agent.initial_state(1, E))[0] for seen in (observation, changed))
        moved = (one - other).abs()[0, :, 0] > 0.0
        assert moved.tolist() == [place < rounds for place in range(E)]


@pytest.mark.parametrize("topology", ["grid", "random"])
@pytest.mark.parametrize("messages", ["mean", "attention"])
def test_badger_with_a_topology_runs_under_vmap(topology, messages):
    states, following = assert_runs_under_vmap(Badger(BadgerConfig(F, topology=topology, messages=messages)))
    assert torch.equal(following["neighbours"], states["neighbours"])
