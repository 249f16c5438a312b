"""Attacks on what "reproduced" means: answers in the weights, forged episodes, forged evidence of the board."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from leaderboards.check.evidence import evidence_of
from leaderboards.evaluate.reproduce import reproduce
from leaderboards.evaluate.reproduce_fresh import reproduce_fresh, run_published
from leaderboards.schema.commitments import FILE as COMMITMENTS
from leaderboards.schema.commitments import commit, read_commitments, read_secrets
from leaderboards.schema.errors import SubmissionError
from leaderboards.schema.fresh_episodes import draw_for
from leaderboards.schema.reproduction import FILE as REPRODUCTION
from leaderboards.schema.reproduction import read_reproduction
from leaderboards.schema.submission import FILE, read_submission
from leaderboards.site.build import build
from tests.leaderboards.helpers.cheaters import NAME, cheater, hand_in, honest, small_board


@pytest.fixture
def board(tmp_path):
    """Folder of benchmarks, benchmark, folder of submissions, and a file of secrets that were committed to in time."""
    benchmarks = tmp_path / "benchmarks"
    benchmarks.mkdir()
    root = tmp_path / "submissions"
    (root / NAME).mkdir(parents=True)
    benchmark = small_board(benchmarks)
    commit(root, tmp_path / "secrets.json", 3, date="2026-01-01")
    return benchmarks, benchmark, root, tmp_path / "secrets.json"


def entries(board, tmp_path):
    """The board as its data say it, by name."""
    build(board[2], NAME, tmp_path / "site", benchmarks=board[0])
    return {entry["name"]: entry for entry in json.loads((tmp_path / "site" / "board.json").read_text())["entries"]}


def run(board, folder):
    return reproduce_fresh(folder, read_secrets(board[3]), "the board", benchmarks=board[0])


def test_answers_in_the_weights_end_unreproduced_and_never_first(board, tmp_path):
    benchmarks, benchmark, root, _ = board
    plain = hand_in(root, benchmarks, benchmark, honest, "plain")
    cheat = hand_in(root, benchmarks, benchmark, cheater, "cheat")
    submitted = {row.problem: np.mean(row.returns) for row in read_submission(cheat).rows}
    assert benchmark.score("guess", 2, submitted["guess"]) > 1.05, "better than whoever has to find out"
    assert benchmark.score("xor", 2, submitted["xor"]) > 0.95
    assert reproduce(cheat, rows=None, fresh=False, benchmarks=benchmarks).exact, "which proves nothing"
    before = entries(board, tmp_path)
    assert before["cheat"]["status"] == "self-reported"
    assert before["cheat"]["evidence"] == "weights"
    assert run(board, plain).agrees
    after = entries(board, tmp_path)
    assert (after["plain"]["rank"]["rank"], after["plain"]["evidence"]) == (1, "fresh")
    assert list(after) == ["plain", "cheat"], "though it claims far more"
    assert not run(board, cheat).agrees
    last = entries(board, tmp_path)
    assert list(last) == ["plain", "cheat"]
    assert last["cheat"]["status"] == "not reproduced"
    assert last["cheat"]["rank"] is None
    assert last["cheat"]["score"]["estimate"] < 0.2 < 1.0 < last["cheat"]["submitted_score"]["estimate"]


def test_the_score_is_that_of_the_fresh_episodes_beside_the_submitted_one(board, tmp_path):
    benchmarks, benchmark, root, _ = board
    folder = hand_in(root, benchmarks, benchmark, honest, "plain")
    before = entries(board, tmp_path)["plain"]
    assert before["submitted_score"] is None
    run(board, folder)
    found = read_reproduction(folder)
    after = entries(board, tmp_path)["plain"]
    assert after["status"] == "reproduced"
    assert after["submitted_score"] == before["score"] != after["score"]
    for row in found.rows:
        by_seed = after["problems"][row.problem]["sizes"]["2"]["by_seed"]
        assert by_seed[str(row.training_seed)] == pytest.approx(benchmark.score(row.problem, 2, np.mean(row.returns)))


def test_fresh_episodes_can_be_checked_and_run_again_by_anybody(board):
    benchmarks, benchmark, root, _ = board
    folder = hand_in(root, benchmarks, benchmark, honest, "plain")
    run(board, folder)
    found = read_reproduction(folder)
    committed = json.loads((root / COMMITMENTS).read_text())["commitments"]
    assert hashlib.sha256(found.secret.encode()).hexdigest() == committed[0]["sha256"]
    text = f"fresh episodes\n{NAME}\n{folder.name}\n{hashlib.sha256((folder / FILE).read_bytes()).hexdigest()}\n"
    digest = hashlib.sha256((text + found.secret).encode()).digest()
    assert found.agent_seed == int.from_bytes(digest[8:16], "little")
    assert run_published(folder, benchmarks=benchmarks) == (True, [])
    content = json.loads((folder / REPRODUCTION).read_text())
    content["rows"][3]["returns"][7] -= 0.5
    (folder / REPRODUCTION).write_text(json.dumps(content))
    agrees, lines = run_published(folder, benchmarks=benchmarks)
    assert agrees, "another machine may find one other episode"
    assert lines == ["guess at size 2, training seed 3: 1 of 200 returns are not exactly those published"]
    content["rows"][3]["returns"].reverse()
    content["agrees"] = False
    (folder / REPRODUCTION).write_text(json.dumps(content))
    agrees, lines = run_published(folder, benchmarks=benchmarks)
    assert not agrees
    assert any("of the same episodes differ, at most 1%" in line for line in lines)
    assert lines[-1] == "agrees must be True, by what is published, got False"


def test_fresh_episodes_are_run_once_each_with_a_secret_of_its_own(board):
    benchmarks, benchmark, root, _ = board
    one, two = (hand_in(root, benchmarks, benchmark, honest, name) for name in ("one", "two"))
    run(board, one)
    run(board, two)
    secrets = {read_reproduction(folder).secret for folder in (one, two)}
    assert len(secrets) == 2
    assert read_reproduction(one).draw != read_reproduction(two).draw
    kept = (one / REPRODUCTION).read_bytes()
    with pytest.raises(SubmissionError, match="must be made once"):
        run(board, one)
    assert (one / REPRODUCTION).read_bytes() == kept


def test_a_secret_that_was_used_before_is_no_evidence(board, tmp_path):
    benchmarks, benchmark, root, _ = board
    one = hand_in(root, benchmarks, benchmark, honest, "one")
    two = hand_in(root, benchmarks, benchmark, cheater, "two")
    run(board, one)
    known = read_reproduction(one).secret
    path = tmp_path / "known.json"
    path.write_text(json.dumps([known]))
    with pytest.raises(SubmissionError, match="must have an unused commitment"):
        reproduce_fresh(two, read_secrets(path), "the board", benchmarks=benchmarks)
    content = json.loads((one / REPRODUCTION).read_text())
    sha = hashlib.sha256((two / FILE).read_bytes()).hexdigest()
    draw = draw_for(NAME, two.name, sha, known)
    weights = {(row.problem, row.training_seed): row.weights_sha256 for row in read_submission(two).rows}
    content |= {"submission": two.name, "submission_sha256": sha, **draw._asdict()}
    for row in content["rows"]:
        row["weights_sha256"] = weights[row["problem"], row["training_seed"]]
    (two / REPRODUCTION).write_text(json.dumps(content))
    built = build(root, NAME, tmp_path / "site", benchmarks=benchmarks)
    assert [str(error) for error in built.left_out[two.name]] == [
        f"reproduction.json: secret: must be used once, got that of {one.name}"
    ]


@pytest.mark.parametrize("date", ["2026-01-01", "2025-06-01"])
def test_fresh_episodes_need_a_commitment_of_a_day_before_the_submission(board, date):
    benchmarks, benchmark, root, _ = board
    folder = hand_in(root, benchmarks, benchmark, honest, "early", date=date)
    with pytest.raises(SubmissionError, match="must have an unused commitment of a day before"):
        run(board, folder)
    assert not (folder / REPRODUCTION).exists()


def test_a_submission_that_is_dated_back_finds_no_secret_that_is_known(board):
    benchmarks, benchmark, root, _ = board
    for number in range(3):
        run(board, hand_in(root, benchmarks, benchmark, honest, f"honest-{number}", date="2026-02-01"))
    late = hand_in(root, benchmarks, benchmark, honest, "late", date="2026-01-02")  # all secrets are published by now
    with pytest.raises(SubmissionError, match="must have an unused commitment"):
        run(board, late)


FORGERIES = {
    "another secret": (lambda c: c.update(secret="ab" * 32), "secret: must be one that the board committed to"),
    "other episodes": (lambda c: c.update(first_episode=c["first_episode"] + 1), "first_episode: must be drawn"),
    "other identities": (lambda c: c.update(agent_seed=c["agent_seed"] + 1), "first_episode: must be drawn"),
    "another submission": (lambda c: c.update(submission="2026-01-02_other"), "submission: must be that of the"),
    "another file": (lambda c: c.update(submission_sha256="0" * 64), "submission_sha256: must be that of the"),
    "a row left out": (lambda c: c["rows"].pop(), "rows: must have all ranked rows, got none of xor at size 2"),
    "a row twice": (lambda c: c["rows"].append(c["rows"][0]), "rows: must be there once each"),
    "few episodes": (lambda c: c["rows"][0]["returns"].pop(), "rows: must be of the submitted weights, in all"),
    "other weights": (lambda c: c["rows"][0].update(weights_sha256="0" * 64), "rows: must be of the submitted weights"),
    "NaN": (lambda c: c["rows"][0]["returns"].__setitem__(0, float("nan")), "must be a finite number"),
    "an unknown key": (lambda c: c.update(score=1.0), "score: is no key that may be here"),
}


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    """A submission that was run on fresh episodes."""
    tmp_path = tmp_path_factory.mktemp("reproduced")
    benchmarks, root = tmp_path / "benchmarks", tmp_path / "submissions"
    benchmarks.mkdir()
    (root / NAME).mkdir(parents=True)
    benchmark = small_board(benchmarks)
    commit(root, tmp_path / "secrets.json", 1, date="2026-01-01")
    folder = hand_in(root, benchmarks, benchmark, honest, "plain")
    reproduce_fresh(folder, read_secrets(tmp_path / "secrets.json"), "the board", benchmarks=benchmarks)
    return benchmark, root, folder


@pytest.mark.parametrize("name", FORGERIES)
def test_evidence_of_the_board_that_does_not_fit_is_refused(reproduced, name):
    benchmark, root, folder = reproduced
    change, reason = FORGERIES[name]
    kept = (folder / REPRODUCTION).read_bytes()
    about = (folder, read_submission(folder), benchmark, read_commitments(root))
    assert evidence_of(*about).status == "reproduced"
    try:
        content = json.loads(kept)
        change(content)
        (folder / REPRODUCTION).write_text(json.dumps(content))
        with pytest.raises(SubmissionError, match=reason):
            evidence_of(*about)
    finally:
        (folder / REPRODUCTION).write_bytes(kept)


def test_the_word_reproduced_without_evidence_counts_as_checked(board, tmp_path):
    benchmarks, benchmark, root, _ = board
    folder = hand_in(root, benchmarks, benchmark, honest, "plain")
    details = {"rows": [2, 13], "exact": True, "fresh": False, "seed": 2979108340}
    step = {"status": "reproduced", "date": "2026-01-03", "by": "The Badger team", "details": details}
    (folder / "status.json").write_text(json.dumps({"format": 1, "history": [step]}))
    assert entries(board, tmp_path)["plain"]["status"] == "checked"
    run(board, folder)
    assert entries(board, tmp_path)["plain"]["status"] == "reproduced"


def test_secrets_are_readable_by_their_owner_alone_and_never_lie_in_the_checkout(board, tmp_path):
    root, secrets = board[2:]
    assert secrets.stat().st_mode & 0o777 == 0o600
    kept = secrets.read_bytes()
    for place in (root / "secrets.json", Path(__file__).parent / "secrets.json"):
        with pytest.raises(ValueError, match="secrets must lie outside of"):
            commit(root, place, 1)
        assert not place.exists()
    commit(root, secrets, 2)
    assert len(read_secrets(secrets)) == 5
    assert set(json.loads(kept)) < set(json.loads(secrets.read_bytes()))
    assert all(secret not in (root / COMMITMENTS).read_text() for secret in json.loads(secrets.read_bytes()))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("permuted", lambda row, returns: np.random.default_rng(0).permutation(returns)),
        ("permuted and shifted", lambda row, returns: np.minimum(np.roll(returns, 1) + 0.01, 0.0)),
        ("three in a hundred edited", lambda row, returns: [*[max(returns)] * 6, *returns[6:]]),
        ("shifted by a hundredth", lambda row, returns: np.minimum(np.asarray(returns) + 0.05, 0.0)),
    ],
)
def test_forging_inside_the_bound_of_the_mean_is_seen_episode_by_episode(board, name, change):
    benchmarks, benchmark, root, _ = board

    def forge(row, returns):
        return change(row, returns) if row.problem == "guess" else returns

    folder = hand_in(root, benchmarks, benchmark, honest, "forged", change=forge)
    report = reproduce(folder, rows=None, fresh=False, benchmarks=benchmarks)
    assert not report.agrees
    assert {each.kind for each in report.differences} >= {"episodes"}
    assert any("of the same episodes differ, at most 1%" in line for line in report.lines())


def test_differences_in_the_last_digit_still_agree(board):
    benchmarks, benchmark, root, _ = board

    def other_machine(row, returns):
        noise = np.random.default_rng(row.training_seed).standard_normal(len(returns))
        return np.minimum(np.asarray(returns) * (1.0 + 1e-6 * noise), benchmark.problem(row.problem).sizes[2].highest)

    folder = hand_in(root, benchmarks, benchmark, honest, "elsewhere", change=other_machine)
    report = reproduce(folder, rows=None, fresh=False, benchmarks=benchmarks)
    assert report.agrees
    assert not report.exact
