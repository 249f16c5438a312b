"""When what happens in a lifetime of Stream: who is there, who is shown examples and labels, whose answers count.

Axis letters as in `badger_envs.core.task`; here P stands for learners, which are ports but in layout "split".
"""

from dataclasses import dataclass

import numpy as np

from badger_envs.core.arrays import Array, BoolArray, namespace

CLASSES_OF_A_BLOCK = 2


@dataclass(frozen=True)
class Schedule:
    """A school of `examples` steps with labels, a lesson of `lesson` steps in which nobody is shown anything, and an
    exam of `exam` steps without labels; the answers of the school count where there is no exam."""

    learners: int
    labelled: int
    """The first so many learners see labels."""
    examples: int
    lesson: int
    exam: int
    blocks: int
    """In which the classes are shown one after the other; 1 if they are mixed."""

    @property
    def steps(self) -> int:
        """All of them (T)."""
        return self.examples + self.lesson + self.exam

    @property
    def shown(self) -> list[int]:
        """The steps in which something is shown."""
        return [*range(self.examples), *range(self.examples + self.lesson, self.steps)]

    @property
    def counting(self) -> int:
        """The steps whose answers count."""
        return self.exam or self.examples

    def counted(self, step: Array) -> Array:
        """How many of the first so many steps (B,) counted, (B,)."""
        xp = namespace(step)
        return xp.maximum(step - (self.steps - self.counting), xp.zeros_like(step))  # (B,)

    def there(self) -> BoolArray:
        """Which learners are there in each step, and behind the last one: bool (T + 1, P)."""
        if not self.lesson:
            return np.ones((self.steps + 1, self.learners), np.bool_)
        step, teaches = np.arange(self.steps + 1)[:, None], np.arange(self.learners) < self.labelled  # (T + 1, 1), (P,)
        there: BoolArray = np.where(teaches, step < self.examples + self.lesson, step >= self.examples)  # (T + 1, P)
        return there

    def sees_label(self) -> BoolArray:
        """Who is told, in each step, the class of the example of the step before: bool (T + 1, P)."""
        step = np.arange(self.steps + 1)[:, None]  # (T + 1, 1)
        told = (step > 0) & (step <= self.examples) & (np.arange(self.learners) < self.labelled)  # (T + 1, P)
        there: BoolArray = told & self.there()  # (T + 1, P)
        return there

    def scored(self) -> BoolArray:
        """Whose answers count in each step: bool (T + 1, P), False behind the last one."""
        step = np.arange(self.steps + 1)[:, None]  # (T + 1, 1)
        counts: BoolArray = (step >= self.steps - self.counting) & (step < self.steps) & self.there()  # (T + 1, P)
        return counts

    def block(self, step: int) -> int:
        """The block that a step of the school belongs to."""
        return step * self.blocks // self.examples

    def draw_classes(self, drawn: np.ndarray[tuple[int, ...], np.dtype[np.float32]], classes: int) -> Array:
        """The class of each example, by numbers uniform in [0, 1): int64 (B, S, P) of (B, S, P), S steps that show."""
        if self.blocks == 1:
            return np.floor(drawn * np.float32(classes)).astype(np.int64)  # (B, S, P)
        school = np.arange(len(self.shown)) < self.examples  # (S,)
        first = [CLASSES_OF_A_BLOCK * self.block(step) if step < self.examples else 0 for step in self.shown]
        choices = np.where(school, CLASSES_OF_A_BLOCK, classes).astype(np.float32)  # (S,)
        within = np.floor(drawn * choices[:, None]).astype(np.int64)  # (B, S, P)
        return np.asarray(first)[:, None] + within  # (B, S, P)
