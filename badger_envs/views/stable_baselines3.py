"""The parameter-sharing view as stable-baselines3 takes it.

The only file that knows stable-baselines3, which the package does not need; nothing else imports it. Example:

    from stable_baselines3 import PPO
    from badger_envs.views.stable_baselines3 import SharedVecEnv

    PPO("MlpPolicy", SharedVecEnv("Badger/HiddenXOR-v0", copies=16, bins=2)).learn(10_000)
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.channel import Channel
from badger_envs.core.checks import plain_array, require_integer, require_options
from badger_envs.core.episodes import INDEX_BITS
from badger_envs.core.extras import needs_extra
from badger_envs.core.task import Task
from badger_envs.views.per_port import SharedTaskVectorEnv
from badger_envs.views.sub_environments import METHODS

with needs_extra("baselines", "SharedVecEnv"):
    from stable_baselines3.common.vec_env import VecEnv


class SharedVecEnv(VecEnv):
    """`copies` episodes of P ports as copies * P environments of stable-baselines3: its algorithms then train one
    policy that all ports share.

    Takes the arguments of `SharedTaskVectorEnv`.
    """

    def __init__(
        self,
        task: str | Task[Any],
        *,
        copies: int = 1,
        bins: int | None = None,
        channel: Channel | None = None,
        joint: bool = False,
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        self.shared = SharedTaskVectorEnv(
            task, copies=copies, bins=bins, channel=channel, joint=joint, render_mode=render_mode, **arguments
        )
        self._ports, self.copies = self.shared.task.ports, copies
        self.render_mode = render_mode
        super().__init__(self.shared.num_envs, self.shared.single_observation_space, self.shared.single_action_space)
        self._seed: int | None = None
        self._episodes: list[int] | None = None
        self._returns, self._lengths = np.zeros(self.num_envs), np.zeros(self.num_envs, np.int64)  # 2 x (N,)
        self._started = time.time()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Name the episodes of the next reset: copy c plays those of seed `seed` + c.

        Raises:
            ValueError: A seed that is negative or no integer.
        """
        self._seed = None if seed is None else require_integer("seed", seed, 0)
        return [None if self._seed is None else self._seed + row // self._ports for row in range(self.num_envs)]

    def set_options(self, options: list[dict[str, Any]] | dict[str, Any] | None = None) -> None:
        """Choose what the next reset begins.

        Args:
            options: {"episode": n} plays a test episode by number in every copy; or one such dict for each of the
                environments, the same for all ports of a copy.

        Raises:
            ValueError: An option that there is not, an episode that is no number, or not the same for all ports.
        """
        each = list(options) if isinstance(options, list | tuple) else [options] * self.num_envs
        if len(each) != self.num_envs:
            raise ValueError(f"options must be a dict, or {self.num_envs} of them, got {len(each)}")
        named = [require_options(one, ("episode",)) for one in each]
        numbers = [
            require_integer("options['episode']", one["episode"], 0, 2**INDEX_BITS - 1) if one else None
            for one in named
        ]
        by_copy = numbers[:: self._ports]
        if numbers != [number for number in by_copy for _ in range(self._ports)]:
            raise ValueError(
                f"options['episode'] must be the same for all {self._ports} ports of a copy, got {numbers}"
            )
        chosen = [number for number in by_copy if number is not None]
        if chosen and len(chosen) < self.copies:
            raise ValueError(f"options['episode'] must be there for all copies or for none, got {numbers}")
        self._episodes = chosen or None
        super().set_options(named)

    def reset(self) -> npt.NDArray[np.float32]:
        """Begin an episode in every copy, named by `seed` and `set_options`; observations float32 (N, F + D * M)."""
        options = None if self._episodes is None else {"episode": np.asarray(self._episodes)}
        observation, infos = self.shared.reset(seed=self._seed, options=options)
        self._seed = self._episodes = None
        self._reset_options()
        self.reset_infos = [_of_row(infos, row) for row in range(self.num_envs)]
        self._returns[:], self._lengths[:] = 0.0, 0
        return observation

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Keep the actions for `step_wait`.

        Raises:
            ValueError: They are no numbers.
        """
        self._actions = np.array(plain_array(actions, "actions", "iuf", "an array of numbers"))

    def step_wait(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.bool_], list[Any]]:
        """Play one step: observations (N, F + D * M), rewards (N,), dones (N,) and infos.

        Those of an episode that ended hold the last observation under "terminal_observation", the task's metrics, and
        return, length and seconds under "episode", as stable-baselines3's own Monitor has them.
        """
        observation, rewards, terminated, truncated, infos = self.shared.step(self._actions)
        ended = terminated | truncated  # (N,)
        self._returns += rewards
        self._lengths += 1
        by_row: list[dict[str, Any]] = [{"TimeLimit.truncated": cut} for cut in (truncated & ~terminated).tolist()]
        for row in np.flatnonzero(ended).tolist():
            by_row[row] |= _of_row(infos["final_info"], row) | {
                "terminal_observation": infos["final_obs"][row],
                "episode": {
                    "r": round(float(self._returns[row]), 6),
                    "l": int(self._lengths[row]),
                    "t": round(time.time() - self._started, 6),
                },
            }
            self.reset_infos[row] = _of_row(infos, row)
        self._returns[ended], self._lengths[ended] = 0.0, 0
        return observation, rewards.astype(np.float32), ended, by_row

    def close(self) -> None:
        """Does nothing: no resources are held."""

    def get_images(self) -> Sequence[npt.NDArray[np.uint8] | None]:
        """One picture for each episode, with render_mode="rgb_array"."""
        return self.shared.render() or () if self.render_mode == "rgb_array" else ()

    def get_attr(self, attr_name: str, indices: int | Iterable[int] | None = None) -> list[Any]:
        """The attribute of each of the environments named, each a space of its own; or one of the view, for each."""
        try:
            each = self.shared.get_attr(attr_name)
        except AttributeError:
            each = (getattr(self.shared, attr_name),) * self.num_envs
        return [each[row] for row in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: int | Iterable[int] | None = None) -> None:
        """Refused: all environments are one.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(f"set_attr({attr_name!r}): the environments of {type(self).__name__} are one")

    def env_method(
        self, method_name: str, *args: Any, indices: int | Iterable[int] | None = None, **kwargs: Any
    ) -> list[Any]:
        """What a method that only looks says of each of the environments named.

        Raises:
            AttributeError: It is none of these: all environments are one, so none of them begins or goes on alone.
        """
        if method_name not in METHODS:
            raise AttributeError(f"method_name must be one of {', '.join(map(repr, METHODS))}, got {method_name!r}")
        each = self.shared.call(method_name, *args, **kwargs)
        return [each[row] for row in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: int | Iterable[int] | None = None) -> list[bool]:
        """Nothing is wrapped."""
        return [False for _ in self._get_indices(indices)]


def _of_row(infos: dict[str, Any], row: int) -> dict[str, Any]:
    """What the infos of all say of one environment."""
    return {
        name: values[row] for name, values in infos.items() if not name.startswith("_") and not name.startswith("final")
    }
