"""Known returns of hidden XOR. Axis letters as in `badger_envs.core.task`; Q questions in a lifetime."""

import numpy as np
import numpy.typing as npt

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.hidden_xor.task import HiddenXOR


def reference_returns(task: HiddenXOR, measured: Measured) -> ReferenceReturns:
    """The sum over the questions of the probability that the right answer is known."""
    local_optima = {} if task.subset else {"all_but_one": task.questions * (1.0 - 2.0 ** (1 - task.bits))}
    return ReferenceReturns(
        chance=0.0,
        reference=float(known(task).sum()),
        lowest=-float(task.questions),
        highest=float(task.questions),
        local_optima=local_optima,
    )


def known(task: HiddenXOR) -> npt.NDArray[np.float64]:
    """Probability that the right answer of each question follows from what was seen before it, (Q,).

    With a subset, k questions have rank r with some probability, and a fresh one lies in their span with
    probability 2**(r - bits); if it does not, the rank grows by one.
    """
    if not task.subset:
        return np.ones(task.questions)
    rank = np.zeros(task.bits + 1)  # (P + 1,) probability of each rank
    rank[0] = 1.0
    in_span = 2.0 ** (np.arange(task.bits + 1) - task.bits)  # (P + 1,)
    probabilities = []
    for _ in range(task.questions):
        probabilities.append(rank @ in_span)
        rank = rank * in_span + np.concatenate([[0.0], (rank * (1.0 - in_span))[:-1]])  # (P + 1,)
    return np.asarray(probabilities)
