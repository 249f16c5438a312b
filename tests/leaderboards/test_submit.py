import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from make_submission import SUITES, make_config, make_weights
from tiny import run_tiny

import leaderboards
from agents import build_agent, save_agent
from leaderboards.__main__ import main
from leaderboards.check import check
from leaderboards.make_suite import Chosen, write_suite
from leaderboards.result_file import write_rows
from leaderboards.submission import FILE, SubmissionError, make_row, read_submission
from leaderboards.submit import submit
from leaderboards.suite import load_suite

WHO = {"authors": ["Ada Lovelace"], "url": "https://example.org/code", "date": "2026-01-02"}
TINY = {"suite": "tiny", "suites": SUITES}
TRAINING = {"environment_steps": 1000, "cpu_seconds": {"guess": 1.5, "xor": 2.5}, "parameters": 7, "device": "cpu"}


@pytest.fixture
def results(tmp_path):
    """A folder as `baselines compare` writes it: an agent that was trained five times on both problems."""
    folder = tmp_path / "results"
    suite = load_suite("tiny", SUITES)
    entries = []
    for problem in suite.problems:
        runs = []
        for seed in range(5):
            numbers = np.random.default_rng([seed, len(problem.name)])
            weights, count = make_weights(problem, numbers)
            tests = {}
            for size, at in problem.sizes.items():
                scores = 0.5 + 0.1 * numbers.standard_normal(at.episodes)
                returns = np.clip(at.chance + scores * (at.reference - at.chance), at.lowest, at.highest)
                tests[str(size)] = {
                    "id": problem.id,
                    "arguments": at.arguments,
                    "episode_set": "TEST",
                    "first_episode": 0,
                    "episodes": at.episodes,
                    "returns": [float(f"{value:.9g}") for value in returns],
                }
            name = f"{problem.name}{seed}"
            cell = {
                "specification": {"seed": seed, "agent": "two_words"},
                "device": "cpu",
                "training_cpu_seconds": 1.0 + seed,
                "environment_steps": 1000 + seed,
                "parameters": count,
                "tests": tests,
                "cannot_have_size": [],
            }
            place = folder / "cells" / name
            place.mkdir(parents=True)
            (place / "cell.json").write_text(json.dumps(cell))
            (place / "agent.safetensors").write_bytes(weights)
            about = make_config(problem, hashlib.sha256(weights).hexdigest())
            (place / "agent.json").write_text(json.dumps(about))
            runs.append({"hash": name, "seed": seed})
        entry = {"agent": "two_words", "problem": problem.name, "label": "Two Words", "about": "It learns."}
        entries.append(entry | {"handcrafted": False, "failed": [], "wanted": 5, "runs": runs})
        level = {"agent": "chance", "handcrafted": True, "failed": [], "wanted": 1, "runs": [], "label": "blind"}
        entries.append(level | {"problem": problem.name, "about": "It does not listen."})
    command = "python -m baselines compare --suite tiny --out '/home/ada/my results' --jobs 2"
    content = {
        "runs": [{"command": command, "versions": {"badger_envs": "0.1.0", "torch": "2.13.0"}}],
        "problems": [{"name": p.name, "task": p.id, "arguments": p.arguments} for p in suite.problems],
        "agents": entries,
    }
    (folder / "result.json").write_text(json.dumps(content))
    return folder


def change(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_a_comparison_becomes_a_submission_that_passes(results, tmp_path):
    lines = []
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY, say=lines.append)
    assert folder == tmp_path / "all" / "tiny" / "2026-01-02_two-words"
    assert check(folder, suites=SUITES) == []
    assert lines == []
    made = read_submission(folder)
    assert (made.title, made.about, made.agent.source) == ("Two Words", "It learns.", "badger")
    assert len(made.rows) == 25
    assert made.training.commands == ("python -m baselines compare --suite tiny --jobs 2",)
    assert made.training.versions == {"badger_envs": "0.1.0", "torch": "2.13.0"}
    assert made.training.environment_steps == {"guess": 1002, "xor": 1002}
    assert made.training.cpu_seconds == {"guess": 3.0, "xor": 3.0}
    cell = json.loads((results / "cells" / "xor3" / "cell.json").read_text())
    (row,) = (r for r in made.rows if (r.problem, r.size, r.training_seed) == ("xor", 2, 3))
    assert list(row.returns) == cell["tests"]["2"]["returns"]
    saved = (results / "cells" / "xor3" / "agent.safetensors").read_bytes()
    assert (folder / "weights" / f"{row.weights_sha256}.safetensors").read_bytes() == saved
    assert [path.name for path in (tmp_path / "all" / "tiny").iterdir()] == [folder.name], "nothing is left beside"


