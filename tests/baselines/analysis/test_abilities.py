"""The number by which a run answers each question."""

import pytest

from baselines.analysis.abilities import ABILITIES
from baselines.analysis.speed import half_way
from baselines.analysis.summary import make_problem
from baselines.analysis.verdict import sides, verdict
from baselines.experiments.recipes import RECIPES
from baselines.results.run import CurvePoint, ProbeCurve
from tests.helpers.report_content import agent_of, make_result, make_run

RANGE = make_problem(RECIPES["standard_guessing"])
MEASURES = {ability.name: ability.measure for ability in ABILITIES}


def points(*scores):
    return tuple(
        CurvePoint(update=10.0 * at, environment_steps=100.0 * at, cpu_seconds=1.0 * at, score=score)
        for at, score in enumerate(scores, 1)
    )


def run(score=0.5, **changes):
    return make_run(RANGE, "badger", 0, score).model_copy(update=changes)


def probe(x, score, trained):
    return ProbeCurve.of({"x": x, "score": score, "trained": trained})


def test_sizes_are_inside_between_and_beyond_those_of_the_training():
    assert (RANGE.inside, RANGE.left_out) == ((2, 3, 5), (4,))
    scores = {2: 1.0, 3: 0.9, 4: 0.7, 5: 0.8, 6: 0.3, 8: 0.1}
    known = run(score_at_size=scores)
    assert MEASURES["between"](known, RANGE) == 0.7
    assert MEASURES["sizes"](known, RANGE) == pytest.approx(0.2)
    fixed = run(score_at_size={2: 1.0, 3: 0.9, 4: 0.7, 5: 0.8}, cannot_have_size=(6, 8))
    assert MEASURES["sizes"](fixed, RANGE) is None
    assert MEASURES["between"](fixed, RANGE) == 0.7


def test_half_way_is_where_the_mean_of_five_points_reaches_half_of_the_reference():
    curve = points(0.0, 0.0, 1.0, 0.3, 0.3, 0.95, 0.9)  # one lucky batch is not enough
    assert half_way(curve).update == 60.0
    assert half_way(points(0.0, 0.4, 0.45)) is None
    assert half_way(points(0.5)).cpu_seconds == 1.0
    assert half_way(()) is None
    assert MEASURES["speed"](run(curve=curve), RANGE) == pytest.approx(1 - 60 / 70)
    assert MEASURES["speed"](run(curve=points(0.0, 0.1)), RANGE) == 0.0
    assert MEASURES["speed"](run(curve=()), RANGE) is None


def test_more_of_something_is_the_most_that_was_tried_and_more_than_in_training():
    probes = {
        "experts": probe([4, 12, 32], [0.2, 0.5, 0.6], 12.0), "rounds": probe([1, 2, 6], [0.1, 0.5, 0.4], 2.0),
        "shocks": probe([0, 1, 2, 3], [0.5, 0.4, 0.3, 0.2], 0.0),
        "newcomers": probe([0.5, 1.0], [0.3, 0.5], 1.0), "switch": probe([1, 2, 3], [0.5, 0.3, 0.2], 1.0),
    }  # fmt: skip
    found = {name: measure(run(probes=probes), RANGE) for name, measure in MEASURES.items()}
    assert found["experts"] == 0.6
    assert found["rounds"] == 0.4
    assert found["shocks"] == 0.2
    assert found["losing"] == 0.3
    assert (found["switch"], found["again"]) == (0.3, 0.2)
    most = {"experts": probe([4, 12], [0.2, 0.5], 12.0), "rounds": probe([], [], None)}
    assert MEASURES["experts"](run(probes=most), RANGE) is None
    assert MEASURES["rounds"](run(probes=most), RANGE) is None
    assert MEASURES["losing"](run(probes={}), RANGE) is None


def member(name, family, score, *, chosen=True, runs=5):
    own = [make_run(RANGE, name, seed, score + 0.001 * seed) for seed in range(runs)]
    return agent_of(RANGE, name, own, planned=5 if chosen else runs).model_copy(
        update={"family": family, "chosen": chosen}
    )


def test_families_meet_by_who_was_chosen_whoever_comes_first():
    result = make_result(
        [RANGE],
        [
            member("badger", "modular", 0.9, chosen=False, runs=0),
            member("badger_free", "modular", 0.8),
            member("shared", "multi_agent", 0.1, chosen=False),
            member("commnet", "multi_agent", 0.3),
            member("hypernetwork", "monolithic", 0.6),
        ],
    )
    found = {side: agent.agent for side, agent in sides(result, RANGE).items()}
    assert found == {
        "modular": "badger_free", "multi_agent": "commnet", "monolithic": "hypernetwork", "shared": "shared"
    }  # fmt: skip
    rows = {each.rival: each for each in verdict(result) if each.ability.name == "score"}
    assert list(rows) == ["monolithic", "multi_agent", "shared"]
    assert {row.probability.estimate for row in rows.values()} == {1.0}
    assert rows["monolithic"].problems[0].agents == ("badger free", "hypernetwork")


def test_both_fail_where_neither_is_better_than_chance():
    result = make_result([RANGE], [member("badger", "modular", 0.05), member("hypernetwork", "monolithic", -1.0)])
    rows = {each.ability.name: each for each in verdict(result)}
    assert rows["score"].probability.estimate == 1.0
    assert rows["score"].both_fail
    assert not rows["speed"].both_fail  # which is no score
    better = make_result([RANGE], [member("badger", "modular", 0.2), member("hypernetwork", "monolithic", -1.0)])
    assert not {each.ability.name: each for each in verdict(better)}["score"].both_fail
