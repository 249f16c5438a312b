"""Padded agents: ports that are not there change nothing, and a range of sizes can be trained on."""

import pytest
import torch

from agents import PaddedMonolithic, PaddedMonolithicConfig, build_agent, load_agent, save_agent
from agents.parts.padding import Padding
from badger_envs.registry import get_spec
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, assert_runs_under_vmap, generator, made

LARGEST = 6
GUESSING = "Badger/Guessing-v0"


def life(agent, shown):
    """Actions (T, B, P, A) of what ports show (T, B, P, F)."""
    state, actions = agent.initial_state(shown.shape[1], shown.shape[2], generator=generator()), []
    for seen in shown:
        action, state = agent(seen, state)
        actions.append(action)
    return torch.stack(actions)


def test_network_takes_what_ports_show_how_it_changed_and_who_is_there():
    padding = Padding(1, 3, "in_order")
    places = padding.initial_places(1, 2, None)
    before, now = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[[4.0], [0.5]]])
    assert padding(now, None, places).tolist() == [[4.0, 0.0, 1.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0]]
    absent = torch.tensor([[True, False]])
    assert padding(now, before, places, absent).tolist() == [[4.0, 3.0, 0.0, 0.5, -1.5, 1.0, 0.0, 0.0, 0.0]]
    assert padding.size == 9


def test_port_in_another_place_is_shown_and_moved_there():
    padding = Padding(1, 3, "random")
    places = torch.tensor([[[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]])  # port 0 has the last place, port 1 the first one
    shown = padding(torch.tensor([[[4.0], [0.5]]]), None, places)
    assert shown.tolist() == [[0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 4.0, 0.0, 1.0]]
    outputs = torch.tensor([[10.0, 11.0, 20.0, 21.0, 30.0, 31.0]])  # two actions in each place
    assert padding.at_ports(outputs, places).tolist() == [[[30.0, 31.0], [10.0, 11.0]]]


def test_random_places_are_all_used_and_each_by_one_port_at_most():
    padding = Padding(1, 4, "random")
    places = padding.initial_places(500, 3, generator())
    assert (places.sum(dim=1) == 1.0).all()
    assert (places.sum(dim=2) <= 1.0).all()
    assert (places.mean(dim=0) > 0.2).all()
    agent = made("padded lstm")
    shared = agent.initial_state(B, 3, generator=generator(), shared_across_batch=True)
    assert torch.equal(shared.places, shared.places[:1].expand_as(shared.places))
    free = agent.initial_state(B, 3, generator=generator())
    assert not torch.equal(free.places, shared.places)


@pytest.mark.parametrize("ports", [1, 3, LARGEST])
def test_padded_agent_takes_any_number_of_ports_up_to_its_largest(ports, tmp_path):
    agent = made("padded")
    save_agent(agent, tmp_path)
    shown = torch.randn(3, B, ports, F)
    assert torch.equal(life(load_agent(tmp_path), shown), life(agent, shown))
    assert life(agent, shown).shape == (3, B, ports, 1)


def test_padded_agent_with_all_places_taken_equals_a_monolith_with_the_same_weights():
    padded, monolith = made("padded"), build_agent("Monolithic", {"port_features": F, "ports": LARGEST})
    seen = 2 * F
    with torch.no_grad():
        by_place = padded.network.weight_ih.unflatten(1, (LARGEST, seen + 1))  # (3H, L, 2F + 1)
        monolith.cell.weight_ih.copy_(by_place[..., :seen].flatten(1))
        monolith.cell.bias_ih.copy_(padded.network.bias_ih + by_place[..., seen].sum(dim=1))
        monolith.cell.weight_hh.copy_(padded.network.weight_hh)
        monolith.cell.bias_hh.copy_(padded.network.bias_hh)
        monolith.act.load_state_dict(padded.act.state_dict())
    shown = torch.randn(5, B, LARGEST, F)
    assert torch.allclose(life(padded, shown), life(monolith, shown), atol=1e-6)


def test_padded_agents_run_under_vmap():
    assert_runs_under_vmap(made("padded"))
    assert_runs_under_vmap(made("padded", places="random", presence_changes=True))


def test_padded_agent_trains_on_a_range_of_sizes_and_resumes_bit_for_bit(tmp_path):
    settings = BPTT(updates=6, batch=4, stages=(Stage(sizes=(2, LARGEST)),))
    whole, cut = made("padded lstm"), made("padded lstm")
    train(whole, GUESSING, {"dims": 2, "horizon": 4}, settings, seed=1, points=6)

    def interrupt(update, point):
        if update == 3:
            raise KeyboardInterrupt

    how = {"seed": 1, "points": 6, "checkpoint": tmp_path / "checkpoint"}
    with pytest.raises(KeyboardInterrupt):
        train(cut, GUESSING, {"dims": 2, "horizon": 4}, settings, on_update=interrupt, **how)
    resumed = made("padded lstm", places="random")
    train(resumed, GUESSING, {"dims": 2, "horizon": 4}, settings, **how)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(ValueError, match="ports must be a number that PaddedMonolithic.* got 7"):
        train(made("padded"), GUESSING, {"dims": 2}, BPTT(updates=1, stages=(Stage(sizes=(2, 7)),)), seed=0)


def test_recipe_pads_to_the_most_ports_that_it_trains_with():
    sizes, alone = RECIPES["guessing_sizes"], RECIPES["guessing"]
    assert (sizes.max_ports, alone.max_ports) == (6, 3)
    assert sizes.config(AGENTS["monolithic_padded"])["max_ports"] == 6
    task = get_spec(GUESSING).make_task(dims=4)
    assert AGENTS["monolithic_padded"].fitted(task, 5000)["max_ports"] == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PaddedMonolithicConfig(3, 0), "max_ports must be an integer of at least 1, got 0"),
        (lambda: PaddedMonolithicConfig(3, 4, places="last"), "places must be one of 'in_order', 'random', got 'last'"),
        (lambda: PaddedMonolithicConfig(3, 4, cell="rnn"), "cell must be one of 'gru', 'lstm', got 'rnn'"),
        (lambda: made("padded").initial_state(1, 7), "ports must be a number that PaddedMonolithic.* got 7"),
        (lambda: made("padded").initial_state(1, 0), "ports must be a number that PaddedMonolithic.* got 0"),
        (lambda: build_agent("PaddedMonolithic", {"port_features": 3}), "config of PaddedMonolithic: .*max_ports"),
    ],
)
def test_padded_agents_refuse_by_name_what_they_can_not_have(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    assert PaddedMonolithic is type(made("padded"))
