"""Grids of tests, on results that were made up so that the answer is known."""

import numpy as np
import pytest

from baselines.analysis.grid_tables import grid_sentence, grid_tables
from baselines.analysis.grids import against_published, gain_from_more, grids_of
from baselines.analysis.summary import make_problem
from baselines.experiments.recipes import RECIPES
from baselines.report.grids import grid_pictures
from baselines.report.style import Style
from baselines.results.grid import GridResult
from tests.helpers.report_content import agent_of, make_run

PROBLEM = make_problem(RECIPES["guessing"])
VALUES, SIZES = (2, 4, 8, 16), (2, 3, 4)


def agent(error, runs=3, axis="experts", name="free", sizes=SIZES):
    """An agent with a grid, whose errors are a function of experts, size and seed."""

    def run(seed):
        metric = {value: {size: error(value, size, seed) for size in sizes} for value in VALUES}
        grid = GridResult(axis=axis, episodes=10, metric=metric)
        return make_run(PROBLEM, name, seed, 0.9).model_copy(update={"grids": (grid,)})

    return agent_of(PROBLEM, name, [run(seed) for seed in range(runs)])


def covering(experts, size, seed):
    """What is lost is the fraction of ports that nobody serves."""
    return 0.01 * (seed + 1) + max(0.0, 1.0 - experts / size)


def averaging(experts, size, seed):
    return (seed + 1) / experts


def test_grids_of_joins_the_runs():
    (grid,) = grids_of(agent(covering))
    assert (grid.values, grid.sizes, grid.metric.shape) == (VALUES, SIZES, (3, 4, 3))
    assert grid.metric[2, 0, 1] == pytest.approx(0.03 + 1 / 3)


def test_gain_from_more_tells_coverage_from_averaging():
    (grid,) = grids_of(agent(covering))
    assert gain_from_more(grid) == pytest.approx((1.0, 1.0, 1.0))
    assert grid_sentence(grid) == (
        "From 2 experts per port to 16 experts the metric changes by a factor of 1.00 (95 % 1.00 to 1.00): "
        "coverage, not averaging."
    )
    (grid,) = grids_of(agent(averaging))
    # From 4, 8 and 8 experts to 16: factors of 1/4, 1/2 and 1/2.
    assert gain_from_more(grid).estimate == pytest.approx((1 / 16) ** (1 / 3))
    assert grid_sentence(grid).endswith("averaging over them helps.")


def test_gain_from_more_is_silent_about_one_run_and_about_lengths_of_life():
    assert gain_from_more(grids_of(agent(covering, runs=1))[0]) is None
    (grid,) = grids_of(agent(covering, axis="steps"))
    assert gain_from_more(grid) is None
    assert grid_sentence(grid) == ""


def test_against_published_is_a_fraction_of_the_published_curve():
    (grid,) = grids_of(agent(covering))
    ratios = against_published(PROBLEM, grid, 16)
    # Published: .02 at 2 and 3 numbers, .05 at 4.
    assert ratios[3].worst == pytest.approx(0.03 / 0.02)
    assert ratios[4].mean.estimate == pytest.approx(0.02 / 0.05)
    assert ratios[4].mean.low < ratios[4].mean.estimate < ratios[4].mean.high <= ratios[4].worst


def test_grid_tables_show_every_point_and_the_published_curve():
    means, fractions = grid_tables(PROBLEM, [agent(covering)])
    assert means.columns == ("dims", "2", "3", "4")
    assert means.rows[0] == ("2 experts", ".020", ".353", ".520")
    assert means.rows[-1] == ("published, at 3..6", ".020", ".020", ".050")
    assert "coverage, not averaging" in means.caption
    assert fractions.rows[0] == ("4 experts, mean", "1.00", "1.00", ".400")
    assert fractions.rows[2][0] == "worst run"
    assert [table.rows[0][0] for table in grid_tables(PROBLEM, [agent(covering, axis="steps")])] == ["2 steps"]


