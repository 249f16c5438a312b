"""Lifetimes of Stream made on the host, once: what every port is shown in every step, and the right answers.

Nothing that ports do changes what they are shown. Axis letters as in `badger_envs.core.task`; C classes, I numbers of
an example, L learners, S steps in which examples are shown.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, FloatArray
from badger_envs.core.episodes import Keys, parts_of, uniform
from badger_envs.envs.stream.layouts.layout import Layout
from badger_envs.envs.stream.schedule import Schedule
from badger_envs.envs.stream.sources.source import Source


class Lifetimes(NamedTuple):
    """What does not change in them."""

    shown: FloatArray  # (B, T + 1, P, F)
    right: FloatArray  # (B, T, P, A)
    prototypes: FloatArray  # (B, C, I)


@dataclass(frozen=True)
class Maker:
    """Makes the lifetimes of a task."""

    source: Source
    layout: Layout
    plan: Schedule
    classes: int
    inputs: int

    def __call__(self, keys: Keys, inner_episode: int) -> Lifetimes:
        """The lifetimes of these episodes (B,)."""
        learners, steps = self.plan.learners, self.plan.steps
        numbers = (steps + 1) * learners * (self.inputs + self.classes)
        parts = [self._some(keys[some], inner_episode) for some in parts_of(len(keys), numbers)]
        return parts[0] if len(parts) == 1 else Lifetimes(*map(np.concatenate, zip(*parts, strict=True)))

    def _some(self, keys: Keys, inner_episode: int) -> Lifetimes:
        # The stream of an episode: the problem, the layout, then classes and examples of inner episode 0, of 1, ...
        plan, shape = self.plan, (len(keys), -1, self.plan.learners)
        problem = self.source.problem(keys, self.classes, self.inputs)
        first, own = (part.numbers(self.classes, self.inputs) for part in (self.source, self.layout))
        drawn = uniform(keys, own, first=first)  # (B, own)
        count = len(plan.shown) * plan.learners
        first += own + inner_episode * count * (1 + self.source.example_numbers(self.inputs))
        chosen = uniform(keys, count, first=first).reshape(shape)  # (B, S, L)
        labels = plan.draw_classes(chosen, self.classes)  # (B, S, L)
        made = self.source.examples(problem, keys, labels.reshape(len(keys), -1), first + count)  # (B, S * L, I)

        examples = self._in_steps(made.reshape(*shape, self.inputs), plan.steps + 1)  # (B, T + 1, L, I)
        truth = self._in_steps(labels[..., None] == np.arange(self.classes), plan.steps)  # (B, T, L, C)
        told = np.zeros((*examples.shape[:3], self.classes), np.float32)  # (B, T + 1, L, C)
        np.multiply(truth, plan.sees_label()[1:, :, None], out=told[:, 1:])  # (B, T, L, C)
        there = plan.there()  # (T + 1, L)
        if plan.lesson:
            examples *= there[..., None]  # (B, T + 1, L, I)
        examples[:, -1] = examples[:, -2]  # the last one stays, so that nobody shows nothing
        left = 1.0 - np.arange(plan.steps + 1, dtype=np.float32)[:, None] / np.float32(plan.steps)  # (T + 1, 1)
        if plan.lesson:  # learners come and go, and are ports
            left = left * there  # (T + 1, P)
        shown = self.layout.deal(drawn, examples, told, plan.scored(), left)  # (B, T + 1, P, F)
        return Lifetimes(shown, self.layout.right_answers(drawn, truth), problem.prototypes)

    def _in_steps(self, values: Array, steps: int) -> FloatArray:
        """Values of the steps in which something is shown (B, S, L, ...), 0 in others: (B, steps, L, ...)."""
        placed = np.zeros((len(values), steps, *values.shape[2:]), np.float32)  # (B, steps, L, ...)
        school = self.plan.examples
        placed[:, :school] = values[:, :school]
        placed[:, school + self.plan.lesson : self.plan.steps] = values[:, school:]
        return placed
