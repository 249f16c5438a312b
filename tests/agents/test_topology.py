import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts import MESSAGES, TOPOLOGIES, load_part
from agents.parts.topology import neighbour_mean, sample_topology
from tests.helpers.mid_life import B, F, assert_runs_under_vmap, generator

E, H = 6, 5
every_kind = pytest.mark.parametrize("kind", ["mean", "gated", "attention"])


def neighbours(topology, experts):
    """Whom each expert hears, as lists."""
    return [row.nonzero().flatten().tolist() for row in load_part(TOPOLOGIES[topology])(experts)]


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


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("experts", [1, 2, 3, 4, 9, 10, 17])
def test_topology_is_connected_and_nobody_hears_itself_unless_it_is_asked_for(topology, experts):
    adjacency = load_part(TOPOLOGIES[topology])(experts)
    assert adjacency.shape == (experts, experts)
    assert adjacency.dtype == torch.bool
    assert (adjacency.diagonal() == (topology == "all_and_self")).all()
    assert torch.equal(adjacency, adjacency.T)
    reached = torch.linalg.matrix_power((adjacency | torch.eye(experts, dtype=torch.bool)).double(), experts)
    assert (reached > 0).all()


def test_sample_topology_differs_between_lifetimes_and_seeds():
    adjacency = sample()
    assert adjacency.shape == (B, E, E)
    assert (adjacency.sum(dim=2) == 2).all()
    assert not adjacency.diagonal(dim1=1, dim2=2).any()
    assert not torch.equal(adjacency[0], adjacency[1])
    assert torch.equal(adjacency, sample())
    assert not torch.equal(adjacency, sample(seed=1))
    assert torch.equal(sample(3, in_degree=9)[0], load_part(TOPOLOGIES["all"])(3))  # there are no more
    share = torch.cat([sample(seed=seed) for seed in range(200)]).float().mean(dim=0)  # (E, E)
    assert (share[load_part(TOPOLOGIES["all"])(E)] - 2 / (E - 1)).abs().max() < 0.1


def test_sample_topology_is_none_without_a_draw_where_each_hears_all():
    numbers = generator()
    for topology, experts in (("all", E), ("ring", 1), ("random", 1)):
        assert sample_topology(topology, B, experts, in_degree=2, generator=numbers) is None
    assert torch.equal(numbers.get_state(), generator().get_state())
    assert Badger(BadgerConfig(3)).initial_state(2, 4).adjacency is None
    assert sample_topology("all_and_self", B, 1, in_degree=2, generator=numbers).all()  # even one that is alone


def test_neighbour_mean_equals_one_worked_out_by_hand():
    values = torch.tensor([[[1.0], [2.0], [6.0]]])
    adjacency = torch.tensor([[[False, True, True], [False, False, True], [False, False, False]]])
    assert neighbour_mean(values, adjacency).flatten().tolist() == [4.0, 6.0, 0.0]


@every_kind
@pytest.mark.parametrize("topology", ["all", "random"])
def test_messages_reach_neighbours_only(kind, topology):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H)
    adjacency = sample() if topology == "random" else None
    hears = load_part(TOPOLOGIES["all"])(E).expand(B, -1, -1) if adjacency is None else adjacency
    heard = messages(memory, adjacency)
    for speaker in range(E):
        changed = memory.clone()
        changed[:, speaker] += 1.0
        moved = (messages(changed, adjacency) - heard).abs().amax(dim=2) > 1e-6  # (B, E)
        receives = hears[:, :, speaker].clone()
        if kind == "attention":  # its own query has changed too
            receives[:, speaker] = True
        assert torch.equal(moved, receives)


@every_kind
def test_messages_with_a_full_topology_equal_those_without_one(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H)
    written = load_part(TOPOLOGIES["all"])(E).expand(B, -1, -1)
    assert torch.allclose(messages(memory), messages(memory, written), atol=1e-6)


@every_kind
def test_messages_are_zero_with_finite_gradients_where_an_expert_has_no_neighbours(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H, requires_grad=True)
    adjacency = load_part(TOPOLOGIES["chain"])(E).clone()
    adjacency[2] = False
    heard = messages(memory, adjacency.expand(B, -1, -1))
    assert (heard[:, 2] == 0.0).all()
    heard.square().sum().backward()
    assert torch.isfinite(memory.grad).all()
    assert messages(memory[:, :1]).isfinite().all()  # an expert alone


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
    assert torch.equal(following["adjacency"], states["adjacency"])
