"""What all searches of landscapes share. Axis letters as in `badger_envs.core.task`.

A search is written as a generator: it yields the next outputs (B, P) and is sent their errors (B,), so it reads as one
would write it for a single landscape, though it runs on many at once.
"""

from collections.abc import Generator
from typing import Any

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.envs.optimisation.lines import Floats
from badger_envs.envs.optimisation.task import ERROR, Optimisation

Search = Generator[Floats, Floats, None]


class Searcher:
    """Plays what its search yields, and its answer when that is over or the last step has come."""

    def __init__(self, task: Optimisation) -> None:
        self._task = task
        self.reset(0)

    def __getstate__(self) -> dict[str, Any]:
        """What was heard: a generator does not travel, but it comes to the same place again."""
        return {"task": self._task, "batch": len(self._output), "heard": self._heard}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._task = state["task"]
        self.reset(state["batch"])
        for error in state["heard"]:
            self._play(error)

    def reset(self, batch: int) -> None:
        self._step = 0
        self._heard: list[Floats] = []  # (B,) each, since the lives began
        self._output = np.zeros((batch, self._task.dims))  # (B, P) the last one
        self._best, self._least = self._output, np.full(batch, np.inf)  # (B, P), (B,) of all that was seen
        self._search: Search | None = None

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        self._play(observation[:, ERROR].astype(np.float64))  # as the first port is shown it
        return self._output.astype(np.float32)

    def _play(self, error: Floats) -> None:
        """Go on by a step from the error (B,) of the last output."""
        self._heard.append(error)
        better = error < self._least  # (B,)
        self._least = np.where(better, error, self._least)  # (B,)
        self._best = np.where(better[:, None], self._output, self._best)  # (B, P)
        output = self._next(error)
        self._step += 1
        if output is None or self._step == self._task.horizon:
            output = self.answer()
        self._output = np.clip(output, -1.0, 1.0)  # (B, P)

    def search(self, error: Floats) -> Search:
        """The outputs to try, from the error (B,) of the output 0."""
        raise NotImplementedError

    def answer(self) -> Floats:
        """What is played when nothing more is tried, (B, P): the best that was seen."""
        return self._best

    def _next(self, error: Floats) -> Floats | None:
        try:
            if self._search is None:
                self._search = self.search(error)
                return next(self._search)
            return self._search.send(error)
        except StopIteration:
            return None
