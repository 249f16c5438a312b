"""Lives as readers take them: what agents carried after some steps, and what was hidden then.

Letters as in `agents`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from baselines.perturbations.information.readers import Array
from baselines.perturbations.subject import Subject

LIVES = 3
"""To fit readers to and to measure them on, for each test episode of a point of other probes."""
FEWEST = 45
"""Lives with which a reader is worth fitting."""


class Moment(NamedTuple):
    """All lives after one step."""

    carried: Array  # (B, E, H + S) what experts carried after it
    hidden: Array  # (B, N) what a central critic could have seen when it began
    shown: Any  # tensor (B, P, F) what ports showed in it
    before: Any  # the agent's state before it


def lives_of(subject: Subject) -> int:
    """How many lives are recorded."""
    return LIVES * subject.episodes


@torch.inference_mode()
def record(subject: Subject, steps: Sequence[int]) -> list[Moment]:
    """Let the agent live, and keep these steps, in order, counted from 1."""
    env, lives = subject.env(), lives_of(subject)
    env.reset(subject.keys(lives))
    begun: dict[int, tuple[Array, Any, Any]] = {}
    after: dict[int, Array] = {}

    def keep(step: int, state: Any) -> Any:
        """Called before step number `step` + 1."""
        if step in steps:
            after[step] = _plain(subject.agent.carried(state))
        if step + 1 in steps:
            begun[step + 1] = _plain(env.privileged()), env.observation(), state
        return state

    _, state = subject.live(env, subject.born(lives), keep)
    after[subject.task.horizon] = _plain(subject.agent.carried(state))
    return [Moment(after[step], *begun[step]) for step in steps]


def _plain(values: torch.Tensor) -> Array:
    return np.asarray(values.double().cpu().numpy())
