"""The page: what is shown of a result, gathered and put into the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from badger_envs.core.files import write_whole
from baselines.analysis.tables import Table, problem_tables, verdict_table
from baselines.analysis.verdict import SIGNIFICANT, verdict
from baselines.report.aggregate import aggregate, aggregate_pictures, aggregate_table
from baselines.report.curves import learning_curves, sizes
from baselines.report.probes import probes
from baselines.report.style import Look, Picture, file_name, looks
from baselines.report.verdict_text import headline, monolithic_ahead, sentences, verdict_picture
from baselines.report.videos import NoFilmError, film

TEMPLATES = Path(__file__).parent / "html"
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Film:
    """A run that was filmed, or why it was not."""

    who: str
    file: str
    """Relative to the page; empty where there is none."""
    why_not: str


@dataclass(frozen=True)
class Section:
    """What is shown of a problem."""

    problem: Content
    agents: list[Content]
    tables: list[Table]
    pictures: list[Picture]
    probes: list[Picture]
    film: Film


def write_report(content: Content, out: Path, *, folders: Sequence[Path] = ()) -> Path:
    """Write `report/index.html`, and what it shows into `report/figures` and `report/films`.

    Pictures and films of an earlier report in the same folder that are not written again are removed.

    Args:
        content: what is in `result.json`.
        out: an existing folder.
        folders: where `runs/` with trained agents lie; none for `out`.

    Returns:
        The page.
    """
    report = out / "report"
    figures, films = report / "figures", report / "films"
    for folder in (figures, films):
        folder.mkdir(parents=True, exist_ok=True)
    seen, tables, rows = looks(content), problem_tables(content), verdict(content)  # type: ignore[arg-type]
    sections = [_section(content, problem, tables, seen, report, folders or (out,)) for problem in content["problems"]]
    together = aggregate(content)
    verdict_shown = verdict_picture(rows, figures)
    together_shown = aggregate_pictures(together, seen, figures)
    pictures = [verdict_shown, *together_shown, *(each for part in sections for each in (*part.pictures, *part.probes))]
    keep = {f"{picture.name}.{ending}" for picture in pictures if picture for ending in ("png", "svg", "csv")}
    keep |= {Path(part.film.file).name for part in sections}
    for folder in (figures, films):
        for path in folder.iterdir():
            if path.name not in keep and path.suffix in {".png", ".svg", ".csv", ".gif"}:
                path.unlink()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawn"] = lambda picture: Markup(picture.svg)
    page = environment.get_template("report.html").render(
        content=content,
        looks=seen,
        verdict=sentences(rows),
        headline=headline(rows),
        ahead=monolithic_ahead(rows),
        significant=SIGNIFICANT,
        verdict_table=verdict_table(rows) if rows else None,
        verdict_picture=verdict_shown,
        together=together,
        together_table=aggregate_table(together),
        together_pictures=together_shown,
        sections=sections,
        failures=[agent for agent in content["agents"] if agent["failed"]],
        names={agent["label"]: agent["agent"] for agent in content["agents"]},
        everybody={agent["agent"]: agent for agent in content["agents"]},
        title_of={problem["name"]: problem["title"] for problem in content["problems"]},
        titles={problem["title"]: problem["name"] for problem in content["problems"]},
    )
    write_whole(report / "index.html", page.encode())
    return report / "index.html"


def _section(
    content: Content, problem: Content, tables: Sequence[Table], seen: Mapping[str, Look], report: Path,
    folders: Sequence[Path],
) -> Section:  # fmt: skip
    agents = [agent for agent in content["agents"] if agent["problem"] == problem["name"]]
    figures = report / "figures"
    pictures = learning_curves(problem, agents, seen, figures)
    other_sizes = sizes(problem, agents, seen, figures)
    return Section(
        problem,
        agents,
        [table for table in tables if table.problem == problem["name"]],
        [*pictures, other_sizes] if other_sizes else pictures,
        probes(problem, agents, seen, figures),
        _film(problem, agents, report, folders),
    )


def _film(problem: Content, agents: list[Content], report: Path, folders: Sequence[Path]) -> Film:
    """Of the best run of the agent that the problem was made with, or of the first that has one."""
    trained = [agent for agent in agents if agent["n"] and not agent["handcrafted"]]
    if not trained:
        return Film("nobody", "", "nobody has a finished run")
    agent = next((agent for agent in trained if agent["agent"] == problem["first"]), trained[0])
    best = max(agent["runs"], key=lambda run: run["score"])
    who = f"{agent['label']}, seed {best['seed']}, its best run (score {best['score']:.3f})"
    places = [folder / "runs" / best["hash"] for folder in folders]
    run = next((place for place in places if place.is_dir()), places[0])
    path = report / "films" / f"{file_name(problem['name'])}.gif"
    try:
        film(run, problem, path)
    except NoFilmError as error:
        return Film(who, "", str(error))
    return Film(who, f"films/{path.name}", "")
