"""The pages of a board as text: collects their content and renders the templates."""

import base64
import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from badger_envs.registry import get_spec
from badger_envs.statistics import Interval
from leaderboards.check.evidence import KINDS
from leaderboards.schema.benchmark import BenchmarkProblem
from leaderboards.schema.status import STATUSES, Step
from leaderboards.site.board import Board, Entry, by_kind
from leaderboards.site.board_json import to_json
from leaderboards.site.charts import Chart, learning_curves, profiles, size_curves
from leaderboards.site.entries import REPLICATES, REPLICATES_OF_PARTS, Results
from leaderboards.site.error_bars import Domain, domain_of, error_bar
from leaderboards.site.numbers import compact, count
from leaderboards.site.sources import AS_RAW, Sources

TEMPLATES = Path(__file__).parent / "templates"
MAX_LINES = 8
"""Entries in a chart, the first ones; more are hard to distinguish."""


@dataclass(frozen=True)
class Section:
    """Content of the page of a problem."""

    problem: BenchmarkProblem
    about: str
    """The task in a sentence."""
    rules: Mapping[str, str]
    """Parts of the task's documentation by their heading."""
    entries: tuple[Entry, ...]
    """All, by kind of evidence, the strongest first: those with enough training seeds, the best first; the others. In
    the end those that do not count."""
    groups: Mapping[str, tuple[Entry, ...]]
    """The same by kind of evidence; those that do not count by an empty word."""
    counting: tuple[Entry, ...]
    """Those without what is replaced or withdrawn."""
    best: Entry | None
    """The first one, if it has enough training seeds."""
    curves: Chart | None
    learning: Chart | None
    """Of entries with a learning curve."""
    domain: Domain


def pages(
    board: Board, histories: Mapping[str, Sequence[Step]], sources: Sources = AS_RAW
) -> Iterator[tuple[str, str]]:
    """All files of the site but the raw submissions, path and text; the same ones for the same board.

    Args:
        board: what is shown.
        histories: steps of the status by folder; none for a self-reported entry.
        sources: of the submissions.
    """
    environment = _environment()
    sections = [_section(board, problem) for problem in board.benchmark.problems]
    domain = domain_of(entry.results.score for entry in board.entries if entry.counts)
    shared = {"board": board, "by_id": {entry.id: entry for entry in board.entries}}
    first = [(entry.results.submission.title, entry.results.profile) for entry in board.ranked[:MAX_LINES]]
    lines = [(title, profile) for title, profile in first if profile]
    yield (
        "index.html",
        environment.get_template("index.html").render(
            **shared,
            up="",
            formulas="",
            sections=sections,
            domain=domain,
            profile=profiles("profile", "Performance profiles", lines, bands=False) if lines else None,
            replicates=REPLICATES,
            replicates_of_parts=REPLICATES_OF_PARTS,
            statuses=STATUSES,
        ),
    )
    shared |= {"up": "../", "formulas": "../index.html"}
    template = environment.get_template("problem.html")
    for section in sections:
        yield f"problem/{section.problem.name}.html", template.render(**shared, section=section)
    template = environment.get_template("entry.html")
    for entry in board.entries:
        history = histories.get(entry.id, ())
        yield (
            f"entry/{entry.id}.html",
            template.render(**shared, **_of_entry(board, entry), history=history, sources=sources),
        )
    yield "board.json", json.dumps(to_json(board), indent=1, allow_nan=False) + "\n"


def rules_of(problem: BenchmarkProblem) -> dict[str, str]:
    """The documentation of a problem's task by heading; what comes before the first one has the heading ""."""
    text = inspect.getdoc(get_spec(problem.id).task) or ""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    found = {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))
    return {heading: " ".join(words.split()) for heading, words in found.items()}


def _section(board: Board, problem: BenchmarkProblem) -> Section:
    def few(entry: Entry) -> bool:
        return len(entry.results.problems[problem.name].trained.rows) < board.benchmark.min_seeds

    def order(entry: Entry) -> tuple[bool, int, bool, float, str]:
        score = entry.results.problems[problem.name].trained.score
        return not entry.counts, KINDS.index(entry.results.kind), few(entry), -score.estimate, entry.id

    entries = sorted((entry for entry in board.entries if problem.name in entry.results.problems), key=order)
    counting = tuple(entry for entry in entries if entry.counts)
    rules = rules_of(problem)
    about = rules.pop("")
    rules = {heading: text for heading, text in rules.items() if heading != "Version history"}
    scores = [(entry.results.submission.title, _by_size(entry.results, problem)) for entry in counting[:MAX_LINES]]
    sizes = sorted(problem.sizes)
    curves = size_curves("sizes", "Score by size", problem.size_name, sizes, problem.train_size, scores)
    domain = domain_of(entry.results.problems[problem.name].trained.score for entry in counting)
    best = counting[0] if counting and not few(counting[0]) else None
    learned = [(entry.results.submission.title, _learned(entry.results, problem.name)) for entry in counting]
    learned = [(title, points) for title, points in learned if points][:MAX_LINES]
    learning = learning_curves("learning", "Score during training", learned) if learned else None
    return Section(
        problem, about, rules, tuple(entries), by_kind(entries), counting, best, curves if counting else None, learning,
        domain,
    )  # fmt: skip


def _learned(results: Results, problem: str) -> tuple[tuple[int, float], ...]:
    """The learning curve that came with a submission; empty where there is none."""
    return results.submission.training.curves.get(problem, ())


def _by_size(results: Results, problem: BenchmarkProblem) -> dict[int, Interval]:
    return {size: at.score for size, at in results.problems[problem.name].at.items()}


def _of_entry(board: Board, entry: Entry) -> dict[str, Any]:
    results, title = entry.results, entry.results.submission.title
    entered = [problem for problem in board.benchmark.problems if problem.name in results.problems]
    return {
        "entry": entry,
        "domain": domain_of(problem.trained.score for problem in results.problems.values()),
        "curves": [
            size_curves(
                problem.name, problem.name, problem.size_name, sorted(problem.sizes), problem.train_size,
                [(title, _by_size(results, problem))],
            )
            for problem in entered
        ],
        "learning": [
            learning_curves(f"{problem.name}-learning", problem.name, [(title, _learned(results, problem.name))])
            for problem in entered
            if _learned(results, problem.name)
        ],
        "profile": profiles("profile", "Performance profile", [(title, results.profile)], bands=True)
        if results.profile
        else None,
        "rows": [
            (problem.problem, size, row)
            for problem in results.problems.values()
            for size, at in problem.at.items()
            for row in at.rows
        ],
    }  # fmt: skip


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = count
    environment.filters["compact"] = compact
    environment.globals["error_bar"] = error_bar
    # Only our own script and style may run, whatever a submission contains, and nothing is fetched.
    style, script = (_hash((TEMPLATES / name).read_text(encoding="utf-8")) for name in ("style.css", "board.js"))
    environment.globals["policy"] = (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return environment


def _hash(text: str) -> str:
    """As it stands in a Content-Security-Policy; without the last newline, which templates lose."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.removesuffix("\n").encode()).digest()).decode()
