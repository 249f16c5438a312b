import pytest
import torch

from agents import Badger, BadgerConfig
from tests.helpers.lives import B, F, P, generator, lived


def free(topology="all", identity="one_hot"):
    """Experts that are no ports, and of which 5 there are at first."""
    return Badger(
        BadgerConfig(F, membrane="attention", experts=5, topology=topology, identity=identity, identity_size=8)
    )


@pytest.mark.parametrize("topology", ["all", "ring", "random"])
@pytest.mark.parametrize("identity", ["one_hot", "random", "none"])
def test_experts_go_and_come_in_mid_life(topology, identity):
    agent = free(topology, identity)
    state = lived(agent)
    keep = torch.tensor([True, False, True, False, True])
    left = agent.remove_experts(state, keep)
    assert torch.equal(left.memory, state.memory[:, keep])
    assert torch.equal(left.identity, state.identity[:, keep])
    born = agent.add_experts(left, 2, generator=generator(5))
    assert torch.equal(born.memory[:, :3], left.memory)
    assert (born.memory[:, 3:] == 0.0).all()
    copied = agent.clone_experts(left, torch.tensor([1, 1]), generator=generator(5))
    assert torch.equal(copied.memory[:, 3:], left.memory[:, [1, 1]])
    for now, experts in ((left, 3), (born, 5), (copied, 5)):
        assert torch.equal(now.identity[:, :3], left.identity)
        names = now.identity[0]
        if identity != "none":
            assert len(names.unique(dim=0)) == experts  # nobody is called like another
        assert (now.audible is None) == (topology == "all")
        action, after = agent(torch.randn(B, P, F), now)
        assert action.shape == (B, P, 1)
        assert after.memory.shape == (B, experts, 28)


def test_experts_removed_at_birth_were_never_there():
    agent, shown = free("ring"), torch.randn(6, B, P, F)
    many = agent.initial_state(B, P, generator=generator(), experts=5)
    few = agent.initial_state(B, P, generator=generator(), experts=3)
    left = agent.remove_experts(many, torch.tensor([True, True, True, False, False]))
    assert torch.equal(left.audible, few.audible)
    assert torch.equal(agent.follow(shown, left)[0], agent.follow(shown, few)[0])
    again = agent.add_experts(few, 2)
    assert torch.equal(agent.follow(shown, again)[0], agent.follow(shown, many)[0])


def test_one_hot_identities_are_kept_reused_and_run_out():
    agent = free()
    state = agent.remove_experts(lived(agent), torch.tensor([True, False, False, True, True]))
    assert state.identity[0].argmax(dim=1).tolist() == [0, 3, 4]
    born = agent.add_experts(state, 3)
    assert born.identity[0].argmax(dim=1).tolist() == [0, 3, 4, 1, 2, 5]
    with pytest.raises(ValueError, match=r"experts must be at most 8 with one-hot ids, got 6 \+ 3"):
        agent.add_experts(born, 3)


def test_random_newborns_differ_between_lifetimes_unless_alike_and_old_ones_hear_whom_they_heard():
    agent = free("random", "random")
    state = lived(agent)
    born = agent.add_experts(state, 2, generator=generator(3))
    assert torch.equal(born.audible[:, :5, :5], state.audible)
    assert (born.audible[:, 5:].sum(dim=2) == 2).all()
    assert born.audible[:, :5, 5:].any()
    assert not torch.equal(born.identity[0, 5:], born.identity[1, 5:])
    alike = agent.add_experts(state, 2, generator=generator(3), alike=True)
    assert torch.equal(alike.identity[0, 5:], alike.identity[1, 5:])
    assert torch.equal(born.identity, agent.add_experts(state, 2, generator=generator(3)).identity)
    alone = agent.remove_experts(state, torch.arange(5) == 2)
    assert alone.audible is None
    assert agent.add_experts(alone, 3).audible.shape == (B, 4, 4)


def test_what_cannot_be_done_to_experts_is_refused():
    tied, agent = Badger(BadgerConfig(F)), free()
    for change in (
        lambda: tied.remove_experts(lived(tied), torch.tensor([True, False, True])),
        lambda: tied.add_experts(lived(tied), 1),
        lambda: tied.clone_experts(lived(tied), torch.tensor([0])),
    ):
        with pytest.raises(ValueError, match="membrane must be 'attention' .* got 'direct': expert i sits at port i"):
            change()
    state = lived(agent)
    for keep in (torch.zeros(5, dtype=torch.bool), torch.ones(4, dtype=torch.bool), torch.ones(5)):
        with pytest.raises(ValueError, match=r"keep must be bool of shape \(5,\) with at least one True"):
            agent.remove_experts(state, keep)
    for which in (torch.tensor([5]), torch.tensor([-1]), torch.tensor([0.0]), torch.zeros(0, dtype=torch.int64)):
        with pytest.raises(ValueError, match=r"which must be int64 \(C,\) of experts from 0 to 4"):
            agent.clone_experts(state, which)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        agent.add_experts(state, 0)
