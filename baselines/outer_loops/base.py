"""What all outer loops share: settings, which are data.

An outer loop is a frozen dataclass of settings that names its `Learner`, by an entry point, and the space in which its
settings are searched. Recipes and suites are made of settings, so the modules of the outer loops here import no torch,
and their learners stand in modules beside them; settings and learner in one file work too. Axis letters as in `agents`.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from badger_envs.core.checks import (
    LARGEST_COUNT,
    hold_plain_numbers,
    in_short,
    require_bool,
    require_fraction,
    require_integer,
)
from badger_envs.core.episodes import INDEX_BITS


@dataclass(frozen=True)
class Range:
    """The values of one setting, drawn uniformly from their logarithm."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 < self.low < self.high < float("inf"):
            raise ValueError(f"low and high must be positive and rising, got {self.low} and {self.high}")


@dataclass(frozen=True)
class Stage:
    """A part of the training with its own distribution of episodes. A curriculum is a tuple of stages."""

    until: float = 1.0
    """Where the stage ends, as a fraction of all updates."""
    sizes: tuple[int, int] | None = None
    """Smallest and largest size of the task, drawn anew for each update; None for the task's own."""
    left_out: tuple[int, ...] = ()
    """Sizes between these that are never drawn, for tests between the sizes of the training."""
    horizon: tuple[int, int] | None = None
    """Shortest and longest horizon, drawn anew for each update; None for the task's own."""
    shared_across_batch: bool = False
    """Whether all episodes of the stage have the same random identities and addresses."""
    arguments: tuple[tuple[str, Any], ...] = ()
    """Names and values of arguments of the task, in place of its own during this stage."""
    experts: tuple[int, int] | None = None
    """Fewest and most experts, drawn anew for each update; None for the agent's own number."""
    rounds: tuple[int, int] | None = None
    """Fewest and most rounds of messages in a step, drawn anew for each update; None for the agent's own number."""

    def __post_init__(self) -> None:
        hold_plain_numbers(self)
        require_fraction("until", self.until)
        require_bool("shared_across_batch", self.shared_across_batch)
        for name in ("sizes", "horizon", "experts", "rounds"):
            ends = getattr(self, name)
            if ends is None:
                continue
            whole = isinstance(ends, tuple) and len(ends) == 2
            whole = whole and all(isinstance(end, int | np.integer) and not isinstance(end, bool) for end in ends)
            if not whole or not 1 <= ends[0] <= ends[1] <= LARGEST_COUNT:
                must = f"(smallest, largest), both integers of at least 1 and at most {LARGEST_COUNT}"
                raise ValueError(f"{name} must be {must}, got {in_short(ends)}")
            object.__setattr__(self, name, (int(ends[0]), int(ends[1])))
        self._require_sizes_left_out()
        pairs = self.arguments if isinstance(self.arguments, tuple) else (None,)
        if not all(isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
            raise ValueError(f"arguments must be pairs of a name and a value, got {in_short(self.arguments)}")

    def _require_sizes_left_out(self) -> None:
        object.__setattr__(self, "left_out", tuple(self.left_out))
        low, high = self.sizes or (0, 0)
        for size in self.left_out:
            require_integer("left_out", size, 1)
            if not low < size < high:
                raise ValueError(f"left_out must be between the sizes of the stage, {self.sizes}, got {size}")

    @property
    def drawn_sizes(self) -> tuple[int, ...]:
        """Sizes that an update may have; none where it is the task's own."""
        low, high = self.sizes or (1, 0)
        return tuple(size for size in range(low, high + 1) if size not in self.left_out)


@dataclass(frozen=True)
class OuterLoop:
    """Settings that all outer loops have."""

    kind: ClassVar[str]
    """As in specifications and tables."""
    learner: ClassVar[str]
    """Entry point "module:class" of the `Learner` that runs it."""
    space: ClassVar[dict[str, Range]] = {}
    """Which settings a search tries, and in which range."""

    updates: int = 1500
    """How many times the policy is changed."""
    batch: int = 64
    """Episodes per update (B)."""
    learning_rate: float = 4e-3
    """Step size of the optimizer."""
    warmup: int = 100
    """Updates over which the learning rate rises linearly from 0: a first step of full size can saturate a GRU."""
    decay_from: float = 0.6
    """Fraction of the updates after which the learning rate falls linearly to 0."""
    stages: tuple[Stage, ...] = field(default=(Stage(),))
    """The curriculum."""

    def __post_init__(self) -> None:
        hold_plain_numbers(self)
        require_integer("updates", self.updates, 1)
        require_integer("batch", self.batch, 1)
        require_integer("warmup", self.warmup, 0)
        self.require_positive("learning_rate")
        require_fraction("decay_from", self.decay_from)
        if not isinstance(self.stages, tuple) or not all(isinstance(stage, Stage) for stage in self.stages):
            raise ValueError(f"stages must be a tuple of stages, got {in_short(self.stages)}")
        ends = [stage.until for stage in self.stages]
        if not ends or ends != sorted(set(ends)) or ends[0] <= 0.0 or ends[-1] != 1.0:
            raise ValueError(f"stages must end at rising fractions, the last at 1, got {ends}")
        if self.updates * self.batch > 1 << INDEX_BITS:
            raise ValueError(f"updates * batch must be at most 2**{INDEX_BITS}, got {self.updates * self.batch}")

    @property
    def bins(self) -> int | None:
        """How many evenly spaced values each entry of the action is chosen from; None for all. PPO has a field."""
        return None

    @property
    def population_size(self) -> int:
        """How many policies play each episode of an update. Evolution has a field."""
        return 1

    def steps_per_update(self, horizon: int) -> int:
        """Steps that an update plays of each episode, of so many."""
        return horizon

    def require_positive(self, *names: str) -> None:
        """Refuse settings that are not positive numbers.

        Raises:
            ValueError: naming the setting and its value.
        """
        for name in names:
            self.require_number(name)
            if not 0.0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")

    def require_number(self, name: str) -> None:
        """Refuse a setting that is no number.

        Raises:
            ValueError: naming the setting and its value.
        """
        value = getattr(self, name)
        if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
            raise ValueError(f"{name} must be a number, got {value!r}")

    def rate(self, update: int) -> float:
        """Learning rate of an update, counted from 0."""
        begun = (update + 1) / (self.warmup + 1)
        left = (self.updates - update) / max(self.updates * (1.0 - self.decay_from), 1e-9)
        return self.learning_rate * min(1.0, begun, left)

    def stage(self, update: int) -> Stage:
        """Stage of an update, counted from 0."""
        return next(stage for stage in self.stages if update < stage.until * self.updates or stage.until == 1.0)
