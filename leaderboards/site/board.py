"""From checked submissions to a board: ranks with their intervals, and comparisons of the ranked entries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from badger_envs.statistics import Interval, RankInterval, nash_average, probability_of_improvement, rank_intervals
from leaderboards.check.evidence import KINDS
from leaderboards.schema.benchmark import Benchmark
from leaderboards.schema.reproduction import Reproduction
from leaderboards.schema.status import NOT_REPRODUCED, WITHDRAWN
from leaderboards.schema.submission import Submission
from leaderboards.site.entries import REPLICATES_OF_PARTS, Results, results

NOT_COUNTED = (WITHDRAWN, NOT_REPRODUCED)
COMPARED = 20
"""How many of the ranked entries are compared with each other, the first ones."""


@dataclass(frozen=True)
class Entry:
    """An entry of the board."""

    results: Results
    rank: RankInterval | None
    """Among the ranked with the same kind of evidence; None for the others."""
    why_unranked: str
    """Empty for the ranked."""
    versions: tuple[str, ...]
    """Folders of all versions of it, this one among them, the first one first."""
    replaced_by: str
    """The folder of the version that counts; empty where that is this one."""
    nash: float | None = None
    """Mean score over the problems, weighted so that near copies of one count once, among the ranked with the same kind
    of evidence; None for the others, and where there is one alone."""

    @property
    def id(self) -> str:
        """Name of its folder."""
        return self.results.id

    @property
    def counts(self) -> bool:
        """Whether it is neither withdrawn nor replaced, and did not fail to be reproduced."""
        return self.results.status not in NOT_COUNTED and not self.replaced_by


@dataclass(frozen=True)
class Comparison:
    """One of the best entries against another."""

    probability: Interval
    """That a run of this one beats a run of the other."""

    @property
    def decided(self) -> bool:
        """Whether the interval excludes one half."""
        return self.probability.low > 0.5 or self.probability.high < 0.5


@dataclass(frozen=True)
class Board:
    """Content of the pages."""

    benchmark: Benchmark
    entries: tuple[Entry, ...]
    """By kind of evidence, the strongest first: the ranked by rank, then those that can't be ranked, by score. In the
    end what is replaced or withdrawn or was not reproduced."""
    compared: tuple[str, ...]
    """Folders of the first of the ranked."""
    matrix: Mapping[tuple[str, str], Comparison]
    """By two of `compared`, all pairs in both directions."""

    @property
    def groups(self) -> dict[str, tuple[Entry, ...]]:
        """Entries by kind of evidence, see `by_kind`."""
        return by_kind(self.entries)

    @property
    def ranked(self) -> tuple[Entry, ...]:
        """Those with a rank, in its order."""
        return tuple(entry for entry in self.entries if entry.rank)


def rank(
    benchmark: Benchmark, submissions: Iterable[tuple[Submission, str] | tuple[Submission, str, Reproduction | None]]
) -> Board:
    """The board of a benchmark.

    Submissions are taken one after the other and their raw returns are not kept, so they may come from a generator.

    Args:
        benchmark: that all of them were made for.
        submissions: each with its status, and what the board found on fresh episodes; they passed the check.
    """
    found = {each.id: each for each in (results(benchmark, *pair) for pair in submissions)}
    family = families(found)
    newest = {id: _newest(family[id], found) for id in found}
    reasons = {id: _why_unranked(benchmark, each, newest[id]) for id, each in found.items()}
    ranks: dict[str, RankInterval] = {}
    nash: dict[str, float] = {}
    for kind in KINDS:  # a claim never takes a rank from what was run
        ranked = sorted(id for id, reason in reasons.items() if not reason and found[id].kind == kind)
        if ranked:
            intervals = rank_intervals([found[id].scores for id in ranked], replicates=REPLICATES_OF_PARTS)
            ranks |= dict(zip(ranked, intervals, strict=True))
            nash |= _nash([found[id] for id in ranked])
    entries = [
        Entry(each, ranks.get(id), reasons[id], family[id], newest[id] if newest[id] != id else "", nash.get(id))
        for id, each in found.items()
    ]
    entries.sort(key=_order)
    compared = [entry.results for entry in entries if entry.rank][:COMPARED]
    return Board(benchmark, tuple(entries), tuple(each.id for each in compared), _matrix(compared))


def _nash(ranked: list[Results]) -> dict[str, float]:
    """Scores by Nash averaging, by folder; none for a single entry, which has nobody to be told apart from."""
    if len(ranked) < 2:
        return {}
    scores = [[problem.trained.score.estimate for problem in each.problems.values()] for each in ranked]
    return {each.id: float(score) for each, score in zip(ranked, nash_average(scores).scores, strict=True)}


def by_kind(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Entries in their order by kind of evidence; those that do not count by an empty word."""
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in entries:
        kind = entry.results.kind if entry.counts else ""
        found[kind] = (*found.get(kind, ()), entry)
    return found


def families(found: Mapping[str, Results]) -> dict[str, tuple[str, ...]]:
    """For every folder, all versions of that entry, the first one first.

    Versions are tied by what they name as their previous one, directly or by others, as long as all have the same name:
    an entry of others cannot be replaced.
    """
    members: dict[str, list[str]] = {}
    first = {id: _first_version(id, found) for id in found}
    for id in sorted(found):  # a folder's name begins with its date
        members.setdefault(first[id], []).append(id)
    return {id: tuple(members[first[id]]) for id in found}


def _first_version(id: str, found: Mapping[str, Results]) -> str:
    chain = [id]
    while (before := found[chain[-1]].submission.previous) is not None:
        if before in chain or before not in found or found[before].submission.name != found[id].submission.name:
            break
        chain.append(before)
    return min(chain)


def _newest(family: tuple[str, ...], found: Mapping[str, Results]) -> str:
    """The last version that is neither withdrawn nor not reproduced; the very last where all are."""
    return next((id for id in reversed(family) if found[id].status not in NOT_COUNTED), family[-1])


def _why_unranked(benchmark: Benchmark, entry: Results, newest: str) -> str:
    if entry.status == WITHDRAWN:
        return "withdrawn"
    if entry.status == NOT_REPRODUCED:
        return "its weights do not return on fresh episodes what was submitted"
    if newest != entry.id:
        return f"replaced by a newer version, {newest}"
    missing = [problem.name for problem in benchmark.problems if problem.name not in entry.problems]
    if missing:
        return f"not on {', '.join(missing)}"
    if entry.seeds < benchmark.min_seeds:
        return f"{entry.seeds} training {'seed' if entry.seeds == 1 else 'seeds'}, {benchmark.min_seeds} are needed"
    return ""


def _order(entry: Entry) -> tuple[bool, int, int, bool, float, str]:
    score = entry.results.score
    rank = entry.rank.rank if entry.rank else 0
    kind = KINDS.index(entry.results.kind)
    return (not entry.counts, kind, rank or 1 << 40, score is None, -(score.estimate if score else 0.0), entry.id)


def _matrix(compared: list[Results]) -> dict[tuple[str, str], Comparison]:
    matrix = {}
    for place, one in enumerate(compared):
        for two in compared[place + 1 :]:
            found = probability_of_improvement(one.scores, two.scores, replicates=REPLICATES_OF_PARTS)
            matrix[one.id, two.id] = Comparison(found)
            matrix[two.id, one.id] = Comparison(Interval(*(1.0 - value for value in (found[0], found[2], found[1]))))
    return matrix
