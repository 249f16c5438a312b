"""Known returns of Advice. Axis letters as in `badger_envs.core.task`; Q questions in a lifetime, N kinds of sources.

Sources are independent of each other, so what one of them is worth after n questions is a distribution over its n + 1
possible records, and what the best of P is worth follows from it.
"""

from functools import cache
from math import comb

import numpy as np
import numpy.typing as npt

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.advice.policies import trust
from badger_envs.envs.advice.task import KINDS, Advice

Floats = npt.NDArray[np.float64]
STEP = 0.005
"""Of the evidence by which its distribution is worked out, in log odds."""


def reference_returns(task: Advice, measured: Measured) -> ReferenceReturns:
    """Sums over the questions: by formulas, but for a reference that is never told the truth."""
    optima = {"own_source": float(own_source(task).sum())}
    if task.tells_truth:
        optima["most_trusted"] = float(most_trusted(task).sum())
    if task.kinds == "helpful":
        optima["majority"] = task.questions * majority(task)
    highest = float(task.questions)
    reference = float(all_weighed(task).sum()) if task.tells_truth else measured("reference")
    return ReferenceReturns(0.0, reference, lowest=-highest, highest=highest, local_optima=optima)


def own_source(task: Advice) -> Floats:
    """Expected payoff of each question by the trust in one source, |2 m - 1| in the mean, (Q,)."""
    return np.asarray([worth @ chances for worth, chances in (records(task.kinds, n) for n in known(task))])  # (Q,)


def most_trusted(task: Advice) -> Floats:
    """Expected payoff of each question by the source that is worth most, (Q,)."""
    payoffs = []
    for n in known(task):
        worth, chances = records(task.kinds, n)  # 2 x (n + 1,)
        order = worth.argsort()
        below = np.cumsum(chances[order]) ** task.sources  # (n + 1,) that no source is worth more
        payoffs.append(worth[order] @ np.diff(below, prepend=0.0))
    return np.asarray(payoffs)


def all_weighed(task: Advice) -> Floats:
    """Expected payoff of each question by all sources, each weighed by the trust in it, (Q,), to about 1e-4.

    The evidence is a sum of P independent terms, so its distribution is that of one of them convolved with itself; and
    what evidence is worth is tanh(|evidence| / 2), the expected truth by it.
    """
    return np.asarray([_worth_together(task.kinds, task.sources, n) for n in known(task)])


@cache
def _worth_together(kinds: str, sources: int, n: int) -> float:
    worth, chances = records(kinds, n)  # 2 x (n + 1,)
    weight, right = 2.0 * np.arctanh(worth) / STEP, (1.0 + worth) / 2.0  # 2 x (n + 1,) log odds, in steps
    half = int(weight.max()) + 1
    terms = np.zeros(2 * half + 1)  # (steps,) probabilities of one term, by steps from -half to half
    for place, chance in ((half + weight, chances * right), (half - weight, chances * (1.0 - right))):
        below = np.floor(place).astype(np.int64)  # (n + 1,) what lies between two steps is shared by them
        np.add.at(terms, below, chance * (1.0 - (place - below)))
        np.add.at(terms, np.minimum(below + 1, 2 * half), chance * (place - below))
    length = 2 * half * sources + 1
    together = np.fft.irfft(np.fft.rfft(terms, length) ** sources, length)  # (length,)
    evidence = STEP * (np.arange(length) - half * sources)  # (length,)
    return float(together @ np.tanh(np.abs(evidence) / 2.0))


def majority(task: Advice) -> float:
    """Expected payoff of a question by the majority, where ties are worth nothing."""
    right = float(np.mean(KINDS[task.kinds]))
    hits = np.arange(task.sources + 1)
    chances = [comb(task.sources, k) * right**k * (1.0 - right) ** (task.sources - k) for k in hits.tolist()]
    return float(np.sign(2 * hits - task.sources) @ np.asarray(chances))


def known(task: Advice) -> list[int]:
    """How many truths are known of a source's reliability at each question, (Q,)."""
    return [number % task.stretch if task.tells_truth else 0 for number in range(task.questions)]


@cache
def records(kinds: str, n: int) -> tuple[Floats, Floats]:
    """What a source is worth by each possible record of n questions, and the probability of that record, (n + 1,)."""
    rates, hits = np.asarray(KINDS[kinds]), np.arange(n + 1)  # (N,), (n + 1,)
    factorial = np.concatenate([[0.0], np.log(np.arange(1, n + 1)).cumsum()])  # (n + 1,) logarithms
    ways = factorial[n] - factorial - factorial[::-1]  # (n + 1,) logarithms
    likely = hits[:, None] * np.log(rates) + (n - hits[:, None]) * np.log1p(-rates)  # (n + 1, N) logarithms
    worth: Floats = np.abs(2.0 * trust(likely, rates) - 1.0)  # (n + 1,)
    return worth, np.exp(ways[:, None] + likely).mean(axis=1)
