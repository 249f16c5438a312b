import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Badger, BadgerConfig
from agents.parts import BONDS, MEMBRANES, TIED, load_part
from agents.parts.bindings import auction, competitive, sharp, sinkhorn, soft
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, made, state_in_mid_life

E = 7


def affinities(experts, ports, seed=0):
    return torch.randn(B, experts, ports, generator=generator(seed))


@given(experts=st.integers(1, 25), ports=st.integers(1, 25), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_competitive_binds_every_expert_once_and_serves_ports_evenly(experts, ports, seed):
    bonds = competitive(affinities(experts, ports, seed))
    assert bonds.shape == (B, experts, ports)
    assert (bonds.sum(dim=2) == 1.0).all()
    served = bonds.sum(dim=1)
    assert (served >= experts // ports).all()
    assert (served <= -(-experts // ports)).all()


def test_competitive_equals_one_worked_out_by_hand():
    # Expert 1 is best at port 0 and is bound first. Port 1 is next, where expert 0 is better than expert 2. Then both
    # ports have one, and expert 2 takes the one that it prefers.
    affinity = torch.tensor([[[2.0, 1.0], [3.0, 2.5], [-1.0, -2.0]]])
    assert competitive(affinity).tolist() == [[[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]]
    assert sharp(affinity).tolist() == [[[1.0, 0.0]] * 3]


def test_competitive_keeps_bonds_and_breaks_the_weakest_only_where_a_port_would_be_unserved():
    affinity = torch.tensor([[[0.1, 0.2, 0.3], [0.5, 0.0, 0.0], [0.4, 0.0, 0.9]]])
    kept = torch.tensor([[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    # Port 2 has nobody; of the two at port 0 the first is bound more weakly.
    assert competitive(affinity, kept).tolist() == [[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    alone = kept[:, 1:]
    assert torch.equal(competitive(affinity[:, 1:], alone), alone)  # two experts, two ports of three: none can move
    newcomer = torch.cat([kept[:, 1:], torch.zeros(1, 1, 3)], dim=1)
    assert competitive(affinity, newcomer)[0, 2].tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("binding", [soft, sharp, sinkhorn, auction, competitive])
def test_bindings_give_each_expert_a_whole_and_are_the_same_for_permuted_experts_and_ports(binding):
    affinity = affinities(9, 5).double()
    experts, ports = torch.randperm(9, generator=generator(1)), torch.randperm(5, generator=generator(2))
    bonds = binding(affinity)
    assert torch.allclose(bonds.sum(dim=2), torch.ones(B, 9, dtype=torch.float64))
    assert torch.allclose(binding(affinity[:, experts][:, :, ports]), bonds[:, experts][:, :, ports], atol=1e-12)


@pytest.mark.parametrize(("binding", "spread"), [(sinkhorn, 0.05), (auction, 0.5)])
def test_balanced_bindings_are_nearly_hard_and_serve_ports_nearly_evenly(binding, spread):
    bonds = binding(affinities(12, 4))
    assert (bonds.amax(dim=2).mean() > 0.8).all()
    assert (bonds.sum(dim=1) - 3.0).abs().max() < spread * 3.0


@given(experts=st.integers(1, 12), ports=st.integers(1, 6), seed=st.integers(0, 1000), membrane=st.sampled_from(BONDS))
@settings(deadline=None, max_examples=40)
def test_permuting_experts_or_ports_changes_nothing(experts, ports, seed, membrane):
    """In double precision: in single precision rounding can grow to .1 within a lifetime."""
    agent = Badger(BadgerConfig(F, membrane=membrane, experts=experts, identity="random", messages="attention"))
    agent = agent.double()
    start = agent.initial_state(B, ports, generator=generator(seed))
    start = start._replace(
        **{name: getattr(start, name).double() for name in ("memory", "private", "identity", "addresses", "action")}
    )
    by_expert, by_port = torch.randperm(experts, generator=generator(1)), torch.randperm(ports, generator=generator(2))
    state = agent.rebound(start._replace(bonds=torch.zeros(B, experts, ports, dtype=torch.float64)))
    other = agent.rebound(
        start._replace(
            identity=start.identity[:, by_expert],
            addresses=start.addresses[:, by_port],
            bonds=torch.zeros(B, experts, ports, dtype=torch.float64),
        )
    )
    assert torch.allclose(other.bonds, state.bonds[:, by_expert][:, :, by_port], atol=1e-12)
    for seen in torch.randn(20, B, ports, F, dtype=torch.float64, generator=generator(seed)):
        action, state = agent(seen, state)
        permuted, other = agent(seen[:, by_port], other)
        assert torch.allclose(permuted, action[:, by_port], atol=1e-11)


@pytest.mark.parametrize("experts", [1, P - 1, P, P + 1, 5 * P])
def test_bonds_work_for_fewer_as_many_and_more_experts_than_ports(experts):
    agent = made("bonds")
    state = agent.initial_state(B, P, generator=generator(), experts=experts)
    served = state.bonds.sum(dim=1) > 0.0
    assert (served.sum(dim=1) == min(experts, P)).all()
    before = torch.zeros(B, P, 1)
    for seen in torch.randn(3, B, P, F, generator=generator(1)):
        action, state = agent(seen, state)
        assert (action[served] != before[served]).all()
        assert torch.equal(action[~served], before[~served])  # ports without an expert hold what they had
        before = action


@pytest.mark.parametrize("messages", ["mean", "gated", "attention"])
def test_experts_that_hear_themselves_do_in_threes_what_they_do_alone(messages):
    agent = made("bonds", messages=messages, topology="all_and_self")
    addresses, played = torch.randn(B, P, 16, generator=generator(3)), {}
    for experts in (P, 3 * P):
        state = agent.initial_state(B, P, experts=experts, generator=generator(4))._replace(addresses=addresses)
        actions = []
        for shown in torch.randn(4, B, P, F, generator=generator(5)):
            action, state = agent(shown, state)
            actions.append(action)
        played[experts] = torch.stack(actions)  # (T, B, P, A)
    assert torch.allclose(played[P], played[3 * P], atol=1e-5)
    assert played[P].std() > 0.01


def test_a_port_hears_the_mean_of_its_experts_and_no_others():
    agent = made("bonds", messages="none", experts=2 * P)
    state = state_in_mid_life(agent)
    seen = torch.randn(B, P, F)
    action, after = agent(seen, state)
    outputs = agent.membrane.act(after.memory)
    for lifetime in range(B):
        for port in range(P):
            own = state.bonds[lifetime, :, port].bool()
            assert own.sum() == 2
            assert torch.allclose(action[lifetime, port], torch.tanh(outputs[lifetime, own].mean(dim=0)), atol=1e-6)
    changed = seen.clone()
    changed[:, 0] += 1.0
    other, _ = agent(changed, state)
    assert (other[:, 0] != action[:, 0]).all()
    assert torch.equal(other[:, 1:], action[:, 1:])


def test_identities_serve_the_bonds_alone():
    agent = made("bonds")
    state = state_in_mid_life(agent)
    renamed = state._replace(identity=torch.randn_like(state.identity))
    seen = torch.randn(B, P, F)
    assert torch.equal(agent(seen, renamed)[0], agent(seen, state)[0])


def test_removing_experts_keeps_bonds_and_serves_all_ports_while_experts_last():
    agent = made("bonds", experts=2 * P)
    state = state_in_mid_life(agent)
    keep = torch.arange(2 * P) < P + 1
    left = agent.remove_experts(state, keep)
    assert (left.bonds.sum(dim=1) >= 1.0).all()
    stayed = (left.bonds == state.bonds[:, keep]).all(dim=2)
    assert torch.equal(left.memory[stayed], state.memory[:, keep][stayed])
    assert (left.memory[~stayed] == 0.0).all()
    assert (~stayed).any()
    for lifetime in range(B):  # moved are as many as there were ports that had lost all theirs, and no more
        lost = (state.bonds[lifetime, keep].sum(dim=0) == 0.0).sum()
        assert (~stayed[lifetime]).sum() == lost
    fewer = agent.remove_experts(left, torch.arange(P + 1) < 2)
    assert (fewer.bonds.sum(dim=1) > 0.0).sum(dim=1).tolist() == [2] * B


def test_added_and_cloned_experts_serve_ports_that_have_fewest():
    agent = made("bonds", experts=P - 1)
    state = state_in_mid_life(agent)
    added = agent.add_experts(state, P + 1, generator=generator(5))
    assert torch.equal(added.bonds[:, : P - 1], state.bonds)
    assert torch.equal(added.memory[:, : P - 1], state.memory)
    assert (added.bonds.sum(dim=1) == 2.0).all()
    full = made("bonds", experts=P)
    state = state_in_mid_life(full)
    cloned = full.clone_experts(state, torch.arange(P), generator=generator(5))
    assert torch.equal(cloned.bonds[:, P:], state.bonds)  # a clone stays where its original is
    assert torch.equal(cloned.memory[:, P:], state.memory)
    action, _ = full(torch.zeros(B, P, F), cloned)
    assert action.shape == (B, P, 1)


def test_a_clone_moves_to_an_unserved_port_and_forgets():
    agent = made("bonds", experts=P - 1)
    state = state_in_mid_life(agent)
    cloned = agent.clone_experts(state, torch.tensor([0]), generator=generator(5))
    assert (cloned.bonds.sum(dim=1) == 1.0).all()
    moved = (cloned.memory == 0.0).all(dim=2)
    assert (moved.sum(dim=1) == 1).all()
    assert moved[:, 1 : P - 1].sum() == 0  # original or clone, whoever matches the port less


@pytest.mark.parametrize("name", sorted(set(MEMBRANES) - set(TIED)))
def test_badger_with_every_membrane_runs_under_vmap(name):
    assert_runs_under_vmap(Badger(BadgerConfig(F, membrane=name, experts=E, identity="random")))


def test_bonds_of_lifetimes_that_share_their_samples_are_equal():
    state = made("bonds").initial_state(B, P, generator=generator(), shared_across_batch=True)
    assert torch.equal(state.bonds, state.bonds[:1].expand_as(state.bonds))


@pytest.mark.parametrize("membrane", BONDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"identity": "one_hot"}, "identity must be 'random' with membrane '{}', got 'one_hot'"),
        ({"identity_size": 8}, "identity_size must equal key_size, 16, with membrane '{}', got 8"),
        ({"key_size": 4}, "identity_size must equal key_size, 4, with membrane '{}', got 16"),
        ({"experts": 0}, "experts must be an integer of at least 1, got 0"),
        ({"experts": None}, "experts must be an integer of at least 1, got None"),
    ],
)
def test_configs_with_bonds_refuse_what_can_not_be_matched(membrane, change, message):
    with pytest.raises(ValueError, match=message.format(membrane)):
        BadgerConfig(F, **{"membrane": membrane, "experts": 3, "identity": "random", **change})
    agent = Badger(BadgerConfig(F, membrane=membrane, experts=3, identity="random"))
    with pytest.raises(ValueError, match="experts must be at least 1 where they are free, got 0"):
        agent.initial_state(1, P, experts=0)
    assert issubclass(load_part(MEMBRANES[membrane]), load_part(MEMBRANES["bonds"]))
