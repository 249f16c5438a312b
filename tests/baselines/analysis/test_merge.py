"""Results of several folders become one, or are refused."""

import pytest

from baselines.analysis.merge import merge, read_results
from baselines.commands.report import rebuild
from baselines.results.comparison import RESULT_FILE, ComparisonResult
from baselines.results.making import SearchSettings
from tests.helpers.report_content import make_agent, synthetic_result

RESULT = synthetic_result()
BADGER = RESULT.agents[0]
OTHER_SETTINGS = BADGER.settings.model_copy(update={"learning_rate": 1.0})


def write(folder, result):
    folder.mkdir()
    result.write(folder / RESULT_FILE)
    return folder


def with_run(agent, **changes):
    """The agent with a change in its first run."""
    return agent.model_copy(update={"runs": (agent.runs[0].model_copy(update=changes), *agent.runs[1:])})


def changed(**fields):
    return RESULT.model_copy(update=fields)


def test_rebuild_makes_the_whole_of_two_halves(tmp_path):
    (made,) = RESULT.invocations
    halves = [
        changed(agents=RESULT.agents[:3], problems=RESULT.problems[:1]),
        changed(agents=RESULT.agents[2:], invocations=(made.model_copy(update={"command": "the other"}),)),
    ]  # one agent is in both
    one, other = (write(tmp_path / name, half) for name, half in zip("ab", halves, strict=True))
    found = rebuild([one, other], tmp_path / "out")
    assert found == ComparisonResult.read(tmp_path / "out" / RESULT_FILE)
    assert [each.command for each in found.invocations] == [made.command, "the other"]
    assert found.agents == RESULT.agents
    assert (tmp_path / "out" / "report" / "index.html").exists()


def test_merge_unites_runs_and_forgets_a_failure_that_has_finished_since():
    xor = RESULT.problems[0]
    later = make_agent(xor, "badger", [0.5, 0.6, 0.9])
    first = make_agent(xor, "badger", [0.5, 0.6], planned=3)
    failure = first.failures[0].model_copy(update={"hash": later.runs[2].hash})
    parts = {
        "a": changed(agents=(first.model_copy(update={"failures": (failure,)}),)),
        "b": changed(agents=(later.model_copy(update={"runs": later.runs[1:]}),)),
    }
    (found,) = merge(parts).agents
    assert [each.seed for each in found.runs] == [0, 1, 2]
    assert (found.planned_runs, found.failures) == (3, ())
    assert found.score.estimate == pytest.approx(2.0 / 3.0)
    assert found == later


def test_merge_takes_the_same_run_from_two_machines_that_differ_in_speed():
    curve = tuple(point.model_copy(update={"cpu_seconds": 9.0}) for point in BADGER.runs[0].curve)
    slow = with_run(BADGER, training_cpu_seconds=99.0, curve=curve)
    found = merge({"a": RESULT, "b": changed(agents=(slow, *RESULT.agents[1:]))})
    assert found.agents[0].score == BADGER.score


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"suite": "other"}, "suite must be the same in all folders, got synthetic in a and other in b"),
        ({"suite_version": 2}, "suite_version must be the same in all folders, got 1 in a and 2 in b"),
        (
            {"search": SearchSettings(trials=0, seeds=1, fraction=0.5)},
            "search must be the same in all folders, got trials=2 .* in a and trials=0 .* in b",
        ),
        (
            {"problems": (RESULT.problems[0].model_copy(update={"size": 9}),)},
            "problem xor3 must be the same in all folders",
        ),
        (
            {"agents": (BADGER.model_copy(update={"settings": OTHER_SETTINGS}), *RESULT.agents[1:])},
            "settings of badger on xor3 must be the same in all folders",
        ),
        (
            {"agents": (with_run(BADGER, score=0.123), *RESULT.agents[1:])},
            "score of badger on xor3, seed 0 must be the same in all folders, got 0.9.* in a and 0.123 in b",
        ),
        (
            {
                "agents": (
                    BADGER.model_copy(
                        update={
                            "runs": tuple(
                                run.model_copy(update={"seed": 100 + run.seed, "metric_at_size": {3: 0.5}})
                                for run in BADGER.runs
                            )
                        }
                    ),
                    *RESULT.agents[1:],
                )
            },
            r"sizes of badger on xor3 must be the same in all folders, got \[3, 4, 5\] in a and \[3\] in b",
        ),
        (
            {"agents": (with_run(BADGER, metric=5.0), *RESULT.agents[1:])},
            "result of badger on xor3, seed 0 must be the same in all folders",
        ),
        (
            {"agents": (with_run(BADGER, hash="another"), *RESULT.agents[1:])},
            "run of badger on xor3, seed 0 must be the same in all folders, got badger0xor3 in a and another in b",
        ),
        (
            {"agents": (BADGER.model_copy(update={"trials": BADGER.trials[:1]}), *RESULT.agents[1:])},
            "trials of badger on xor3 must be the same in all folders",
        ),
        (
            {"agents": (BADGER.model_copy(update={"description": "another"}), *RESULT.agents[1:])},
            "description of badger on xor3 must be the same in all folders",
        ),
        (
            {"agents": (BADGER.model_copy(update={"environment_steps": 9}), *RESULT.agents[1:])},
            "environment_steps of badger on xor3 must be the same in all folders, got 120000 in a and 9 in b",
        ),
    ],
)
def test_merge_refuses_results_that_do_not_belong_together(change, message):
    with pytest.raises(ValueError, match=message):
        merge({"a": RESULT, "b": changed(**change)})


def test_read_results_names_a_folder_without_a_result(tmp_path):
    full = write(tmp_path / "full", RESULT)
    with pytest.raises(ValueError, match=r"must hold a result.json, got .*empty"):
        read_results([full, tmp_path / "empty"])
    with pytest.raises(ValueError, match="full twice"):
        read_results([full, full])
    (tmp_path / "link").symlink_to(full)
    with pytest.raises(ValueError, match="link twice"):
        read_results([full, tmp_path / "link"])
    with pytest.raises(ValueError, match="got none"):
        read_results([])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="out must be a folder that can be written"):
        rebuild([full], tmp_path / "file")