def test_what_is_missing_is_said_in_a_line_each(results, tmp_path):
    shutil.rmtree(results / "cells" / "guess4")
    shutil.rmtree(results / "cells" / "xor1")
    for seed in range(5):
        path = results / "cells" / f"guess{seed}" / "cell.json"
        if path.is_file():
            change(path, lambda cell: (cell["tests"].pop("3"), cell["cannot_have_size"].append(3)))
    change(results / "cells" / "guess0" / "cell.json", lambda cell: cell["tests"]["1"].update(first_episode=8))
    lines = []
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY, say=lines.append)
    assert lines == [
        "guess, training seed 4: left out, cell.json: must be a file that can be read, got: No such file or directory",
        "guess: 4 runs, where an entry needs 5 to be ranked",
        "xor, training seed 1: left out, cell.json: must be a file that can be read, got: No such file or directory",
        "xor: left out training seeds 2, 3, 4, since there is none of 1",
        "xor: 1 runs, where an entry needs 5 to be ranked",
        "guess: without dims 1, 3, not tested on the episodes of the suite",
    ]
    assert {(row.problem, row.size) for row in read_submission(folder).rows} == {("guess", 2), ("xor", 2), ("xor", 3)}


def test_a_problem_that_an_agent_was_not_trained_on_is_left_out(results, tmp_path):
    change(results / "result.json", lambda content: content["agents"].pop(2))
    lines = []
    folder = submit(results, root=tmp_path / "all", **WHO, **TINY, say=lines.append)
    assert lines == ["xor: two_words was not trained on it"]
    assert set(read_submission(folder).training.parameters) == {"guess"}


def test_weights_that_are_not_those_that_were_tested_are_left_out(results, tmp_path):
    path = results / "cells" / "xor0" / "agent.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    lines = []
    submit(results, root=tmp_path / "all", **WHO, **TINY, say=lines.append)
    assert lines[0] == "xor, training seed 0: left out, its weights are not those that it was saved with"


@pytest.mark.parametrize(
    ("fields", "error", "reason"),
    [
        ({"agent": "nobody"}, ValueError, "agent must be one of those trained, two_words, got 'nobody'"),
        ({"agent": "chance"}, ValueError, "agent must be one of those trained, two_words, got 'chance'"),
        ({"suite": "v99"}, ValueError, "suite must be one of tiny, got 'v99'"),
        ({"url": "http://example.org"}, SubmissionError, "url: must be an address that begins with https://"),
        ({"name": "../evil"}, SubmissionError, "name: must be small letters and digits"),
        ({"title": "<b>"}, SubmissionError, "title: must hold neither < nor >"),
        ({"date": "2999-01-01"}, SubmissionError, "date: must not lie in the future"),
        ({"previous": "2025-01-01_two-words"}, SubmissionError, "previous: must be a submission that is there"),
    ],
)
def test_what_would_be_refused_is_not_written(results, tmp_path, fields, error, reason):
    root = tmp_path / "all"
    submit(results, root=root, **{**WHO, "date": "2026-01-01"}, **TINY, name="other")
    before = sorted(root.rglob("*"))
    with pytest.raises(error, match=reason):
        submit(results, root=root, **{**WHO, **TINY, **fields})
    assert sorted(root.rglob("*")) == before


