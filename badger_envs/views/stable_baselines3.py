"""The parameter-sharing view as stable-baselines3 takes it.

The only file that knows stable-baselines3, which the package does not need; nothing else imports it. Example:

    from stable_baselines3 import PPO
    from badger_envs.views.stable_baselines3 import SharedVecEnv

    PPO("MlpPolicy", SharedVecEnv("Badger/HiddenXOR-v0", copies=16, bins=2)).learn(10_000)
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv

from badger_envs.core.channel import Channel
from badger_envs.core.task import Task
from badger_envs.views.per_port import SharedTaskVectorEnv


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
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        self.shared = SharedTaskVectorEnv(
            task, copies=copies, bins=bins, channel=channel, render_mode=render_mode, **arguments
        )
        self.render_mode = render_mode
        super().__init__(self.shared.num_envs, self.shared.single_observation_space, self.shared.single_action_space)
        self._seed: int | None = None

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Name the episodes of the next reset: copy c plays those of seed `seed` + c."""
        self._seed = seed
        return [None if seed is None else seed + row // self.shared.task.ports for row in range(self.num_envs)]

    def reset(self) -> npt.NDArray[np.float32]:
        """Begin an episode in every copy; observations float32 (N, F + D * M)."""
        observation, _ = self.shared.reset(seed=self._seed)
        self._seed = None
        return observation

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.bool_], list[Any]]:
        """Play one step: observations (N, F + D * M), rewards (N,), dones (N,) and infos, with the last observation of
        an episode that ended under "terminal_observation"."""
        observation, rewards, terminated, _, infos = self.shared.step(self._actions)
        by_row: list[dict[str, Any]] = [{"TimeLimit.truncated": False} for _ in range(self.num_envs)]
        if "final_obs" in infos:
            for row in np.flatnonzero(terminated):
                by_row[row]["terminal_observation"] = infos["final_obs"][row]
                by_row[row] |= {
                    name: values[row] for name, values in infos["final_info"].items() if not name.startswith("_")
                }
        return observation, rewards.astype(np.float32), terminated, by_row

    def close(self) -> None:
        """Does nothing: no resources are held."""

    def get_images(self) -> Sequence[npt.NDArray[np.uint8] | None]:
        """One picture for each episode, with render_mode="rgb_array"."""
        return self.shared.render() or () if self.render_mode == "rgb_array" else ()

    def get_attr(self, attr_name: str, indices: int | Iterable[int] | None = None) -> list[Any]:
        """The attribute of the view, once for each of the environments named."""
        return [getattr(self.shared, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: int | Iterable[int] | None = None) -> None:
        """Refused: all environments are one.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(f"set_attr({attr_name!r}): the environments of {type(self).__name__} are one")

    def env_method(
        self, method_name: str, *args: Any, indices: int | Iterable[int] | None = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of the view, once, and give its result for each of the environments named."""
        result = getattr(self.shared, method_name)(*args, **kwargs)
        return [result for _ in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: int | Iterable[int] | None = None) -> list[bool]:
        """Nothing is wrapped."""
        return [False for _ in self._get_indices(indices)]
