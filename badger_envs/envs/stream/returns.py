"""Known returns of Stream. Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example, M samples.

Of blobs they are integrals: what a learner knows of a class is the sum of its examples, and given how many there were
that sum, and the next example, are normal. So M draws of what is known after n examples, without any life that led to
it, give the expected error of the answer, which is 1 - sum(p^2) over 1 - 1 / C for right probabilities p.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.stream.policies import log_densities, softmax
from badger_envs.envs.stream.schedule import CLASSES_OF_A_BLOCK
from badger_envs.envs.stream.sources.source import Spread
from badger_envs.envs.stream.task import Stream

Floats = npt.NDArray[np.float64]
FEWEST, MOST, NUMBERS = 20_000, 400_000, 8_000_000
"""Samples of a lifetime: as many as fit in so many normal numbers. The mean error of the default is known to 5e-4."""
UNIT = Spread(between=1.0, within=1.0)
"""Of blobs as they are drawn."""


def reference_returns(task: Stream, measured: Measured) -> ReferenceReturns:
    """By integrals where the source says all there is to know, else measured."""
    plan = task.schedule
    steps, share = plan.counting, plan.labelled / plan.learners
    optima, alone_learns = {"alone": -float(steps)}, task.dealt.whole and not task.lesson
    if task.source.exact:
        reference = -expected_error(task, plan.labelled)
        if alone_learns:
            optima["alone"] = -expected_error(task, 1) * share - steps * (1.0 - share)
        if plan.blocks > 1:
            optima["recency"] = -expected_error(task, plan.labelled, last_block=True)
    else:
        reference = measured("reference")
        if alone_learns:
            optima["alone"] = measured("alone")
        if plan.blocks > 1:
            optima["recency"] = measured("recency")
    worst = (task.classes + 3.0) / (1.0 - 1.0 / task.classes)  # -1 for the right class and 1 for all others
    return ReferenceReturns(-float(steps), reference, lowest=-worst * steps, highest=0.0, local_optima=optima)


def expected_error(task: Stream, tellers: int, *, last_block: bool = False) -> float:
    """Sum over the steps that count of the error of who goes by the examples of so many learners.

    Args:
        task: of blobs.
        tellers: learners whose examples are known.
        last_block: whether no classes are answered but those of the last block.
    """
    plan = task.schedule
    after = [plan.examples] if plan.exam else list(range(plan.examples))  # examples told of before an answer
    samples = int(np.clip(NUMBERS // ((task.classes + 1) * task.inputs), FEWEST, MOST)) // len(after) + 1
    blocks = [[plan.block(step) for step in range(told)].count(block) for told in after for block in range(plan.blocks)]
    errors = [
        _error(task.classes, task.inputs, tuple(tellers * count for count in some), samples, last_block)
        for some in np.reshape(blocks, (len(after), -1)).tolist()
    ]
    return float(np.mean(errors)) * plan.counting


@cache
def _error(classes: int, inputs: int, told: tuple[int, ...], samples: int, last_block: bool) -> float:
    """Expected error of an answer after so many examples in each block."""
    generator = np.random.default_rng((classes, inputs, *told))
    of_block = CLASSES_OF_A_BLOCK if len(told) > 1 else classes
    counts = [generator.multinomial(count, np.full(of_block, 1.0 / of_block), samples) for count in told]
    known = np.concatenate(counts, axis=1).astype(np.float64)  # (M, C)
    sums = generator.normal(size=(samples, classes, inputs)) * np.sqrt(known * (known + 1.0))[..., None]  # (M, C, I)
    asked, rows = generator.integers(classes, size=samples), np.arange(samples)
    of_class = known[rows, asked][:, None]  # (M, 1)
    scatter = generator.normal(size=(samples, inputs)) * np.sqrt(1.0 + 1.0 / (of_class + 1.0))  # (M, I)
    examples = sums[rows, asked] / (of_class + 1.0) + scatter  # (M, I)
    logits = log_densities(examples, sums, known, UNIT)  # (M, C)
    right = np.ones(samples)  # (M,) whether the class that is asked for can be answered
    if last_block:
        logits[:, : classes - of_block] = -np.inf
        right = (asked >= classes - of_block).astype(np.float64)  # (M,)
    squares = (softmax(logits) ** 2).sum(axis=1)  # (M,)
    # Nobody's right probabilities expect an error above 1; rounding may.
    errors = np.where(right > 0.0, np.minimum(1.0 - squares, 1.0 - 1.0 / classes), 1.0 + squares)  # (M,)
    return float(errors.mean()) / (1.0 - 1.0 / classes)
