"""The Gymnasium VectorEnv of any task: B episodes as one batch, with every autoreset mode."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from badger_envs.core.arrays import BoolArray, FloatArray
from badger_envs.core.checks import LARGEST_COUNT, require_integer, require_options
from badger_envs.core.task import Task
from badger_envs.registry import as_task
from badger_envs.views.actions import Actions
from badger_envs.views.rendering import Renderer, check_render_mode, own_metadata
from badger_envs.views.seeding import EpisodeSeeder, inner_episodes, one_seed_each, require_begun, reset_mask
from badger_envs.views.spaces import box, repeat
from badger_envs.views.sub_environments import SubEnvironments, as_autoreset_mode, final_infos

Step = tuple[FloatArray, npt.NDArray[np.float64], BoolArray, BoolArray, dict[str, Any]]


class TaskVectorEnv(SubEnvironments, gym.vector.VectorEnv[FloatArray, Any, npt.NDArray[Any]]):
    """`num_envs` episodes of a task stepped together; equal to a SyncVectorEnv of TaskEnvs step for step.

    Sub-environment b of `reset(seed=s)` plays episodes 0, 1, 2, ... of seed s + b.

    Args:
        task: an id of the registry, or a task.
        num_envs: episodes played together (B).
        autoreset_mode: what happens after an episode's end: NEXT_STEP, SAME_STEP or DISABLED, or its value.
        bins: how many evenly spaced values each number of an action is chosen from; None for all.
        joint: whether the bins of all numbers are chosen together, as one of a Discrete space.
        render_mode: None, "rgb_array" or "ansi"; `render()` gives one frame for each sub-environment.
        max_episode_steps: steps after which an episode is truncated, as `gym.make` takes it; None for never.
        **arguments: the task's arguments, where `task` is an id.

    Raises:
        ValueError: Unknown id, mode or count, or an argument with a value that is not allowed.
    """

    def __init__(
        self,
        task: str | Task[Any],
        *,
        num_envs: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        bins: int | None = None,
        joint: bool = False,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        **arguments: Any,
    ) -> None:
        num_envs = self.num_envs = require_integer("num_envs", num_envs, 1, LARGEST_COUNT)
        self.name, self.task = as_task(task, arguments)
        self.autoreset_mode = as_autoreset_mode(autoreset_mode)
        self.metadata = own_metadata(autoreset_mode=self.autoreset_mode)
        self.render_mode = check_render_mode(render_mode)
        self.single_observation_space = box(repeat(self.task.port_bounds, self.task.ports))
        self._actions = Actions(self.task, self.task.ports, bins=bins, joint=joint)
        self.single_action_space = self._actions.space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._renderers = [Renderer(self.name, self.task) for _ in range(num_envs)] if render_mode else []
        self._most = np.inf if max_episode_steps is None else require_integer("max_episode_steps", max_episode_steps, 1)
        self._seeder = EpisodeSeeder(num_envs)
        self._over, self._played = np.zeros(num_envs, np.bool_), np.zeros(num_envs, np.int64)  # 2 x (B,) ended, steps
        self._keys = np.zeros(num_envs, dtype=np.uint64)  # (B,) of the episodes that are played
        self._state: Any = None

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Begin an episode in every sub-environment, or in those of a mask.

        Args:
            seed: s gives sub-environment b the seed s + b; or one seed for each; None goes on to the next episodes.
            options: {"reset_mask": bool (B,)} begins only there; {"episode": n or (B,)} plays test episodes by number,
                and seeds beside it count from the next reset on; {"inner_episode": k or (B,)} plays that episode, or
                the running one again where none is named, as the k-th inner episode of a lifetime.

        Returns:
            Observations float32 (B, P * F) and the task's metrics, present where an episode began.

        Raises:
            ValueError: Wrong number of seeds, a seed that is negative or no integer, an option that there is not, or a
                mask of another shape or type, or with nothing set.
            gymnasium.error.ResetNeeded: An inner episode of, or a mask that leaves, episodes without a beginning.
        """
        options = require_options(options, ("reset_mask", "episode", "inner_episode"))
        mask = reset_mask(options, self.num_envs, self._state is not None)
        seeds = one_seed_each(seed, self.num_envs)
        inner = inner_episodes(options, self.num_envs)  # (B,)
        rows = np.flatnonzero(mask)  # (R,)
        named = np.asarray([seeds[row] is not None or "episode" in options for row in rows.tolist()])  # (R,)
        anew = rows[named | (inner[rows] == 0)]
        if self._state is None and len(anew) < len(rows):
            raise ResetNeeded(f"{self.name}: an inner episode needs an episode; no episode was begun yet")
        self._keys[anew] = self._seeder.begin([seeds[row] for row in anew.tolist()], anew, options)
        self._begin(rows, inner)
        super().reset(seed=seeds[0] if isinstance(seed, int | np.integer) else None)
        return self._observe(), self.info(mask)

    def step(self, actions: npt.ArrayLike) -> Step:
        """Play one step in every sub-environment.

        Args:
            actions: in the action space, (B, P * A); finite numbers outside of it are clipped.

        Returns:
            Observations float32 (B, P * F), rewards float64 (B,), terminated bool (B,), truncated bool (B,), and the
            task's metrics with Gymnasium's masks.

        Raises:
            ValueError: The actions have another shape or type, are not finite, or are bins that there are not.
            gymnasium.error.ResetNeeded: Before the first reset, or after an episode's end with autoreset disabled.
        """
        require_begun(self.name, self._state, "step")
        resting, any_resting = self._over, bool(self._over.any())
        if any_resting and self.autoreset_mode is AutoresetMode.DISABLED:
            raise ResetNeeded(
                f"{self.name}: episodes {np.flatnonzero(resting).tolist()} ended; with autoreset disabled call "
                'reset(options={"reset_mask": terminated}) before step()'
            )
        task, state = self.task, self._state
        ignore = resting if any_resting else None  # what begins anew takes no action, whatever was passed for it
        port_actions = self._actions.play(actions, (self.num_envs,), "actions", ignore).port_actions  # (B, P, A)
        self._state = task.transition(state, port_actions)
        rewards = task.reward(state, port_actions, self._state).astype(np.float64)  # (B,)
        terminated: BoolArray = np.array(task.terminal(self._state))  # (B,)
        if any_resting:
            rewards[resting] = 0.0
            terminated = terminated & ~resting  # (B,)
        for row, renderer in enumerate(self._renderers):
            renderer.add(self._state, row)
        infos: dict[str, Any] = {}
        self._played += 1
        truncated: BoolArray = (self._played >= self._most) & ~resting  # (B,)
        over = self._over = terminated | truncated  # (B,)
        if any_resting:
            self._begin_next(resting)
        elif self.autoreset_mode is AutoresetMode.SAME_STEP and over.any():
            infos = final_infos(over, self._observe(), self.info(over))
            self._begin_next(over)
        infos |= self.info()
        return self._observe(), rewards, terminated, truncated, infos

    def state(self) -> FloatArray:
        """The observations, then the hidden variables, float32 (B, P * F + hidden)."""
        require_begun(self.name, self._state, "state")
        return np.concatenate([self._observe(), self.task.privileged(self._state)], axis=1)

    def neighbours(self) -> npt.NDArray[np.int32]:
        """The current neighbours of each port, by number, int32 (B, P, D), -1 in slots left empty."""
        require_begun(self.name, self._state, "neighbours")
        return np.array(self.task.neighbours(self._state), np.int32)

    def info(self, mask: BoolArray | None = None) -> dict[str, Any]:
        """Metrics as Gymnasium batches them: the values, 0 where the mask leaves them out, and it under the name with
        a `_`; where ports can be absent also which are present."""
        if mask is None:
            mask = np.ones(self.num_envs, dtype=np.bool_)  # (B,)
        infos: dict[str, Any] = {}
        for name, values in self.task.state_info(self._state).items():
            infos[name], infos[f"_{name}"] = np.where(mask, values, np.zeros_like(values)), mask.copy()
        if self.task.variable_size:
            infos["agent_mask"], infos["_agent_mask"] = self.task.agent_mask(self._state) & mask[:, None], mask.copy()
        return infos

    def render(self) -> tuple[Any, ...] | None:
        """One picture uint8 (height, width, 3) or one text for each sub-environment, by render mode."""
        if self.render_mode is None:
            return None
        require_begun(self.name, self._state, "render")
        return tuple(each.render(self.render_mode) for each in self._renderers)

    def _begin_next(self, mask: BoolArray) -> None:
        rows = np.flatnonzero(mask)  # (R,)
        self._keys[rows] = self._seeder.advance(rows)
        self._begin(rows, np.zeros(self.num_envs, np.int64))

    def _begin(self, rows: npt.NDArray[Any], inner_episodes: npt.NDArray[np.int64]) -> None:
        """Begin the episodes of `_keys` in rows (R,), each as that inner episode (B,) of its lifetime."""
        for number in np.unique(inner_episodes[rows]).tolist():
            some = rows[inner_episodes[rows] == number]
            if self._state is None or len(some) == self.num_envs:
                self._state = self.task.reset_all(self._state, self._keys, inner_episode=number)
            else:
                self._state = self.task.reset_rows(self._state, some, self._keys[some], inner_episode=number)
        self._over[rows], self._played[rows] = False, 0
        for row in rows.tolist() if self._renderers else ():
            self._renderers[row].start(self._state, row)

    def _observe(self) -> FloatArray:
        # A copy: what a task shows may be what it goes on from.
        observation: FloatArray = np.array(self.task.observation(self._state))  # (B, P, F)
        return observation.reshape(self.num_envs, -1)  # (B, P * F)
