"""Measuring rates side by side in one process: they change with the machine and its load, their ratios much less."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Play = Callable[[int], int]
"""Plays at least so many steps and returns how many it played."""
Clock = Callable[[], float]


@dataclass(frozen=True)
class Timing:
    """How long is measured.

    Args:
        rounds: of each comparison, which alternates between its two sides.
        seconds: least time of a measurement.
        steps: of the first attempt.
    """

    rounds: int
    seconds: float
    steps: int = 20

    def rate(self, play: Play, clock: Clock) -> float:
        """Steps per second of a clock."""
        steps, taken = self.steps, 0.0
        while taken < self.seconds:
            steps = int(steps * (2.0 if taken < self.seconds / 4 else 1.3))
            began = clock()
            played = play(steps)
            taken = clock() - began
        return played / taken

    def compare(self, one: Play, other: Play, clock: Clock = time.process_time) -> tuple[float, float, float]:
        """Median rates of both and the median of the ratios one / other."""
        pairs = np.asarray(
            [(self.rate(one, clock), self.rate(other, clock)) for _ in range(self.rounds)]
        )  # (rounds, 2)
        return (*np.median(pairs, axis=0).tolist(), float(np.median(pairs[:, 0] / pairs[:, 1])))


def repeat(call: Callable[[], object], steps_of_a_call: int = 1) -> Play:
    """Calls a function until so many steps are played."""

    def play(steps: int) -> int:
        calls = max(1, steps // steps_of_a_call)
        for _ in range(calls):
            call()
        return calls * steps_of_a_call

    return play