def test_grid_pictures_hold_the_numbers_of_every_point(tmp_path):
    (picture,) = grid_pictures(PROBLEM, [agent(covering)], {}, tmp_path)
    lines = (tmp_path / f"{picture.name}.csv").read_text().splitlines()
    assert len(lines) == 1 + len(VALUES) * len(SIZES)
    assert picture.title == "Do more experts help?"
    assert "coverage, not averaging" in picture.caption
    assert np.isclose(float(lines[1].split(",")[6]), 0.02)  # 2 experts, size 2: mean
    assert (
        grid_pictures(PROBLEM, [agent_of(PROBLEM, "badger", [make_run(PROBLEM, "badger", 0, 0.9)])], {}, tmp_path) == []
    )


def test_grid_tables_and_pictures_put_several_agents_beside_each_other(tmp_path):
    pair = [agent(covering, sizes=(2,)), agent(averaging, name="other", sizes=(2,))]
    (table,) = grid_tables(PROBLEM, pair)
    assert table.columns == ("dims 2", "2 experts", "4 experts", "8 experts", "16 experts")
    assert table.rows == (
        ("free", *[".020 (.010 to .030)"] * 4),
        ("other", "1.00 (.500 to 1.50)", ".500 (.250 to .750)", ".250 (.125 to .375)", ".125 (.062 to .188)"),
    )
    (picture,) = grid_pictures(PROBLEM, pair, {"free": Style("#000000", "-"), "other": Style("#ff0000", "-")}, tmp_path)
    assert picture.name == "guessing_by_experts"
    (table,) = grid_tables(PROBLEM, [agent(covering), agent(averaging, name="other")])
    assert [row[0] for row in table.rows[3:5]] == ["free, 16 experts", "other, 2 experts"]
    assert len(grid_pictures(PROBLEM, [agent(covering), agent(averaging, name="other")], {}, tmp_path)) == 2


def test_grids_say_how_many_runs_failed_wherever_means_are_over_the_others(tmp_path):
    whole, holed = (agent(covering, runs=3, name=name) for name in ("free", "other"))
    holed = holed.model_copy(update={"planned_runs": 14})
    for table in grid_tables(PROBLEM, [holed]):
        assert "the 3 of 14 runs that finished" in table.caption
    (table,) = grid_tables(PROBLEM, [whole, holed])
    assert "mean over runs that finished" in table.caption
    assert {row[0].split(",")[0] for row in table.rows} == {"free", "other (n=3 of 14)"}
    (picture,) = grid_pictures(PROBLEM, [holed], {}, tmp_path)
    assert "the 3 of 14 runs that finished" in picture.caption
    assert not any("that finished" in table.caption for table in grid_tables(PROBLEM, [whole]))


def test_grids_of_agents_with_other_sizes_and_values_stand_beside_each_other(tmp_path):
    one = agent(covering, sizes=(2,))
    for other, width in ((agent(averaging, name="other"), 3), (agent(averaging, name="other", sizes=(3,)), 2)):
        (table,) = grid_tables(PROBLEM, [one, other])
        assert len(table.columns) == 1 + width
        assert table.rows[0] == ("free, 2 experts", ".020", *["-"] * (width - 1))
        assert len(grid_pictures(PROBLEM, [one, other], {}, tmp_path)) == 2


def test_grids_of_perfect_agents_and_of_no_size_are_no_error(tmp_path):
    perfect = agent(lambda *_: 0.0)
    (grid,) = grids_of(perfect)
    assert gain_from_more(grid) is None
    assert grid_tables(PROBLEM, [perfect])[0].rows[0][1:] == ("0", "0", "0")
    assert len(grid_pictures(PROBLEM, [perfect], {}, tmp_path)) == 1
    nowhere = agent(covering, sizes=())
    assert grid_tables(PROBLEM, [nowhere]) == []
    assert grid_pictures(PROBLEM, [nowhere], {}, tmp_path) == []
