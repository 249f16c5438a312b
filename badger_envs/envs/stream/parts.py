"""What follows from the arguments of Stream: its exchangeable parts, its sizes and bounds.

Axis letters as in `badger_envs.core.task`; C classes, I numbers of an example.
"""

import numpy as np

from badger_envs.core.arrays import Bounds
from badger_envs.core.task import StateT, Task
from badger_envs.envs.stream.layouts import LAYOUTS
from badger_envs.envs.stream.layouts.layout import Layout
from badger_envs.envs.stream.schedule import CLASSES_OF_A_BLOCK, Schedule
from badger_envs.envs.stream.sources import SOURCES
from badger_envs.envs.stream.sources.source import Source


class OfParts(Task[StateT]):
    """The arguments are those of `badger_envs.envs.stream.task.Stream`, which says what they mean."""

    learners: int
    classes: int
    inputs: int
    examples: int
    data: str
    labelled: int | None
    order: str
    lesson: int
    exam: int
    layout: str

    @property
    def source(self) -> Source:
        """Where examples come from."""
        return SOURCES[self.data]

    @property
    def dealt(self) -> Layout:
        """How examples are dealt out to ports."""
        return LAYOUTS[self.layout]

    @property
    def schedule(self) -> Schedule:
        """When what happens."""
        blocks = self.classes // CLASSES_OF_A_BLOCK if self.order == "blocks" else 1
        labelled = self.learners if self.labelled is None else self.labelled
        return Schedule(self.learners, labelled, self.examples, self.lesson, self.exam, blocks)

    @property
    def horizon(self) -> int:  # type: ignore[override]
        return self.examples + self.lesson + self.exam

    @property
    def max_degree(self) -> int:
        degree = self.dealt.max_degree(self.ports, self.inputs)
        return super().max_degree if degree is None else degree

    @property
    def ports(self) -> int:
        return self.dealt.ports(self.learners, self.classes, self.inputs)

    @property
    def port_actions(self) -> int:  # type: ignore[override]
        return self.dealt.actions(self.classes)

    @property
    def variable_size(self) -> bool:  # type: ignore[override]
        return self.lesson > 0

    @property
    def presence_changes(self) -> bool:  # type: ignore[override]
        return self.lesson > 0

    @property
    def port_bounds(self) -> Bounds:
        return self.dealt.bounds(self.source.limit, self.classes, self.inputs)

    @property
    def privileged_bounds(self) -> Bounds:
        hidden, asked = self.classes * self.inputs, self.ports * self.port_actions
        low = np.repeat(np.asarray([-self.source.limit, 0.0], np.float32), [hidden, asked])  # (C * I + P * A,)
        return Bounds(low, np.repeat(np.asarray([self.source.limit, 1.0], np.float32), [hidden, asked]))
