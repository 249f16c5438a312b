"""Nash averaging against a linear program, and what it is for: copies of a task count once."""

import numpy as np
import pytest
from scipy.optimize import linprog

from badger_envs.statistics import nash_average


def value(scores):
    """What the first player wins at equilibrium, by a linear program over the mixtures of tasks."""
    agents, tasks = scores.shape
    found = linprog(
        np.append(np.zeros(tasks), 1.0), A_ub=np.c_[scores, -np.ones(agents)], b_ub=np.zeros(agents),
        A_eq=[np.append(np.ones(tasks), 0.0)], b_eq=[1.0], bounds=[(0, None)] * tasks + [(None, None)],
    )  # fmt: skip
    return found.fun


@pytest.mark.parametrize("shape", [(2, 3), (5, 12), (40, 6), (1, 4), (3, 1)])
def test_the_best_agent_wins_what_a_linear_program_says(shape):
    scores = np.random.default_rng(sum(shape)).uniform(-0.5, 1.0, shape)
    found = nash_average(scores)
    assert found.scores.max() == pytest.approx(value(scores), abs=1e-3)
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights.min() >= 0.0
    np.testing.assert_allclose(found.scores, scores @ found.weights)


def test_copies_of_a_task_count_once():
    scores = np.array([[0.9, 0.2, 0.4], [0.1, 0.7, 0.5], [0.5, 0.5, 0.1]])
    copied = np.hstack([scores, np.repeat(scores[:, :1], 7, axis=1)])
    once, often = nash_average(scores), nash_average(copied)
    np.testing.assert_allclose(once.scores, often.scores, atol=1e-4)
    assert often.weights[[0, 3, 9]] == pytest.approx(once.weights[0] / 8, abs=1e-4)


def test_a_task_that_is_solved_by_everybody_strong_gets_no_weight():
    scores = np.array([[1.0, 0.3, 0.6], [1.0, 0.6, 0.3], [0.0, 0.1, 0.1]])
    assert nash_average(scores).weights == pytest.approx([0.0, 0.5, 0.5], abs=1e-3)


def test_of_equilibria_the_one_of_most_entropy():
    assert nash_average(np.full((3, 4), 0.7)).weights == pytest.approx([0.25] * 4)
    rows = np.array([[0.5, 0.5, 0.9], [0.5, 0.5, 0.8]])
    assert nash_average(rows).weights == pytest.approx([0.5, 0.5, 0.0], abs=1e-3)


def test_units_do_not_matter():
    scores = np.random.default_rng(0).uniform(0.0, 1.0, (4, 5))
    np.testing.assert_allclose(nash_average(scores).weights, nash_average(1e3 * scores - 7.0).weights, atol=1e-6)


@pytest.mark.parametrize("scores", [[], [1.0], [[np.nan]], [[np.inf, 0.0]], np.zeros((0, 3)), np.zeros((2, 2, 2))])
def test_what_is_no_table_of_scores_is_refused(scores):
    with pytest.raises(ValueError, match=r"scores must be finite numbers, \(agents, tasks\)"):
        nash_average(scores)