def test_the_same_results_are_not_submitted_twice(results, tmp_path):
    submit(results, root=tmp_path / "all", **WHO, **TINY)
    with pytest.raises(SubmissionError, match="must not be there yet, got '2026-01-02_two-words'"):
        submit(results, root=tmp_path / "all", **WHO, **TINY)
    with pytest.raises(
        SubmissionError, match=r"must be its own, got exactly the same as 2026-01-02_two-words in 25 rows"
    ):
        submit(results, root=tmp_path / "all", **WHO, **TINY, name="again")


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(SubmissionError, match=r"result.json: must be a file that can be read"):
        submit(tmp_path, root=tmp_path / "all", **WHO, **TINY)
    (tmp_path / "result.json").write_text('{"agents": [{}]}')
    with pytest.raises(ValueError, match="source must be a folder that baselines compare wrote, got KeyError"):
        submit(tmp_path, root=tmp_path / "all", **WHO, **TINY)


def evaluated(path, *, seeds=5, source="own", weights=None, gap=None):
    """A file as `leaderboards evaluate` writes it."""
    suite = load_suite("tiny", SUITES)
    rows = []
    for problem in suite.problems:
        for seed in range(seeds):
            if (problem.name, seed) == gap:
                continue
            for size, at in problem.sizes.items():
                returns = at.chance + 0.1 * np.random.default_rng([seed, size]).random(at.episodes)
                about = {"problem": problem.name, "size": size, "training_seed": seed}
                sha = next(iter(weights)) if weights else None
                rows.append(make_row("tiny", **about, weights_sha256=sha, returns=returns.tolist()))
    return write_rows(path, rows, suite=suite, source=source, policy="mine:make", command="python x", weights=weights)


def test_an_evaluation_becomes_a_submission_that_passes(tmp_path):
    path, lines = evaluated(tmp_path / "mine.json", gap=("xor", 3)), []
    about = {"title": "Mine", "about": "My agent.", "training": TRAINING | {"commands": ["python train.py"]}}
    folder = submit(path, root=tmp_path / "all", **WHO, **TINY, **about, say=lines.append)
    assert check(folder, suites=SUITES) == []
    made = read_submission(folder)
    assert (made.name, made.agent.source) == ("make", "own")
    assert made.training.commands == ("python train.py", "python x")
    assert made.training.parameters == {"guess": 7, "xor": 7}
    assert made.training.cpu_seconds == {"guess": 1.5, "xor": 2.5}
    assert lines == [
        "xor: left out training seeds 4, since there is none of 3",
        "xor: 3 training seeds, where an entry needs 5 to be ranked",
    ]


def test_an_evaluation_of_an_agent_of_ours_brings_its_weights(tmp_path):
    save_agent(build_agent("Badger", {"port_features": 3, "memory": 2}), tmp_path / "saved")
    weights, config = tmp_path / "saved" / "agent.safetensors", tmp_path / "saved" / "agent.json"
    sha = hashlib.sha256(weights.read_bytes()).hexdigest()
    path = evaluated(tmp_path / "mine.json", seeds=1, source="badger", weights={sha: (weights, config)})
    numbers = sum(tensor.numel() for tensor in build_agent("Badger", {"port_features": 3, "memory": 2}).parameters())
    folder = submit(path, root=tmp_path / "all", **WHO, **TINY, training=TRAINING | {"parameters": numbers})
    assert (folder / "weights" / f"{sha}.safetensors").read_bytes() == weights.read_bytes()
    shutil.rmtree(tmp_path / "weights")
    with pytest.raises(ValueError, match="source must have its weights beside it"):
        submit(path, root=tmp_path / "more", **WHO, **TINY, training=TRAINING | {"parameters": numbers})


@pytest.mark.parametrize("missing", list(TRAINING))
def test_what_no_evaluation_knows_is_asked_for(missing, tmp_path):
    path = evaluated(tmp_path / "mine.json", seeds=1)
    training = {name: value for name, value in TRAINING.items() if name != missing}
    with pytest.raises(ValueError, match=f"training must say .* got nothing of {missing}"):
        submit(path, root=tmp_path / "all", **WHO, **TINY, training=training)


