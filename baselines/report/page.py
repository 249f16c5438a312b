"""The page: what is shown of a result, gathered and put into the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from badger_envs.core.files import write_whole
from baselines.analysis.aggregate import aggregate, aggregate_table
from baselines.analysis.table import Table
from baselines.analysis.tables import NOT_CHOSEN, failures_in_words, problem_tables, verdict_table
from baselines.analysis.verdict import FAILS, SIGNIFICANT, sides, verdict
from baselines.report.curves import learning_curves, size_curves
from baselines.report.dots import panels
from baselines.report.environment import make_environment
from baselines.report.grids import grid_pictures
from baselines.report.overview import aggregate_pictures, verdict_picture
from baselines.report.probes import probe_curves
from baselines.report.style import Picture, Style, agent_styles, file_name
from baselines.report.verdict_text import ability_texts, headline, monolithic_ahead
from baselines.report.videos import NoVideoError, record_video
from baselines.results.comparison import RUNS, AgentResult, ComparisonResult, Problem

PICTURE_ENDINGS = (".png", ".svg", ".csv")


@dataclass(frozen=True)
class Video:
    """A run that was recorded, or why it was not."""

    player: str
    file: str
    """Relative to the page; empty where there is none."""
    why_not: str


@dataclass(frozen=True)
class Section:
    """What is shown of a problem."""

    problem: Problem
    in_a_line: str
    """What came out, for those who leave the rest folded."""
    agents: list[AgentResult]
    tables: list[Table]
    pictures: list[Picture]
    probes: list[Picture]
    video: Video


def write_report(result: ComparisonResult, out: Path, *, folders: Sequence[Path] = ()) -> Path:
    """Write `report/index.html`, and what it shows into `report/figures` and `report/videos`.

    Pictures and videos of an earlier report in the same folder that are not written again are removed.

    Args:
        result: what is in `result.json`.
        out: an existing folder.
        folders: where `runs/` with trained agents lie; none for `out`.

    Returns:
        The page.
    """
    report = out / "report"
    figures, videos = report / "figures", report / "videos"
    for folder in (figures, videos):
        folder.mkdir(parents=True, exist_ok=True)
    styles, tables, comparisons = agent_styles(result), problem_tables(result), verdict(result)
    sections = [_section(result, problem, tables, styles, report, folders or (out,)) for problem in result.problems]
    together = aggregate(result)
    verdict_shown = verdict_picture(result, comparisons, figures)
    together_shown = aggregate_pictures(together, styles, figures)
    pictures = [verdict_shown, *together_shown, *(each for part in sections for each in (*part.pictures, *part.probes))]
    keep = {f"{picture.name}{ending}" for picture in pictures if picture for ending in PICTURE_ENDINGS}
    keep |= {Path(part.video.file).name for part in sections}
    for folder in (figures, videos):
        for path in folder.iterdir():
            if path.name not in keep and path.suffix in {*PICTURE_ENDINGS, ".gif"}:
                path.unlink()
    shown = panels(result, comparisons)
    page = (
        make_environment()
        .get_template("report.html")
        .render(
            result=result,
            panels=shown,
            fails=FAILS,
            styles=styles,
            abilities=ability_texts(comparisons),
            headline=headline(shown),
            failed_runs=failures_in_words(comparisons),
            ahead=monolithic_ahead(comparisons),
            significant=SIGNIFICANT,
            verdict_table=verdict_table(comparisons) if comparisons else None,
            verdict_picture=verdict_shown,
            together=together,
            together_table=aggregate_table(together),
            together_pictures=together_shown,
            sections=sections,
            finished_runs=sum(len(agent.runs) for agent in result.agents if agent.trained),
            failures=[agent for agent in result.agents if agent.failures],
            agents={agent.agent: agent for agent in result.agents},
            agent_of_label={agent.label: agent.agent for agent in result.agents},
            title_of={problem.name: problem.title for problem in result.problems},
            problem_of_title={problem.title: problem.name for problem in result.problems},
        )
    )
    write_whole(report / "index.html", page.encode())
    return report / "index.html"


def _section(
    result: ComparisonResult, problem: Problem, tables: Sequence[Table], styles: Mapping[str, Style], report: Path,
    folders: Sequence[Path],
) -> Section:  # fmt: skip
    agents, figures = result.on(problem), report / "figures"
    pictures = learning_curves(problem, agents, styles, figures)
    other_sizes = size_curves(problem, agents, styles, figures)
    return Section(
        problem,
        _in_a_line(result, problem),
        agents,
        [_without_unchosen(table) for table in tables if table.problem == problem.name],
        [*pictures, *([other_sizes] if other_sizes else []), *grid_pictures(problem, agents, styles, figures)],
        probe_curves(problem, agents, styles, figures),
        _video(problem, agents, report, folders),
    )


def _without_unchosen(table: Table) -> Table:
    """The members of families that were not chosen for the test have no numbers: a sentence says who they are."""
    left_out = [row[0] for row in table.rows if row[1] == NOT_CHOSEN]
    if not left_out:
        return table
    rows = tuple(row for row in table.rows if row[1] != NOT_CHOSEN)
    return replace(table, rows=rows, caption=f"{table.caption} These are: {'; '.join(left_out)}.")


def _in_a_line(result: ComparisonResult, problem: Problem) -> str:
    """Scores of those who stand for the sides of the verdict, or of everybody trained where there are no sides."""
    agents = list(sides(result, problem).values()) or [each for each in result.on(problem) if not each.handcrafted]
    scores = [f"{each.label} {each.score.estimate:.2f}" for each in agents if each.score]
    return " · ".join(scores) if scores else "No run finished"


def _video(problem: Problem, agents: Sequence[AgentResult], report: Path, folders: Sequence[Path]) -> Video:
    """Of the best run of the agent that the recipe was made with, or of the first that has one."""
    trained = [agent for agent in agents if agent.trained]
    if not trained:
        return Video("any agent", "", "none has a finished run")
    agent = next((agent for agent in trained if agent.agent == problem.first_agent), trained[0])
    best = max(agent.runs, key=lambda run: run.score)
    player = f"{agent.label}, seed {best.seed}, its best run (score {best.score:.3f})"
    places = [folder / RUNS / Path(best.hash).name for folder in folders]
    run_folder = next((place for place in places if place.is_dir()), places[0])
    path = report / "videos" / f"{file_name(problem.name)}.gif"
    try:
        record_video(run_folder, problem, path)
    except NoVideoError as error:
        return Video(player, "", str(error))
    return Video(player, f"videos/{path.name}", "")
