"""The task interface: one problem as functional code, functions over a batch of episodes.

The verbs are those of Gymnasium's functional API. A task is a frozen dataclass of its parameters; what changes during
an episode is a NamedTuple of arrays with leading axis B. The functions are written in the Python array API standard,
so the same lines run on numpy (the Gymnasium and PettingZoo views), torch (differentiable) and JAX (jit).

Axis letters, in all of this repository: B episodes, P ports, F features a port shows, A action entries a port takes,
E experts, H hidden size, M message entries, K rounds of messages, T steps, D degree (slots for neighbours). Other
letters mean what the docstring or the comment beside them says.
"""

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, Bounds, namespace, other_ports
from badger_envs.core.checks import LARGEST_COUNT, hold_plain_numbers, in_short
from badger_envs.core.episodes import Keys

StateT = TypeVar("StateT", bound=NamedTuple)


class Task(ABC, Generic[StateT]):
    """One problem. Subclasses are frozen dataclasses of their parameters."""

    horizon: int
    """Steps in an episode (T). The last one ends `terminated`: nothing lies behind it."""
    port_actions: int = 1
    """Entries a port takes (A)."""
    action_limit: ClassVar[float] = 1.0
    """Actions lie in [-action_limit, action_limit]."""
    functional: ClassVar[bool] = True
    """Whether the functions run on every backend and leave the states they are given as they were. A task that
    does not lives in a simulator: it runs on numpy alone, and `transition` and `reset_rows` use up the state given."""
    variable_size: bool = False
    """Whether ports can be absent; see `agent_mask`."""
    presence_changes: bool = False
    """Whether ports come and go in an episode; with `variable_size`. Then a port that is there shows something other
    than 0 in every step: by that agents know who is there."""

    def __post_init__(self) -> None:
        """Hold the numbers given as Python's; subclasses that check their arguments call this first.

        Raises:
            ValueError: An argument is a whole number that no array is as long as.
        """
        hold_plain_numbers(self)
        for part in fields(self):  # type: ignore[arg-type]
            value = getattr(self, part.name)
            if isinstance(value, int) and value > LARGEST_COUNT:
                raise ValueError(f"{part.name} must be an integer at most {LARGEST_COUNT}, got {in_short(value)}")

    @property
    @abstractmethod
    def ports(self) -> int:
        """Number of ports (P)."""

    @property
    @abstractmethod
    def port_bounds(self) -> Bounds:
        """Ends of what one port shows, each (F,)."""

    @property
    @abstractmethod
    def privileged_bounds(self) -> Bounds:
        """Ends of what `privileged` returns, each (number of hidden variables,)."""

    @abstractmethod
    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> StateT:
        """First state of each episode.

        Args:
            episodes: uint64 (B,), from `badger_envs.core.episodes.episode_keys`. Always numpy: names become numbers on
                the host, once per lifetime, which makes an episode the same on every backend.
            inner_episode: number of the inner episode in its lifetime, from 0. What has to be learned is the same in
                all of them; what the task draws anew from step to step is not.
            xp: the backend's namespace: numpy, torch or jax.numpy.
            device: where the arrays are placed, as the backend names its devices.
        """

    @abstractmethod
    def observation(self, state: StateT) -> Array:
        """What the ports show, float32 (B, P, F)."""

    @abstractmethod
    def transition(self, state: StateT, action: Array) -> StateT:
        """The state after `action`, float32 (B, P, A)."""

    @abstractmethod
    def reward(self, state: StateT, action: Array, next_state: StateT) -> Array:
        """Reward of a step, shared by all ports, float32 (B,)."""

    @abstractmethod
    def terminal(self, state: StateT) -> Array:
        """Whether the episode is over, bool (B,)."""

    @abstractmethod
    def privileged(self, state: StateT) -> Array:
        """Variables that no port shows but a central critic may see, float32 (B, number of hidden variables)."""

    @abstractmethod
    def state_info(self, state: StateT) -> dict[str, Array]:
        """Numbers about a state for people, not for agents: name -> float32 (B,). The names never change."""

    @property
    def port_features(self) -> int:
        """Numbers a port shows (F)."""
        return len(self.port_bounds.low)

    @property
    def max_degree(self) -> int:
        """Most neighbours that a port can have (D)."""
        return self.ports - 1

    def neighbours(self, state: StateT) -> Array:
        """The neighbours of every port, by number, int32 (B, P, D), -1 in slots left empty.

        Unless a task overrides this, all ports that are there are neighbours: slot s of port p holds port
        (p + 1 + s) mod P.
        """
        xp = namespace(state[0])
        others = xp.asarray(other_ports(self.ports), device=device_of(state[0]))  # (P, D)
        everybody = xp.broadcast_to(others, (state[0].shape[0], *others.shape))  # (B, P, D)
        if not self.variable_size:
            return everybody
        mask = self.agent_mask(state)  # (B, P)
        theirs = xp.reshape(xp.take(mask, xp.reshape(others, (-1,)), axis=1), everybody.shape)  # (B, P, D)
        return xp.where(mask[:, :, None] & theirs, everybody, -1)  # (B, P, D)

    def agent_mask(self, state: StateT) -> Array:
        """Which ports are there, bool (B, P). Absent ones show 0, do nothing, and neither hear nor are heard.

        The same in all of an episode, where absent ports pad the batch, unless `presence_changes`.
        """
        xp = namespace(state[0])
        return xp.ones((state[0].shape[0], self.ports), dtype=xp.bool, device=device_of(state[0]))

    def unbatch(self, state: StateT, row: int) -> StateT:
        """One episode of a state, each array without its leading axis, to be kept: for pictures."""
        kept: Any = type(state)
        one: StateT = kept(*(np.array(part[row]) for part in state))
        return one

    def reset_all(
        self, state: StateT | None, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None
    ) -> StateT:
        """First state of new episodes in every row: as `initial`, but a simulator that is there goes on in use.

        Args:
            state: of the episodes before, None where there are none.
            episodes: uint64 (B,), the names of the new ones.
            inner_episode: as for `initial`.
            xp: as for `initial`; ignored by a simulator, which runs on numpy.
            device: as for `initial`.
        """
        if self.functional:
            return self.initial(episodes, inner_episode=inner_episode, xp=xp, device=device)
        if state is None or len(state[0]) != len(episodes):
            return self.initial(episodes, inner_episode=inner_episode)
        return self.reset_rows(state, np.arange(len(episodes)), episodes, inner_episode=inner_episode)

    def reset_rows(self, state: StateT, rows: npt.NDArray[Any], episodes: Keys, *, inner_episode: int = 0) -> StateT:
        """The state with new episodes in some of its rows; numpy only.

        Args:
            state: of B episodes.
            rows: int (R,), which ones begin anew.
            episodes: uint64 (R,), the names of the new ones.
            inner_episode: as for `initial`.
        """
        merged = [old.copy() for old in state]
        for old, new in zip(merged, self.initial(episodes, inner_episode=inner_episode), strict=True):
            old[rows] = new
        return type(state)(*merged)

    def arguments(self) -> dict[str, Any]:
        """The parameters of this task as `gym.make` takes them, without those that change nothing but the speed."""
        names = [part.name for part in fields(self) if part.compare]  # type: ignore[arg-type]
        return {name: getattr(self, name) for name in names}
