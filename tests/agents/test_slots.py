"""Experts that serve all ports, some, or a share of one: by hand at both ends, and what holds between them."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Badger, BadgerConfig, load_agent, save_agent
from agents.parts import EXPERTS, PLASTIC
from agents.parts.bindings import competitive, dealt
from agents.parts.encoder import Encoded
from agents.parts.experts import GRU
from tests.helpers.mid_life import B, F, P, generator, state_in_mid_life


def made(experts, **config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, membrane="slots", identity="random", experts=experts, **{"slots": P, **config}))


@given(experts=st.integers(1, 9), ports=st.integers(1, 9), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_ports_are_dealt_evenly_and_none_is_left_out(experts, ports, seed):
    affinity = torch.randn(B, experts, ports, generator=generator(seed))
    bonds = dealt(affinity)
    fewer, more = sorted((experts, ports))
    of_fewer = bonds.sum(dim=2 if experts < ports else 1)  # what each of the fewer ones has
    assert (bonds.sum(dim=1 if experts < ports else 2) == 1.0).all()
    assert (of_fewer >= more // fewer).all()
    assert (of_fewer <= -(-more // fewer)).all()
    if experts >= ports:
        assert torch.equal(bonds, competitive(affinity))


def test_two_experts_share_three_ports_as_worked_out_by_hand():
    # Expert 0 matches port 2 best of all; then expert 1, who has none, takes port 1; port 0 goes to whom it matches.
    affinity = torch.tensor([[[0.2, 0.5, 3.0], [0.1, 0.4, 2.0]]])
    assert dealt(affinity).tolist() == [[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]]


def test_one_expert_reads_every_port_in_a_slot_of_its_own_and_acts_by_each():
    agent = made(1, slots=P + 1)
    state = state_in_mid_life(agent)
    inputs = torch.randn(B, P, agent.turns.inputs, generator=generator())
    ones = torch.ones(B, P, 1)
    shown = torch.cat([inputs, ones], dim=-1).flatten(1)  # (B, P * (inputs + 1))
    read = agent.membrane.read(inputs, state.memory, state.addresses, state.bonds)
    assert torch.equal(read[:, 0], torch.nn.functional.pad(shown, (0, agent.turns.inputs + 1)))
    written = agent.membrane.write(inputs, state.memory, state.addresses, state.bonds)
    assert torch.allclose(written[..., 0], agent.membrane.act(state.memory[:, 0])[:, :P])


def test_many_experts_read_one_port_each_and_a_port_does_the_mean_of_what_they_say():
    agent = made(2 * P)
    state = state_in_mid_life(agent)
    inputs = torch.randn(B, P, agent.turns.inputs, generator=generator())
    read = agent.membrane.read(inputs, state.memory, state.addresses, state.bonds)
    one_slot = agent.turns.inputs + 1
    assert torch.equal(read[..., : one_slot - 1], state.bonds @ inputs)
    assert (read[..., one_slot - 1] == 1.0).all()
    assert (read[..., one_slot:] == 0.0).all()
    said = agent.membrane.act(state.memory)[..., :1]  # (B, E, 1) of the first slot
    mean = state.bonds.transpose(1, 2) @ said / 2.0
    assert torch.allclose(agent.membrane.write(inputs, state.memory, state.addresses, state.bonds), mean, atol=1e-6)


def test_experts_at_one_port_are_told_apart_by_their_identities():
    """Under bonds they are copies of each other."""
    agent = made(2 * P, messages="none")
    state = state_in_mid_life(agent)
    first, second = state.bonds[0, :, 0].nonzero()[:, 0]
    assert not torch.equal(state.memory[0, first], state.memory[0, second])


def test_ports_must_fit_into_the_slots_of_all_experts():
    agent = made(2, slots=3)
    assert agent.accepts(6)
    assert not agent.accepts(7)
    assert not agent.accepts(0)
    with pytest.raises(ValueError, match="ports must be a number that .* accepts, got 7"):
        agent.initial_state(B, 7)


def test_who_is_left_takes_over_the_ports_of_the_lost():
    agent = made(P)
    state = state_in_mid_life(agent)
    left = agent.remove_experts(state, torch.arange(P) < 1)
    assert (left.bonds == 1.0).all()  # one expert has them all
    assert torch.equal(left.memory, state.memory[:, :1])
    action, _ = agent(torch.randn(B, P, F), left)
    assert action.shape == (B, P, 1)
    again = agent.add_experts(left, P, generator=generator(3))
    assert (again.bonds.sum(dim=1) >= 1.0).all()


def test_an_encoder_sees_inputs_and_memory_and_its_unit_sees_the_encoder_alone():
    torch.manual_seed(0)
    expert = Encoded(GRU(5, 2), inputs=3, size=5)
    inputs, memory = torch.randn(4, 3), torch.randn(4, 2)
    units = torch.tanh(expert.encode(torch.cat([inputs, memory], dim=1)))
    assert torch.equal(expert(inputs, memory, memory[:, :0])[0], expert.unit(units, memory, memory[:, :0])[0])


@pytest.mark.parametrize("expert", sorted(set(EXPERTS) - set(PLASTIC)))
def test_every_expert_can_have_an_encoder_and_is_saved_with_it(expert, tmp_path):
    agent = made(3, expert=expert, encoder_size=7, hidden_size=4)
    save_agent(agent, tmp_path)
    again, seen = load_agent(tmp_path), torch.randn(B, P, F)
    state = agent.initial_state(B, P, generator=generator())
    for _ in range(2):
        action, after = agent(seen, state)
        assert torch.equal(again(seen, state)[0], action)
        state = after
    assert (agent.reset_memory(state, torch.ones_like(state.memory, dtype=torch.bool)).memory == 0.0).all()


def test_without_an_encoder_weights_have_the_names_that_they_had():
    config = BadgerConfig(F)
    assert config.encoder_size == 0
    assert set(dict(Badger(config).expert.named_parameters())) == {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"identity": "one_hot"}, "identity must be 'random' with membrane 'slots', got 'one_hot'"),
        ({"identity_size": 8}, "identity_size must equal key_size, 16, with membrane 'slots', got 8"),
        ({"slots": 0}, "slots must be an integer of at least 1, got 0"),
        ({"encoder_size": -1}, "encoder_size must be an integer of at least 0, got -1"),
        ({"presence_changes": True}, "presence_changes must be False with membrane 'slots', got True"),
        ({"turns": "rounds", "error_feature": 0}, "membrane must be 'direct' or 'bonds' with turns='rounds'"),
    ],
)
def test_configs_refuse_what_slots_can_not_be_combined_with(change, message):
    with pytest.raises(ValueError, match=message):
        BadgerConfig(F, **{"membrane": "slots", "experts": 3, "identity": "random", **change})


def test_plastic_experts_have_no_encoder():
    with pytest.raises(ValueError, match="encoder_size must be 0 with expert='plastic', got 3"):
        BadgerConfig(
            F, membrane="synapses", expert="plastic", hidden_size=1, messages="none", identity="none", encoder_size=3
        )
