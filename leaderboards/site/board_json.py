"""The numbers of a board as plain data, for further computations."""

from typing import Any

from badger_envs.statistics import Interval
from leaderboards.site.board import Board, Entry

FORMAT = 2
"""Of `board.json`."""
NOT_SHOWN = ("signature", "format", "benchmark", "previous", "training", "rows")
"""Fields of a submission that are shown otherwise, or are in its own file alone."""


def to_json(board: Board) -> dict[str, Any]:
    """The entries of the board as plain data."""
    return {
        "format": FORMAT,
        "suite": board.benchmark.name,
        "entries": [_entry_to_json(entry) for entry in board.entries],
    }


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    results = entry.results
    return {
        "id": entry.id,
        **results.submission.model_dump(mode="json", exclude=set(NOT_SHOWN)),
        "status": results.status,
        "evidence": results.kind,
        "versions": list(entry.versions),
        "replaced_by": entry.replaced_by or None,
        "rank": entry.rank._asdict() if entry.rank else None,
        "why_unranked": entry.why_unranked or None,
        "score": _interval_to_json(results.score) if results.score else None,
        "submitted_score": _interval_to_json(results.submitted_score) if results.submitted_score else None,
        "nash": entry.nash,
        "seeds": results.seeds,
        "problems": {
            problem.problem: {
                "train_size": problem.train_size,
                **problem.costs,
                "sizes": {
                    str(size): {
                        "score": _interval_to_json(at.score),
                        "by_seed": {row.seed: row.score for row in at.rows},
                    }
                    for size, at in problem.at.items()
                },
            }
            for problem in results.problems.values()
        },
    }


def _interval_to_json(found: Interval) -> dict[str, float | None]:
    """One run alone has no interval, and JSON no NaN."""
    return found._asdict() if found.known else {"estimate": found.estimate, "low": None, "high": None}
