"""What the page of a problem shows."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from badger_envs.registry import get_spec
from badger_envs.statistics import Interval
from leaderboards.check.evidence import KINDS
from leaderboards.schema.benchmark import BenchmarkProblem
from leaderboards.site.board import Board, Entry
from leaderboards.site.chart_parts import Chart
from leaderboards.site.charts import learning_curves, size_curves
from leaderboards.site.dots import Given, Rows, rows_of
from leaderboards.site.entries import Results
from leaderboards.site.titles import Title, title_of, what_is_counted

MAX_LINES = 8
"""Entries in a chart, the first ones; more are hard to distinguish."""


@dataclass(frozen=True)
class Section:
    """Content of the page of a problem."""

    problem: BenchmarkProblem
    title: Title
    about: str
    """The task in a sentence, as its documentation says it."""
    rules: Mapping[str, str]
    """Parts of the task's documentation by their heading."""
    entries: tuple[Entry, ...]
    """All, by kind of evidence, the strongest first: those with enough training seeds, the best first; the others. In
    the end those that do not count."""
    counting: tuple[Entry, ...]
    """Those without what is replaced or withdrawn."""
    best: Entry | None
    """The first one, if it has enough training seeds."""
    dots: Rows
    curves: Chart | None
    learning: Chart | None
    """Of entries with a learning curve."""


def section_of(board: Board, problem: BenchmarkProblem) -> Section:
    """The content of the page of a problem."""

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
    first, unit = counting[:MAX_LINES], what_is_counted(problem)
    scores = [(entry.results.submission.title, by_size(entry.results, problem)) for entry in first]
    curves = size_curves("sizes-picture", "Score by size", unit, sorted(problem.sizes), problem.train_size, scores)
    learned = [(entry.results.submission.title, learned_on(entry.results, problem.name)) for entry in counting]
    learned = [(title, points) for title, points in learned if points][:MAX_LINES]
    best = counting[0] if counting and not few(counting[0]) else None
    return Section(
        problem,
        title_of(board.benchmark.name, problem),
        about,
        rules,
        tuple(entries),
        counting,
        best,
        _dots(first, problem.name, best),
        curves if counting else None,
        learning_curves("learning-picture", "Score during training", learned) if learned else None,
    )


def rules_of(problem: BenchmarkProblem) -> dict[str, str]:
    """The documentation of a problem's task by heading; what comes before the first one has the heading ""."""
    text = inspect.getdoc(get_spec(problem.id).task) or ""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    found = {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))
    return {heading: " ".join(words.split()) for heading, words in found.items()}


def learned_on(results: Results, problem: str) -> tuple[tuple[int, float], ...]:
    """The learning curve that came with a submission; empty where there is none."""
    return results.submission.training.curves.get(problem, ())


def by_size(results: Results, problem: BenchmarkProblem) -> dict[int, Interval]:
    """Scores of an entry on a problem."""
    return {size: at.score for size, at in results.problems[problem.name].at.items()}


def _dots(entries: Sequence[Entry], problem: str, best: Entry | None) -> Rows:
    """A line for each of the first entries, the best one first."""
    return rows_of(
        Given(
            entry.results.submission.title,
            f"../entry/{entry.id}.html",
            [("score", entry.results.problems[problem].trained.score)],
            entry is best,
        )
        for entry in entries
    )
