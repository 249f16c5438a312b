"""Known returns of ranking: exact, but for Bayes where nobody shows what is known."""

import numpy as np

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.ranking.agreement import (
    OWN_WEIGHTS,
    expected_explained,
    mean_agreement,
    vote_factor_and_explained,
)
from badger_envs.envs.ranking.task import Ranking


def reference_returns(task: Ranking, measured: Measured) -> ReferenceReturns:
    """Errors of an answer times how often answers count."""
    counted = 1 if task.objective == "last_step" else task.horizon
    optima = {
        "vote": vote_factor_and_explained(task)[1],
        "mean_opinion": mean_agreement(task, (1.0, 1.0), task.members) ** 2,
    }
    if task.confidence:
        optima["alone"] = expected_explained(task, 1)
        optima["mean_belief"] = mean_agreement(task, OWN_WEIGHTS, task.members) ** 2
        reference = counted * (expected_explained(task, task.members) - 1.0)
    else:
        reference = measured("reference")
    returns = {name: counted * (explained - 1.0) for name, explained in optima.items()}
    if not task.confidence:
        returns["alone"] = measured("alone")
    return ReferenceReturns(
        chance=-float(counted),
        reference=reference,
        lowest=-counted * largest_error(task),
        highest=0.0,
        local_optima=returns,
    )


def largest_error(task: Ranking) -> float:
    """Of positions that are all at the end of [-1, 1] that is further away."""
    right = np.linspace(-1.0, 1.0, task.items)  # (I,)
    return float(((1.0 + np.abs(right)) ** 2).mean() / task.mean_square)
