"""What the recipes of free experts promise about each other."""

from dataclasses import replace

import pytest

from agents import build_agent
from baselines.experiments.agents import AGENTS
from baselines.experiments.free_experts import FREE_EXPERTS
from baselines.experiments.recipes import RECIPES
from baselines.experiments.suites import SUITES
from baselines.outer_loops.base import Stage


def test_suite_free_holds_every_recipe_once():
    names = [recipe.name for recipe in SUITES["free"].recipes]
    assert names == [recipe.name for recipe in FREE_EXPERTS]
    assert len(set(names)) == len(names)
    assert all(RECIPES[recipe.name] is recipe for recipe in FREE_EXPERTS)


def test_recipes_with_and_without_fixed_addresses_differ_in_nothing_else():
    with_stage, without = RECIPES["bonds"], RECIPES["bonds_at_random"]
    assert [stage.shared_across_batch for stage in with_stage.outer_loop.stages] == [True, False]
    assert replace(without.outer_loop, stages=with_stage.outer_loop.stages) == with_stage.outer_loop
    assert without.outer_loop.stages == (Stage(horizon=(10, 10), experts=(3, 8)),)
    assert set(without.agents) <= set(with_stage.agents)
    assert (with_stage.parameters, with_stage.grids) == (without.parameters, without.grids)


@pytest.mark.parametrize(
    "name", ["free_silent", "free_mean", "free_auction", "free_sinkhorn", "free_sharp", "free_soft"]
)
def test_ablated_agents_differ_from_free_experts_in_one_thing(name):
    ablated, whole = AGENTS[name].config, AGENTS["badger_free"].config
    assert len({key for key in whole if ablated[key] != whole[key]}) == 1


def test_agents_by_rounds_have_the_promised_number_of_parameters():
    config = RECIPES["guessing_rounds"].config(AGENTS["badger_rounds"])
    agent = build_agent("Badger", config)
    assert sum(parameter.numel() for parameter in agent.parameters()) <= 10_000
