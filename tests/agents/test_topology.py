import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts import MESSAGES, TOPOLOGIES, load_part
from agents.parts.cells import use_plain_operations
from agents.parts.topology import mean_of_heard, who_hears_whom

B, E, H = 4, 6, 5


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def listeners(topology, experts):
    """Whom each expert hears, as lists."""
    return [row.nonzero().flatten().tolist() for row in load_part(TOPOLOGIES[topology])(experts)]


def drawn(experts=E, hears=2, alike=False, seed=0):
    return who_hears_whom("random", B, experts, hears=hears, generator=generator(seed), alike=alike)


def test_topologies_worked_out_by_hand():
    assert listeners("all", 3) == [[1, 2], [0, 2], [0, 1]]
    assert listeners("chain", 4) == [[1], [0, 2], [1, 3], [2]]
    assert listeners("ring", 4) == [[1, 3], [0, 2], [1, 3], [0, 2]]
    assert listeners("star", 4) == [[1, 2, 3], [0], [0], [0]]
    # 0 1 2
    # 3 4
    assert listeners("grid", 5) == [[1, 3], [0, 2, 4], [1], [0, 4], [1, 3]]
    # {0 1 2} {3 4}, led by 0 and 3
    assert listeners("clusters", 5) == [[1, 2, 3], [0, 2], [0, 1], [0, 4], [3]]


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("experts", [1, 2, 3, 4, 9, 10, 17])
def test_nobody_hears_itself_and_everybody_can_be_reached(topology, experts):
    audible = load_part(TOPOLOGIES[topology])(experts)
    assert audible.shape == (experts, experts)
    assert audible.dtype == torch.bool
    assert not audible.diagonal().any()
    assert torch.equal(audible, audible.T)
    reached = torch.linalg.matrix_power((audible | torch.eye(experts, dtype=torch.bool)).double(), experts)
    assert (reached > 0).all()


def test_a_random_topology_is_drawn_for_each_lifetime_unless_they_are_alike():
    audible = drawn()
    assert audible.shape == (B, E, E)
    assert (audible.sum(dim=2) == 2).all()
    assert not audible.diagonal(dim1=1, dim2=2).any()
    assert not torch.equal(audible[0], audible[1])
    assert torch.equal(audible, drawn())
    assert not torch.equal(audible, drawn(seed=1))
    alike = drawn(alike=True)
    assert torch.equal(alike, alike[:1].expand_as(alike))
    assert torch.equal(drawn(3, hears=9)[0], load_part(TOPOLOGIES["all"])(3))  # there are no more
    share = torch.cat([drawn(seed=seed) for seed in range(200)]).float().mean(dim=0)  # (E, E)
    assert (share[load_part(TOPOLOGIES["all"])(E)] - 2 / (E - 1)).abs().max() < 0.1


def test_with_all_and_alone_nothing_is_written_down_and_nothing_drawn():
    numbers = generator()
    for topology, experts in (("all", E), ("ring", 1), ("random", 1)):
        assert who_hears_whom(topology, B, experts, hears=2, generator=numbers, alike=False) is None
    assert torch.equal(numbers.get_state(), generator().get_state())
    assert Badger(BadgerConfig(3)).initial_state(2, 4).audible is None


def test_mean_of_heard_worked_out_by_hand():
    values = torch.tensor([[[1.0], [2.0], [6.0]]])
    audible = torch.tensor([[[False, True, True], [False, False, True], [False, False, False]]])
    assert mean_of_heard(values, audible).flatten().tolist() == [4.0, 6.0, 0.0]


@pytest.mark.parametrize("kind", ["mean", "gated", "attention"])
def test_messages_go_where_the_topology_lets_them(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H)
    audible = drawn()
    heard = messages(memory, audible)
    for speaker in range(E):
        changed = memory.clone()
        changed[:, speaker] += 1.0
        moved = (messages(changed, audible) - heard).abs().amax(dim=2) > 1e-6  # (B, E)
        hears = audible[:, :, speaker].clone()
        if kind == "attention":  # who asks otherwise hears otherwise
            hears[:, speaker] = True
        assert torch.equal(moved, hears)


@pytest.mark.parametrize("kind", ["mean", "gated", "attention"])
def test_hearing_everybody_is_the_same_written_down_or_not(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H)
    written = load_part(TOPOLOGIES["all"])(E).expand(B, -1, -1)
    assert torch.allclose(messages(memory), messages(memory, written), atol=1e-6)


@pytest.mark.parametrize("kind", ["mean", "gated", "attention"])
def test_who_hears_nobody_hears_silence_and_gradients_stay_finite(kind):
    messages, memory = load_part(MESSAGES[kind])(H, 4), torch.randn(B, E, H, requires_grad=True)
    audible = load_part(TOPOLOGIES["chain"])(E).clone()
    audible[2] = False
    heard = messages(memory, audible.expand(B, -1, -1))
    assert (heard[:, 2] == 0.0).all()
    heard.square().sum().backward()
    assert torch.isfinite(memory.grad).all()


def test_along_a_chain_news_travels_one_expert_per_round():
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
def test_many_sets_of_weights_run_at_once_with_a_topology(topology, messages):
    agent = Badger(BadgerConfig(3, topology=topology, messages=messages)).requires_grad_(False)
    shown, begun = torch.randn(B, E, 3), agent.initial_state(B, E, generator=generator())
    _, begun = agent(shown, begun)
    sets = [{name: torch.randn_like(value) for name, value in agent.named_parameters()} for _ in range(3)]
    one_by_one = torch.stack([torch.func.functional_call(agent, weights, (shown, begun))[0] for weights in sets])
    use_plain_operations(agent)
    stacked = {name: torch.stack([weights[name] for weights in sets]) for name in sets[0]}
    states = type(begun)(*(value.expand(3, *value.shape) for value in begun))

    def step(weights, state):
        return torch.func.functional_call(agent, weights, (shown, state))

    together, following = torch.func.vmap(step)(stacked, states)
    assert torch.allclose(together, one_by_one, atol=1e-5)
    assert torch.equal(following.audible, states.audible)