@pytest.mark.slow
def test_what_the_comparison_really_writes_can_be_submitted(tmp_path):
    results, suites = tmp_path / "results", tmp_path / "suites"
    suites.mkdir()
    problems = (
        Chosen("guessing", "Badger/Guessing-v0", {"dims": 3}, (2, 3), 100),
        Chosen("xor3", "Badger/HiddenXOR-v0", {"bits": 3}, (2, 3), 100),
    )
    write_suite("small", problems, suites)
    code, said = run_tiny(results, "--progress", "quiet")
    assert code == 0, said
    lines = []
    root = tmp_path / "all"
    for agent in ("badger", "monolithic"):
        submit(results, root=root, **WHO, agent=agent, suite="small", suites=suites, say=lines.append)
    assert lines == [
        "guessing: 2 runs, where an entry needs 5 to be ranked",
        "xor3: badger was not trained on it",
        "guessing: 2 runs, where an entry needs 5 to be ranked",
        "xor3: monolithic was not trained on it",
        "guessing: without dims 2, the agent can't have them",
    ]
    badger, monolithic = (read_submission(root / "small" / f"2026-01-02_{name}") for name in ("badger", "monolithic"))
    assert [(row.size, row.training_seed) for row in badger.rows] == [(2, 0), (3, 0), (2, 1), (3, 1)]
    assert [(row.size, row.training_seed) for row in monolithic.rows] == [(3, 0), (3, 1)]
    assert str(tmp_path) not in (root / "small" / "2026-01-02_badger" / FILE).read_text()


def run(*words):
    """The command line as a program: exit code, what it said, and its complaints."""
    command = [sys.executable, "-m", "leaderboards", *map(str, words)]
    place = Path(leaderboards.__file__).parents[1]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "required: COMMAND"),
        (("frob",), "invalid choice: 'frob'"),
        (("check", "nowhere"), "FOLDER must be the folder of a submission, got 'nowhere'"),
        (("submit", "nowhere"), "the following arguments are required: --authors, --url"),
        (
            ("submit", "x", "--authors", "A", "--url", "u", "--steps", "many"),
            "--steps must be a number, or PROBLEM=NUM",
        ),
        (("submit", "x", "--authors", "A", "--url", "u", "--suite", "v9"), "argument --suite: invalid choice: 'v9'"),
        (("evaluate", "x"), "the following arguments are required: --out"),
        (("withdraw", "x"), "the following arguments are required: --reason"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(words, reason, capsys):
    try:
        code = main(words)
    except SystemExit as left:
        code = left.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("error: ")
    assert reason in said.err


def test_the_command_line_checks_and_says_what_is_wrong(tmp_path):
    good = tmp_path / "v1" / "2026-01-02_mine"
    path = tmp_path / "mine.json"
    suite = load_suite("v1")
    at = suite.problem("robot_ppo").sizes[4]
    returns = np.random.default_rng(0).random(at.episodes).tolist()
    row = make_row("v1", problem="robot_ppo", size=4, training_seed=0, weights_sha256=None, returns=returns)
    write_rows(path, [row], suite=suite, source="own", policy="mine:make", command="python x")
    asked = ["--authors", "Ada", "--url", "https://example.org/x", "--root", tmp_path, "--date", "2026-01-02"]
    trained = ["--steps", "1000", "--cpu-seconds", "robot_ppo=1.5", "--parameters", 10, "--device", "cpu"]
    code, said, complaint = run("submit", path, *asked, "--name", "mine", *trained)
    assert (code, complaint) == (0, "")
    assert "guessing: not evaluated at size 3, which it is trained at" in said.splitlines()
    assert f"wrote {good}, which passes the check" in said
    assert run("check", good) == (0, f"{good}: passes\n1 checked, 0 refused\n", "")
    (good / "evil.py").write_text("")
    for words in (["check", good], ["check", "--root", tmp_path]):
        code, said, complaint = run(*words)
        assert (code, complaint) == (1, "")
        assert "  evil.py: must not be there: only submission.json and weights belong to a submission\n" in said
        assert said.endswith("1 checked, 1 refused\n")
    (good / "evil.py").unlink()
    code, said, complaint = run("submit", path, *asked, "--name", "copy", *trained)
    assert code == 1
    assert complaint.startswith(
        "refused: submission.json: rows[0].returns: must be its own, got exactly the same as 2026"
    )
