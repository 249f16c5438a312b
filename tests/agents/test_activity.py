"""Which experts update: the chosen ones alone, as many as asked for, by what they read, and choosing is learned."""

import pytest
import torch

from agents import Badger, BadgerConfig, load_agent, save_agent
from agents.parts.activity import TopActive
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, state_in_mid_life

FREE = {"membrane": "bonds", "experts": 8, "identity": "random"}
PARTS = [{}, {"expert": "lstm", "rounds": 2}, {"exchange": "settle", "rounds": 3}, FREE]


def agent_of(fraction=0.5, **config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, hidden_size=6, activity="top", active_fraction=fraction, **config))


def experts_that_changed(agent):
    """How many experts of each lifetime have another memory after one more step, (B,)."""
    state = state_in_mid_life(agent)
    _, following = agent(torch.randn(B, P, F, generator=generator(2)), state)
    changed = (following.memory != state.memory).any(dim=2)  # (B, E)
    assert torch.equal(changed | (following.private != state.private).any(dim=2), changed)
    return changed.sum(dim=1).tolist()


@pytest.mark.parametrize("parts", PARTS, ids=["gru", "lstm, two rounds", "settle", "free experts"])
@pytest.mark.parametrize(("fraction", "of_four"), [(1.0, 4), (0.5, 2), (0.25, 1), (0.01, 1)])
def test_so_many_experts_update_and_the_others_stay_as_they_were(parts, fraction, of_four):
    wanted = of_four * 2 if "experts" in parts and fraction > 0.1 else of_four
    assert experts_that_changed(agent_of(fraction, **parts)) == [wanted] * B


def test_active_are_those_who_attend_to_what_they_read_worked_out_by_hand():
    part = TopActive(reads=1, knows=2, key_size=4, fraction=0.5)
    with torch.no_grad():
        for layer in (part.query, part.key):
            layer.weight.zero_()
            layer.bias.zero_()
        part.query.bias[0], part.key.weight[0] = 2.0, 1.0
        part.null[0] = 1.0
    reading = torch.tensor([[[0.5], [3.0], [1.0], [2.0]]])  # scores 2 * (reading - 1) / 2
    share = part(reading, torch.zeros(1, 4, 1), torch.zeros(1, 4, 1))
    assert torch.allclose(share[0, :, 0], torch.tensor([0.0, 0.8808, 0.0, 0.7311]), atol=1e-4)
    absent = torch.tensor([[False, True, False, False]])
    share = part(reading, torch.zeros(1, 4, 1), torch.zeros(1, 4, 1), absent)
    assert (share[0, :, 0] > 0.0).tolist() == [False, False, True, True]


def test_choosing_gets_a_gradient_and_runs_under_vmap(tmp_path):
    agent = agent_of()
    before = {name: values.clone() for name, values in agent.activity.named_parameters()}
    train(agent, "Badger/Guessing-v0", {"dims": 4, "horizon": 4}, BPTT(updates=2, batch=8), seed=0)
    assert not any(torch.equal(values, before[name]) for name, values in agent.activity.named_parameters())
    save_agent(agent, tmp_path)
    assert load_agent(tmp_path).config == agent.config
    assert_runs_under_vmap(agent)


def test_agents_whose_experts_are_all_active_have_no_weights_for_it():
    assert not list(Badger(BadgerConfig(F)).activity.parameters())


@pytest.mark.parametrize("fraction", [0.0, 1.5, float("nan"), "half", True])
def test_fractions_that_can_not_be_are_refused(fraction):
    with pytest.raises(ValueError, match="active_fraction must be a number above 0 and at most 1, got"):
        agent_of(fraction)
