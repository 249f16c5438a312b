"""The report as files: what is written is what was found."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from badger_envs.statistics import rank_intervals, stratified_bootstrap
from baselines.analysis.verdict import verdict
from baselines.experiments.recipes import RECIPES
from baselines.report import film, write_report
from baselines.report.aggregate import aggregate
from baselines.report.verdict_text import headline, monolithic_ahead, sentences
from baselines.report.videos import MOST_BYTES, NoFilmError
from tests.helpers.report_content import LABELS, agent, content, write_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    write_run(out, best(content(), "xor3", "badger"), "xor3")
    write_report(content(), out)
    return out


def best(result, problem, name):
    runs = next(each for each in result["agents"] if (each["problem"], each["agent"]) == (problem, name))["runs"]
    return max(runs, key=lambda each: each["score"])["hash"]


def table(out, name):
    with (out / "report" / "figures" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in (out / "report").rglob("*") if path.is_file()}


def test_the_same_result_gives_the_same_report_to_the_byte_and_what_was_there_before_goes(made, tmp_path):
    write_run(tmp_path, best(content(), "xor3", "badger"), "xor3")
    stale = tmp_path / "report" / "figures" / "gone_sizes.png"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"old")
    write_report(json.loads(json.dumps(content())), tmp_path)
    again = files(tmp_path)
    assert str(stale.relative_to(tmp_path)) not in again
    assert again == files(made)


def test_every_picture_is_a_png_an_svg_and_a_csv_and_stands_in_the_page(made):
    names = {Path(name).stem for name in files(made) if "figures" in name}
    assert {"verdict", "all_score", "all_rank", "all_profile", "xor3_steps", "xor3_cpu", "xor3_sizes"} <= names
    assert {"xor3_life", "xor3_switch", "xor3_forget", "xor3_cut", "xor3_noise", "xor3_delay", "xor3_rounds"} <= names
    assert "xor3_experts" not in names, "nobody could be asked"
    page = (made / "report" / "index.html").read_text()
    for name in names:
        for ending in ("png", "svg", "csv"):
            assert (made / "report" / "figures" / f"{name}.{ending}").stat().st_size > 0
            assert f'href="figures/{name}.{ending}"' in page


def test_the_page_needs_no_network_and_escapes_what_it_is_told(made):
    page = (made / "report" / "index.html").read_text()
    fetched = re.findall(r"""(?:src|href)=["']([^"']*)["']|url\(["']?([^)"']*)|@import\s+(\S+)""", page)
    assert not [found for found in fetched if re.match(r"https?:|//", "".join(found))]
    assert "<b>&amp;</b>" not in page
    assert "Badger &lt;b&gt;&amp;amp;&lt;/b&gt; $x_1$" in page
    assert "<script>no" not in page
    assert page.count("<script>") == 1


def test_the_page_tells_everything_there_is(made):
    page = (made / "report" / "index.html").read_text()
    places = [page.index(f'id="{name}"') for name in ("verdict", "all", "problem-xor3", "who", "failed", "how")]
    assert places == sorted(places)
    for said in ("4 of 5 runs finished", "0 of 5 runs finished", "python -m baselines compare --suite synthetic"):
        assert said in page
    assert "Test episode 0, played by Badger" in page
    assert "no trained agent can be read in runs/badger" in page, "of the others there are no weights"
    assert "learning_rate=0.002</td><td>1000</td><td>60</td><td>failed" in page


def test_the_numbers_behind_the_pictures_are_those_of_the_result(made):
    result = content()
    badger = result["agents"][0]
    for row in table(made, "xor3_sizes"):
        if row["agent"] == "badger":
            values = [each["metric_at_size"][row["size"]] for each in badger["runs"]]
            assert float(row["mean"]) == pytest.approx(np.mean(values))
            assert (float(row["low"]), float(row["high"]), int(row["n"])) == (min(values), max(values), 5)
    asked = [row for row in table(made, "xor3_cut") if row["agent"] == "badger"]
    scores = np.asarray([each["probes"]["cut"]["score"] for each in badger["runs"]])
    assert [float(row["mean"]) for row in asked] == pytest.approx(scores.mean(axis=0).tolist())
    assert {row["agent"] for row in table(made, "xor3_cut")} == {"badger"}
    last = [row for row in table(made, "xor3_cpu") if row["agent"] == "badger"][-3]
    middle = [each["curve"][-3]["score"] for each in badger["runs"]]
    assert float(last["mean"]) == pytest.approx(np.mean(middle)), "a moving average of a straight line is the line"
    assert (float(last["cpu_seconds"]), float(last["environment_steps"])) == (pytest.approx(3.0), 1e5)
    for row, found in zip(table(made, "verdict"), [each for each in verdict(result) if each["problems"]], strict=True):
        assert float(row["probability"]) == found["probability"]["estimate"]
        assert float(row["p"]) == found["p"]


def test_the_aggregate_is_over_problems_that_several_agents_met_on_and_says_who_is_left_out(made):
    found = aggregate(content())
    assert found.problems == ["parity of 3 bits", "guessing 3 numbers", "an arm with a goal per tip"]
    assert {each.name for each in found.entrants} == {"modular", "monolithic", "shared"}
    assert set(found.left_out) == {LABELS["badger"], LABELS["badger_attention"], "commnet"}
    monolithic = [each for each in content()["agents"] if each["agent"] == "monolithic"]
    scores = [np.asarray([each["score"] for each in one["runs"]]) for one in monolithic]
    (entrant,) = (each for each in found.entrants if each.name == "monolithic")
    assert entrant.score == stratified_bootstrap(scores)
    assert entrant.runs == 14
    row = next(row for row in table(made, "all_score") if row["agent"] == "monolithic")
    assert [float(row[name]) for name in ("score", "low", "high")] == pytest.approx(list(entrant.score))
    assert row["n"] == "14"
    assert [each.rank.rank for each in found.entrants] == [1, 2, 3]
    assert entrant.rank in rank_intervals([each.scores for each in found.entrants])


def test_the_verdict_in_words_says_who_wins_where_and_what_is_open():
    rows = verdict(content())
    score, sizes = sentences(rows)[0], sentences(rows)[-1]
    assert sizes.badge == "only modular can"
    assert "can't be asked" in sizes.sentences[0]
    assert score.table.columns == ("problem", "modular", "n", "monolithic network", "n", "same without messages", "n")
    assert any("guessing 3 numbers" in line for line in monolithic_ahead(rows))
    row = {**rows[0], "winner": "rival", "p": 0.012}
    assert sentences([row])[0].badge == "monolithic wins"
    assert sentences([row])[0].sentences[0].startswith("The monolithic network wins: a modular run is the better one")
    assert "p = 0.012 after Holm" in sentences([row])[0].sentences[0]
    assert headline([row]).endswith("1 won by the monolithic network: Who is better at what was trained?")
    assert sentences([{**row, "winner": None}])[0].sentences[0].startswith("Not decided against the monolithic network")
    assert headline([]) == "The monolithic network meets no modular agent in this result."


def test_a_result_with_one_agent_or_none_that_finished_has_a_page_without_a_verdict(tmp_path):
    result = content()
    result["agents"] = [agent(problem, "badger", [], wanted=2) for problem in result["problems"]]
    page = write_report(result, tmp_path).read_text()
    assert "No verdict" in page
    assert "Nobody has runs on all problems" in page
    assert page.count("nobody has a finished run") == 4


@pytest.mark.parametrize("recipe", ["xor3", "guessing", "routing3", "reacher_tips", "guessing_ppo"])
def test_a_film_is_small_and_moves(tmp_path, recipe):
    run = write_run(tmp_path, "run", recipe)
    problem = {"task": RECIPES[recipe].task, "arguments": RECIPES[recipe].arguments}
    film(run, problem, tmp_path / "film.gif")
    first = (tmp_path / "film.gif").read_bytes()
    assert len(first) <= MOST_BYTES
    with Image.open(tmp_path / "film.gif") as image:
        assert image.width <= 480
        assert image.n_frames > 3
    film(run, problem, tmp_path / "film.gif")
    assert (tmp_path / "film.gif").read_bytes() == first


def test_without_weights_there_is_no_film(tmp_path):
    problem = {"task": RECIPES["xor3"].task, "arguments": RECIPES["xor3"].arguments}
    with pytest.raises(NoFilmError, match="no trained agent can be read in runs/gone"):
        film(tmp_path / "runs" / "gone", problem, tmp_path / "film.gif")
    assert not (tmp_path / "film.gif").exists()
