"""Tasks that are questions with a right answer, -1 or 1: some steps to talk, then one whose answers count.

Axis letters as in `badger_envs.core.task`; Q questions in a lifetime.
"""

from abc import abstractmethod
from typing import Any

import numpy as np

from badger_envs.core.arrays import Array, Bounds, entry_of, namespace
from badger_envs.core.checks import LARGEST_COUNT, require_integer
from badger_envs.core.task import StateT, Task

SHOWN, LAST, RIGHT, COUNTS, LEFT = range(5)
"""Places in what a port shows: its part in the question, its last answer, the right answer of the question before,
whether answers count now, the fraction of the lifetime that is left."""


class Questions(Task[StateT]):
    """A question is `rounds` steps to talk and one step whose answers count; a lifetime is `questions` of them.

    The state has the fields last (B, P), the previous answers, 0 at first; payoff (B,), of the last answers that
    counted, 0 at first; and step (B,), steps played, a whole number. A port shows the five numbers above and takes one.
    """

    rounds: int
    questions: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("rounds", self.rounds, 0)
        require_integer("questions", self.questions, 1)
        if self.horizon > LARGEST_COUNT:
            raise ValueError(
                f"rounds and questions must make at most {LARGEST_COUNT} steps, got {self.rounds} and {self.questions}"
            )

    @abstractmethod
    def shown(self, state: StateT) -> Array:
        """Each port's part in the question that is asked, -1 or 1, (B, P)."""

    @abstractmethod
    def right_answers(self, state: StateT) -> Array:
        """The right answer of every question, -1 or 1, (B, Q)."""

    @property
    def tells_truth(self) -> bool:
        """Whether the right answer of the question before is shown."""
        return True

    def observation(self, state: StateT) -> Array:
        now: Any = state
        xp, shown = namespace(now.last), self.shown(state)  # (B, P)
        before = now.step // (self.rounds + 1) - 1  # (B,) -1 in the first question
        right = entry_of(self.right_answers(state), xp.where(before < 0, 0, before))  # (B,)
        right = right * xp.astype((before >= 0) & self.tells_truth, right.dtype)  # (B,)
        left = 1.0 - xp.astype(now.step, right.dtype) / self.horizon  # (B,)
        everywhere = xp.stack([right, self.counts(state), left], axis=1)  # (B, 3)
        own = xp.stack([shown, now.last], axis=2)  # (B, P, 2)
        spread = xp.broadcast_to(everywhere[:, None, :], (*shown.shape, 3))  # (B, P, 3)
        return xp.concat([own, spread], axis=2)  # (B, P, F)

    def transition(self, state: StateT, action: Array) -> StateT:
        now: Any = state
        xp, answers = namespace(now.last), action[:, :, 0]  # (B, P)
        payoff = xp.mean(answers, axis=1) * entry_of(self.right_answers(state), self.asked(state))  # (B,)
        payoff = xp.where(self.counts(state) > 0.0, payoff, now.payoff)  # (B,)
        following: StateT = now._replace(last=answers, payoff=payoff, step=now.step + 1)
        return following

    def reward(self, state: StateT, action: Array, next_state: StateT) -> Array:
        following: Any = next_state
        return following.payoff * self.counts(state)

    def terminal(self, state: StateT) -> Array:
        now: Any = state
        return now.step >= self.horizon

    def state_info(self, state: StateT) -> dict[str, Array]:
        now: Any = state
        return {"error": (1.0 - now.payoff) / 2.0}

    @property
    def horizon(self) -> int:  # type: ignore[override]
        return self.questions * (self.rounds + 1)

    @property
    def port_bounds(self) -> Bounds:
        return Bounds(np.asarray([-1, -1, -1, 0, 0], np.float32), np.ones(5, np.float32))  # (F,)

    def asked(self, state: StateT) -> Array:
        """Number of the question being asked, (B,); the last one once all is over."""
        now: Any = state
        asked = now.step // (self.rounds + 1)  # (B,)
        return namespace(now.last).where(asked < self.questions, asked, self.questions - 1)

    def counts(self, state: StateT) -> Array:
        """1 where the answers given now count, else 0, (B,)."""
        now: Any = state
        return namespace(now.last).astype(now.step % (self.rounds + 1) == self.rounds, now.last.dtype)


def moment(rounds: int, step: int) -> tuple[int, str]:
    """For pictures: number of the question that the last answers belong to, and in words whether they counted."""
    asked, talked = divmod(max(step - 1, 0), rounds + 1)
    return asked, "begin" if step == 0 else "answers counted" if talked == rounds else "talking"
