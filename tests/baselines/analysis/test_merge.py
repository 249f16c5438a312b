"""Results of several folders become one, or are refused."""

import copy
import json

import pytest

from baselines.analysis.merge import merge, read_results
from baselines.commands.report import rebuild
from tests.helpers.report_content import agent, content


def write(folder, result):
    folder.mkdir()
    (folder / "result.json").write_text(json.dumps(result))
    return folder


def test_two_halves_of_a_result_make_the_whole(tmp_path):
    whole = content()
    halves = [copy.deepcopy(whole) for _ in range(2)]
    halves[0]["agents"] = whole["agents"][:3]
    halves[1]["agents"] = whole["agents"][2:]  # one is in both
    halves[0]["problems"] = whole["problems"][:1]
    halves[1]["runs"][0]["command"] = "the other"
    one, other = (write(tmp_path / name, half) for name, half in zip("ab", halves, strict=True))
    found = rebuild([one, other], tmp_path / "out")
    assert found == json.loads((tmp_path / "out" / "result.json").read_text())
    assert [each["command"] for each in found["runs"]] == [whole["runs"][0]["command"], "the other"]
    assert found["agents"] == whole["agents"]
    assert (tmp_path / "out" / "report" / "index.html").exists()


def test_runs_of_an_agent_are_united_and_what_failed_once_and_finished_since_has_finished():
    parts = {"a": content(), "b": content()}
    xor = parts["a"]["problems"][0]
    parts["a"]["agents"] = [agent(xor, "badger", [0.5, 0.6], wanted=3)]
    later = agent(xor, "badger", [0.5, 0.6, 0.9])
    parts["b"]["agents"] = [later | {"runs": later["runs"][1:], "n": 2}]
    parts["a"]["agents"][0]["failed"][0]["hash"] = later["runs"][2]["hash"]
    (found,) = merge(parts)["agents"]
    assert [each["seed"] for each in found["runs"]] == [0, 1, 2]
    assert (found["n"], found["wanted"], found["failed"]) == (3, 3, [])
    assert found["score"]["iqm"] == pytest.approx(2.0 / 3.0)
    assert found == later


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"suite": "other"}, "suite must be the same in all folders, got synthetic in a and other in b"),
        ({"suite_version": 2}, "suite_version must be the same in all folders, got 1 in a and 2 in b"),
        ({"format": 3}, "format must be the same in all folders, got 2 in a and 3 in b"),
        ({"search": {"trials": 0}}, "search must be the same in all folders"),
        ({"problems": [{**content()["problems"][0], "size": 9}]}, "problem xor3 must be the same in all folders"),
    ],
)
def test_results_that_do_not_belong_together_are_refused(change, said):
    with pytest.raises(ValueError, match=said):
        merge({"a": content(), "b": content() | change})


def test_an_agent_trained_with_other_settings_is_another_agent():
    other = content()
    other["agents"][0]["settings"]["learning_rate"] = 1.0
    with pytest.raises(ValueError, match="settings of badger on xor3 must be the same in all folders"):
        merge({"a": content(), "b": other})


def test_a_folder_without_a_result_is_named(tmp_path):
    full = write(tmp_path / "full", content())
    with pytest.raises(ValueError, match=r"must hold a result.json, got .*empty"):
        read_results([full, tmp_path / "empty"])
    with pytest.raises(ValueError, match="full twice"):
        read_results([full, full])
    with pytest.raises(ValueError, match="got none"):
        read_results([])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="out must be a folder that can be written"):
        rebuild([full], tmp_path / "file")
