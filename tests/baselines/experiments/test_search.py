"""The tuning: which settings are tried, and which of them are chosen."""

from dataclasses import fields

import numpy as np
import pytest

from baselines.experiments.recipes import RECIPES
from baselines.experiments.search import Search, chosen


def test_chosen_is_the_middle_one_of_draws_that_are_as_good():
    rates = [{"learning_rate": rate} for rate in (0.02, 0.001, 0.003, 0.006)]
    assert chosen(list(zip(rates, [1.0, 0.995, 1.0, 0.999], strict=True))) == {"learning_rate": 0.003}
    assert chosen(list(zip(rates, [1.0, 0.5, 0.9, 0.8], strict=True))) == {"learning_rate": 0.02}
    assert chosen(list(zip(rates, [None, 0.5, 0.505, None], strict=True))) == {"learning_rate": 0.001}
    with pytest.raises(ValueError, match="no settings were found"):
        chosen([])


def test_search_draws_cover_the_declared_space_and_are_always_the_same():
    loop = RECIPES["guessing_ppo"].outer_loop
    draws = Search(trials=8).draws(loop)
    assert draws == Search(trials=8).draws(loop)
    for name, values in loop.space.items():
        found = sorted(draw[name] for draw in draws)
        assert values.low <= found[0] < found[-1] <= values.high
        edges = values.low * (values.high / values.low) ** (np.arange(9) / 8)
        assert all(low <= value <= high * 1.01 for low, value, high in zip(edges, found, edges[1:], strict=False))


def test_outer_loop_declares_a_space_of_its_own_settings():
    for loop in (recipe.outer_loop for recipe in RECIPES.values()):
        assert loop.space
        assert set(loop.space) <= {field.name for field in fields(loop)}
