"""The pages of a board as text: collects their content and renders the templates.

No page grows with the board: long lists go on at further pages, `index-2.html` and so on.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leaderboards.schema.status import STATUSES, Step
from leaderboards.site.board import Board, Entry, by_kind
from leaderboards.site.board_json import to_json
from leaderboards.site.charts import learning_curves, profiles, size_curves
from leaderboards.site.dots import Given, Rows, probabilities, rows_of
from leaderboards.site.entries import REPLICATES, REPLICATES_OF_PARTS
from leaderboards.site.environment import make_environment
from leaderboards.site.moving_pictures import MovingPicture
from leaderboards.site.over_time import best_over_time
from leaderboards.site.sections import MAX_LINES, Section, by_size, learned_on, section_of
from leaderboards.site.sources import AS_RAW, Sources
from leaderboards.site.titles import size_in_words, title_of, what_is_counted

ON_A_PAGE = 200
"""Entries in the list of a page."""


def pages(
    board: Board,
    histories: Mapping[str, Sequence[Step]],
    sources: Sources = AS_RAW,
    pictures: Mapping[str, MovingPicture] | None = None,
) -> Iterator[tuple[str, str]]:
    """All files of the site but raw submissions and moving pictures, path and text; the same ones for the same board.

    Args:
        board: what is shown.
        histories: steps of the status by folder; none for a self-reported entry.
        sources: of the submissions.
        pictures: by problem, as `leaderboards.site.moving_pictures.pictures_of` gives them; files lie in `picture`.
    """
    environment = make_environment()
    sections = [section_of(board, problem) for problem in board.benchmark.problems]
    shared = {
        "board": board,
        "by_id": {entry.id: entry for entry in board.entries},
        "titles": {problem.name: title_of(board.benchmark.name, problem) for problem in board.benchmark.problems},
        "pictures": pictures or {},
        "size_in_words": size_in_words,
    }
    here = {"up": "", "formulas": ""}
    template = environment.get_template("index.html")
    for path, listed in _lists("index", board.entries):
        content = _of_index(board, sections) if listed["number"] == 1 else {}
        yield path, template.render(**shared, **here, **content, **listed, sections=sections, statuses=STATUSES)
    below = {"up": "../", "formulas": "../index.html"}
    template = environment.get_template("problem.html")
    for section in sections:
        about = {"section": section, "unit": what_is_counted(section.problem)}
        for path, listed in _lists(section.problem.name, section.entries):
            yield f"problem/{path}", template.render(**shared, **below, **listed, **about)
    template = environment.get_template("entry.html")
    bests = {section.problem.name: section.best for section in sections}
    for entry in board.entries:
        own = _of_entry(board, entry, bests)
        history = histories.get(entry.id, ())
        yield (
            f"entry/{entry.id}.html",
            template.render(**shared, **below, **own, history=history, sources=sources),
        )
    yield "board.json", json.dumps(to_json(board), separators=(",", ":"), allow_nan=False) + "\n"


def _lists(name: str, entries: Sequence[Entry]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pages of a list: path, and what stands on it."""
    count = max(-(-len(entries) // ON_A_PAGE), 1)
    paths = [f"{name}.html", *(f"{name}-{number}.html" for number in range(2, count + 1))]
    for number, path in enumerate(paths, start=1):
        first = (number - 1) * ON_A_PAGE
        some = entries[first : first + ON_A_PAGE]
        yield path, {"number": number, "paths": paths, "first": first + 1, "listed": some, "groups": by_kind(some)}


def _of_index(board: Board, sections: Sequence[Section]) -> dict[str, Any]:
    """What stands on the first page alone."""
    first = [(entry.results.submission.title, entry.results.profile) for entry in board.ranked[:MAX_LINES]]
    lines = [(title, profile) for title, profile in first if profile]
    return {
        "best_dots": _dots_of_board(board, sections),
        "over_time": best_over_time(board),
        "compared": _compared(board),
        "profile": profiles("profile-picture", "Performance profiles", lines, bands=False) if lines else None,
        "replicates": REPLICATES,
        "replicates_of_parts": REPLICATES_OF_PARTS,
    }


def _dots_of_board(board: Board, sections: Sequence[Section]) -> Rows:
    """All problems together, and each of them: the best in colour, the others that follow in grey."""
    ranked = [(entry.results.submission.title, entry.results.score) for entry in board.ranked]
    given = [Given("All problems", "#board", [(title, score) for title, score in ranked if score], bool(ranked), True)]
    for section in sections:
        name = section.problem.name
        scores = [
            (entry.results.submission.title, entry.results.problems[name].trained.score) for entry in section.counting
        ]
        given.append(Given(section.title.title, f"problem/{name}.html", scores, section.best is not None, True))
    return rows_of(given)


def _compared(board: Board) -> Rows | None:
    """How likely a run of the first ranked entry beats a run of each of the others that are compared."""
    if len(board.compared) < 2:
        return None
    titles = {entry.id: entry.results.submission.title for entry in board.ranked}
    first, *others = board.compared
    return probabilities(
        (titles[other], f"entry/{other}.html", board.matrix[first, other].probability) for other in others[:MAX_LINES]
    )


def _of_entry(board: Board, entry: Entry, bests: Mapping[str, Entry | None]) -> dict[str, Any]:
    """What stands on the page of an entry; it is in colour where it is the best of all."""
    results, title = entry.results, entry.results.submission.title
    names = {problem.name: title_of(board.benchmark.name, problem).title for problem in board.benchmark.problems}
    entered = [problem for problem in board.benchmark.problems if problem.name in results.problems]
    scores = [
        Given(
            names[each.problem],
            f"../problem/{each.problem}.html",
            [(title, each.trained.score)],
            bests[each.problem] is entry,
        )
        for each in results.problems.values()
    ]
    if results.score:
        scores.insert(0, Given("All problems", "", [(title, results.score)], entry is next(iter(board.ranked), None)))
    return {
        "entry": entry,
        "own_dots": rows_of(scores),
        "most_seeds": max((len(at.rows) for each in results.problems.values() for at in each.at.values()), default=0),
        "curves": [
            size_curves(
                problem.name, names[problem.name], what_is_counted(problem), sorted(problem.sizes), problem.train_size,
                [(title, by_size(results, problem))],
            )
            for problem in entered
        ],
        "learning": [
            learning_curves(f"{problem.name}-learning", names[problem.name], [(title, learned)])
            for problem in entered
            if (learned := learned_on(results, problem.name))
        ],
        "profile": profiles("profile-picture", "All problems", [(title, results.profile)], bands=True)
        if results.profile
        else None,
    }  # fmt: skip
