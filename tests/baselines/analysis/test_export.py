"""Export of raw results, from runs that were made up."""

import gzip
import json

import pytest

from baselines.analysis.export import export
from baselines.analysis.summary import make_problem
from baselines.experiments.recipes import RECIPES
from baselines.results.comparison import RESULT_FILE
from tests.helpers.report_content import agent_of, make_result, make_run, write_run

PROBLEM = make_problem(RECIPES["xor3"])
RUN = make_run(PROBLEM, "badger", 0, 0.9)


@pytest.fixture
def folder(tmp_path):
    result = make_result([PROBLEM], [agent_of(PROBLEM, "badger", [RUN])])
    result.model_copy(update={"invocations": ()}).write(tmp_path / RESULT_FILE)
    write_run(tmp_path, RUN.hash, "xor3")
    return tmp_path


def test_export_writes_a_file_for_each_agent_whoever_made_it(folder):
    (path,) = export([folder], folder / "raw")
    content = json.loads(gzip.decompress(path.read_bytes()))
    assert (content["policy"], content["versions"], content["results"]) == ("badger", {}, [])


def test_export_refuses_an_agent_that_was_not_tested_and_the_run_of_another_name(folder):
    run = folder / "runs" / RUN.hash
    write_run(folder, "another", "guessing")
    own = (run / "agent.json").read_bytes()
    (run / "agent.json").write_bytes((folder / "runs" / "another" / "agent.json").read_bytes())
    with pytest.raises(ValueError, match="must hold the agents that were tested, got another one in"):
        export([folder], folder / "raw")
    (run / "agent.json").write_bytes(own)
    (run / "run.json").write_bytes((folder / "runs" / "another" / "run.json").read_bytes())
    with pytest.raises(ValueError, match=f"folders must hold the run {RUN.hash}"):
        export([folder], folder / "raw")
    assert not (folder / "raw").exists()
