import pytest
import torch

from tests.helpers.mid_life import B, F, P, generator, made, state_in_mid_life


def free(topology="all", identity="one_hot"):
    """Experts that are no ports, and of which 5 there are at first."""
    return made("attention membrane", experts=5, topology=topology, identity=identity, identity_size=8)


@pytest.mark.parametrize("topology", ["all", "ring", "random"])
@pytest.mark.parametrize("identity", ["one_hot", "random", "none"])
def test_experts_are_removed_added_and_cloned_in_mid_life(topology, identity):
    agent = free(topology, identity)
    state = state_in_mid_life(agent)
    keep = torch.tensor([True, False, True, False, True])
    left = agent.remove_experts(state, keep)
    assert torch.equal(left.memory, state.memory[:, keep])
    assert torch.equal(left.identity, state.identity[:, keep])
    added = agent.add_experts(left, 2, generator=generator(5))
    assert torch.equal(added.memory[:, :3], left.memory)
    assert (added.memory[:, 3:] == 0.0).all()
    copied = agent.clone_experts(left, torch.tensor([1, 1]), generator=generator(5))
    assert torch.equal(copied.memory[:, 3:], left.memory[:, [1, 1]])
    for now, experts in ((left, 3), (added, 5), (copied, 5)):
        assert torch.equal(now.identity[:, :3], left.identity)
        names = now.identity[0]
        if identity != "none":
            assert len(names.unique(dim=0)) == experts  # nobody is called like another
        assert (now.neighbours is None) == (topology == "all")
        action, after = agent(torch.randn(B, P, F), now)
        assert action.shape == (B, P, 1)
        assert after.memory.shape == (B, experts, 28)


def test_remove_at_the_start_equals_an_agent_without_them():
    agent, shown = free("ring"), torch.randn(6, B, P, F)
    many = agent.initial_state(B, P, generator=generator(), experts=5)
    few = agent.initial_state(B, P, generator=generator(), experts=3)
    left = agent.remove_experts(many, torch.tensor([True, True, True, False, False]))
    assert torch.equal(left.neighbours, few.neighbours)
    assert torch.equal(agent.unroll(shown, left)[0], agent.unroll(shown, few)[0])
    again = agent.add_experts(few, 2)
    assert torch.equal(agent.unroll(shown, again)[0], agent.unroll(shown, many)[0])


def test_one_hot_identities_are_kept_reused_and_run_out():
    agent = free()
    state = agent.remove_experts(state_in_mid_life(agent), torch.tensor([True, False, False, True, True]))
    assert state.identity[0].argmax(dim=1).tolist() == [0, 3, 4]
    added = agent.add_experts(state, 3)
    assert added.identity[0].argmax(dim=1).tolist() == [0, 3, 4, 1, 2, 5]
    with pytest.raises(ValueError, match=r"experts must be at most 8 with one-hot ids, got 6 \+ 3"):
        agent.add_experts(added, 3)


def test_added_experts_are_sampled_and_others_keep_their_neighbours():
    agent = free("random", "random")
    state = state_in_mid_life(agent)
    added = agent.add_experts(state, 2, generator=generator(3))
    kept = torch.where(added.neighbours < 5, added.neighbours, -1)[:, :5].sort(dim=2, descending=True).values
    assert torch.equal(kept[..., :2], state.neighbours.sort(dim=2, descending=True).values)
    assert (kept[..., 2:] == -1).all()
    assert ((added.neighbours[:, 5:] >= 0).sum(dim=2) == 2).all()
    assert (added.neighbours[:, :5] >= 5).any()
    assert not torch.equal(added.identity[0, 5:], added.identity[1, 5:])
    shared = agent.add_experts(state, 2, generator=generator(3), shared_across_batch=True)
    assert torch.equal(shared.identity[0, 5:], shared.identity[1, 5:])
    assert torch.equal(added.identity, agent.add_experts(state, 2, generator=generator(3)).identity)
    alone = agent.remove_experts(state, torch.arange(5) == 2)
    assert alone.neighbours is None
    assert agent.add_experts(alone, 3).neighbours.shape == (B, 4, 2)


def test_those_who_stay_keep_their_neighbours_by_their_new_numbers():
    agent = free("random", "random")
    state = state_in_mid_life(agent)
    left = agent.remove_experts(state, torch.tensor([True, False, True, True, True]))
    new = {0: 0, 2: 1, 3: 2, 4: 3}
    for life in range(B):
        for old, number in new.items():
            wanted = {new[other] for other in state.neighbours[life, old].tolist() if other in new}
            assert {other for other in left.neighbours[life, number].tolist() if other >= 0} == wanted


def test_dynamic_experts_refuse_bad_arguments():
    tied, agent = made("mean"), free()
    for change in (
        lambda: tied.remove_experts(state_in_mid_life(tied), torch.tensor([True, False, True, True])),
        lambda: tied.add_experts(state_in_mid_life(tied), 1),
        lambda: tied.clone_experts(state_in_mid_life(tied), torch.tensor([0])),
    ):
        with pytest.raises(
            ValueError, match="membrane must be one with free experts .* got 'direct': its experts sit at ports"
        ):
            change()
    state = state_in_mid_life(agent)
    for keep in (torch.zeros(5, dtype=torch.bool), torch.ones(4, dtype=torch.bool), torch.ones(5)):
        with pytest.raises(ValueError, match=r"keep must be bool of shape \(5,\) with at least one True"):
            agent.remove_experts(state, keep)
    for which in (torch.tensor([5]), torch.tensor([-1]), torch.tensor([0.0]), torch.zeros(0, dtype=torch.int64)):
        with pytest.raises(ValueError, match=r"which must be int64 \(C,\) of experts from 0 to 4"):
            agent.clone_experts(state, which)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        agent.add_experts(state, 0)
