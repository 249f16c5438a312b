"""The report as files: what is written is what was found."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from badger_envs.registry import SPECS
from badger_envs.statistics import rank_intervals, stratified_bootstrap
from baselines.analysis.aggregate import aggregate
from baselines.analysis.summary import make_problem
from baselines.analysis.verdict import verdict
from baselines.experiments.recipes import RECIPES
from baselines.report import record_video, write_report
from baselines.report.curves import KNOWN_DASHES
from baselines.report.style import as_csv
from baselines.report.verdict_text import ability_texts, monolithic_ahead
from baselines.report.videos import MAX_BYTES, NoVideoError
from baselines.results.comparison import ComparisonResult
from tests.helpers.report_content import LABELS, make_agent, make_result, synthetic_result, write_run

RESULT = synthetic_result()
BADGER = RESULT.agents[0]
BEST = max(BADGER.runs, key=lambda run: run.score).hash


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    write_run(out, BEST, "xor3")
    write_report(RESULT, out)
    return out


def table(out, name):
    with (out / "report" / "figures" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in (out / "report").rglob("*") if path.is_file()}


def test_write_report_is_the_same_to_the_byte_and_removes_what_was_there_before(made, tmp_path):
    write_run(tmp_path, BEST, "xor3")
    stale = tmp_path / "report" / "figures" / "gone_sizes.png"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"old")
    write_report(ComparisonResult.from_json(RESULT.to_json(), "result.json"), tmp_path)
    again = files(tmp_path)
    assert str(stale.relative_to(tmp_path)) not in again
    assert again == files(made)


def test_pictures_are_png_svg_and_csv_and_stand_in_the_page(made):
    names = {Path(name).stem for name in files(made) if "figures" in name}
    assert {
        "verdict",
        "all_score",
        "all_rank",
        "all_profile",
        "xor3_steps",
        "xor3_cpu",
        "xor3_updates",
        "xor3_sizes",
    } <= names
    assert {"xor3_life", "xor3_switch", "xor3_forget", "xor3_cut", "xor3_noise", "xor3_delay", "xor3_rounds"} <= names
    assert "xor3_experts" not in names, "nobody could be asked"
    page = (made / "report" / "index.html").read_text()
    for name in names:
        for ending in ("png", "svg", "csv"):
            assert (made / "report" / "figures" / f"{name}.{ending}").stat().st_size > 0
            assert f'href="figures/{name}.{ending}"' in page


def test_curves_that_are_known_of_an_environment_can_be_told_apart():
    assert max(len(spec.published_curves) for spec in SPECS.values()) <= len(set(KNOWN_DASHES))


def test_page_needs_no_network_and_escapes_names(made):
    page = (made / "report" / "index.html").read_text()
    fetched = re.findall(r"""(?:src|href)=["']([^"']*)["']|url\(["']?([^)"']*)|@import\s+(\S+)""", page)
    assert not [found for found in fetched if re.match(r"https?:|//", "".join(found))]
    assert "<b>&amp;</b>" not in page
    assert "Badger &lt;b&gt;&amp;amp;&lt;/b&gt; $x_1$" in page
    assert "<script>no" not in page
    assert page.count("<script>") == 1
    assert " style=" not in page, "the policy of the page forbids styles inside elements"


def test_page_has_every_section_run_trial_and_failure(made):
    page = (made / "report" / "index.html").read_text()
    places = [
        page.index(f'id="{name}"')
        for name in ("verdict", "ability-score", "all", "problems", "problem-xor3", "agents", "failed", "how")
    ]
    assert places == sorted(places)
    for said in ("4 of 5 runs finished", "0 of 5 runs finished", "python -m baselines compare --suite synthetic"):
        assert said in page
    assert "Test episode 0, played by Badger" in page
    assert "no trained agent can be read in runs/badger" in page, "of the others there are no weights"
    assert re.search(r"learning rate 0.002</th><td[^>]*>1000</td><td[^>]*>60</td><td[^>]*>failed", page)
    assert "learning rate 0.004, stages (until 1), updates 120" in page
    text = re.sub(r"<(script|style|pre)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not [python for python in ("{'", "None", "_steps", "bits=3") if python in text]


def test_csv_files_hold_the_numbers_of_the_result(made):
    for row in table(made, "xor3_sizes"):
        if row["agent"] == "badger":
            values = [run.metric_at_size[int(row["size"])] for run in BADGER.runs]
            assert float(row["mean"]) == pytest.approx(np.mean(values))
            assert (float(row["low"]), float(row["high"]), int(row["n"])) == (min(values), max(values), 5)
    asked = [row for row in table(made, "xor3_cut") if row["agent"] == "badger"]
    scores = np.asarray([run.probes["cut"].score for run in BADGER.runs])
    assert [float(row["mean"]) for row in asked] == pytest.approx(scores.mean(axis=0).tolist())
    assert {row["agent"] for row in table(made, "xor3_cut")} == {"badger"}
    last = [row for row in table(made, "xor3_cpu") if row["agent"] == "badger"][-3]
    middle = [run.curve[-3].score for run in BADGER.runs]
    assert float(last["mean"]) == pytest.approx(np.mean(middle)), "a moving average of a straight line is the line"
    assert (float(last["cpu_seconds"]), float(last["environment_steps"])) == (pytest.approx(3.0), 1e5)
    for row, found in zip(table(made, "verdict"), [each for each in verdict(RESULT) if each.problems], strict=True):
        assert float(row["probability"]) == found.probability.estimate
        assert float(row["p"]) == found.p


def test_aggregate_is_over_problems_of_several_agents_and_names_those_left_out(made):
    found = aggregate(RESULT)
    assert found.problems == ["parity of 3 bits", "guessing 3 numbers", "an arm with a goal per tip"]
    assert {each.name for each in found.entrants} == {"modular", "monolithic", "shared", "badger"}
    assert set(found.left_out) == {LABELS["badger_attention"], "commnet"}
    monolithic = [agent for agent in RESULT.agents if agent.agent == "monolithic"]
    # A run on the second problem failed, where "shared" is the worst.
    worst = min(run.score for agent in RESULT.agents if agent.problem == "guessing" for run in agent.runs)
    failed = {"guessing": [worst]}
    scores = [np.asarray([run.score for run in a.runs] + failed.get(a.problem, [])) for a in monolithic]
    (entrant,) = (each for each in found.entrants if each.name == "monolithic")
    assert entrant.score == stratified_bootstrap(scores)
    assert entrant.runs == 15
    row = next(row for row in table(made, "all_score") if row["agent"] == "monolithic")
    assert [float(row[name]) for name in ("score", "low", "high")] == pytest.approx(list(entrant.score))
    assert row["n"] == "15"
    assert [each.rank.rank for each in found.entrants] == [1, 2, 3, 4]
    assert entrant.rank in rank_intervals([each.scores for each in found.entrants])


def test_verdict_text_says_who_wins_where_and_what_is_open():
    rows = verdict(RESULT)
    score, sizes = ability_texts(rows)[0], ability_texts(rows)[-1]
    assert sizes.badge == "only modular"
    assert "the monolithic network cannot (on " in sizes.sentences[0]
    assert score.table.columns == ("problem", "modular", "n", "monolithic network", "n", "same without messages", "n")
    assert any("guessing 3 numbers" in line for line in monolithic_ahead(rows))
    row = replace(rows[0], probability=rows[0].probability._replace(estimate=0.2), p=0.012)
    (text,) = ability_texts([row])
    assert text.badge == "monolithic wins"
    assert text.sentences[0].startswith("The monolithic network wins: a modular run is the better one")
    assert "p = 0.012 after Holm" in text.sentences[0]
    assert ability_texts([replace(row, p=0.5)])[0].sentences[0].startswith("Not decided against the monolithic network")


def test_page_of_a_result_without_finished_runs_has_no_verdict(tmp_path):
    result = make_result(RESULT.problems, [make_agent(problem, "badger", [], planned=2) for problem in RESULT.problems])
    page = write_report(result, tmp_path).read_text()
    assert "In this result no modular agent meets a rival." in page
    assert "No agent has runs on all problems" in page
    assert page.count("No video of any agent: none has a finished run") == 4


@pytest.mark.parametrize("recipe", ["xor3", "guessing", "routing3", "reacher_tips", "guessing_ppo"])
def test_record_video_is_small_and_moves(tmp_path, recipe):
    run = write_run(tmp_path, "run", recipe)
    problem = make_problem(RECIPES[recipe])
    record_video(run, problem, tmp_path / "video.gif")
    first = (tmp_path / "video.gif").read_bytes()
    assert len(first) <= MAX_BYTES
    with Image.open(tmp_path / "video.gif") as image:
        assert image.width <= 480
        assert image.n_frames > 3
    record_video(run, problem, tmp_path / "video.gif")
    assert (tmp_path / "video.gif").read_bytes() == first


def test_csv_holds_no_cell_that_a_spreadsheet_runs():
    rows = [{"label": text, "low": -0.5} for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a=1")]
    assert as_csv(rows).splitlines() == [
        "label,low", "'=1+1,-0.5", "'+1,-0.5", "'-1,-0.5", "'@SUM(A1),-0.5", "'\tx,-0.5", "a=1,-0.5",
    ]  # fmt: skip


def test_record_video_refuses_a_folder_without_weights(tmp_path):
    with pytest.raises(NoVideoError, match="no trained agent can be read in runs/gone"):
        record_video(tmp_path / "runs" / "gone", RESULT.problems[0], tmp_path / "video.gif")
    assert not (tmp_path / "video.gif").exists()
