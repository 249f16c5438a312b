"""One running episode of a task: what the Gymnasium Env and the PettingZoo views have in common."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded

from badger_envs.core.arrays import FloatArray
from badger_envs.core.channel import Channel
from badger_envs.core.checks import require_integer, require_options
from badger_envs.core.task import Task
from badger_envs.views.rendering import Renderer
from badger_envs.views.seeding import EpisodeSeeder, inner_episodes, require_begun

_ONLY_ROW = np.zeros(1, dtype=np.int64)


class EpisodeRunner:
    """Plays one episode after the other and refuses to step outside of one.

    Args:
        name: the id, for error messages and pictures.
        task: what is played.
        render_mode: None, "rgb_array", "ansi", or "human": a text is written after every reset and step.
    """

    def __init__(self, name: str, task: Task[Any], render_mode: str | None) -> None:
        self.name, self.task, self.render_mode = name, task, render_mode
        self.over, self.truncated = True, False
        self._played, self._most = 0, math.inf  # steps of the episode
        self._seeder = EpisodeSeeder(1)
        self._state: Any = None
        self._renderer = Renderer(name, task) if render_mode else None

    def begin(self, seed: int | None, options: Mapping[str, Any] | None, max_cycles: int | None = None) -> None:
        """Begin the first episode of `seed`, else the next one of the seed before, else the one `options` names.

        After `max_cycles` steps it is cut short, if it has not ended by itself.

        Raises:
            ValueError: A seed that is negative or no integer, an episode or an inner episode that is no number, or an
                option that there is not.
            gymnasium.error.ResetNeeded: An inner episode of an episode before there is one.
        """
        options = require_options(options, ("episode", "inner_episode"))
        seed = None if seed is None else require_integer("seed", seed, 0)
        (inner_episode,) = inner_episodes(options, 1).tolist()
        if not inner_episode or seed is not None or "episode" in options:
            self._keys = self._seeder.begin([seed], _ONLY_ROW, options)  # (1,)
        elif self._state is None:
            raise ResetNeeded(f"{self.name}: inner episode {inner_episode} needs an episode; no episode was begun yet")
        self._state = self.task.reset_all(self._state, self._keys, inner_episode=inner_episode)
        self.over, self.truncated, self._played = False, False, 0
        self._most = math.inf if max_cycles is None else max_cycles
        if self._renderer:
            self._renderer.start(self._state)
            self._write()

    @property
    def ended(self) -> bool:
        """Whether an episode was begun and has ended."""
        return self.over and self._state is not None

    def require_running(self) -> None:
        """Refuse to go on where no episode runs.

        Raises:
            gymnasium.error.ResetNeeded: naming the environment and the reason.
        """
        if self.over:
            why = "no episode was begun yet" if self._state is None else f"the episode ended after {self._played} steps"
            raise ResetNeeded(f"{self.name}: call reset() before step(); {why}")

    def step(self, action: FloatArray) -> float:
        """Play one step and return its reward.

        Args:
            action: float32 (1, P, A), checked.
        """
        state = self._state
        self._state = self.task.transition(state, action)
        self._played += 1
        terminated = bool(self.task.terminal(self._state)[0])
        self.truncated = not terminated and self._played >= self._most
        self.over = terminated or self.truncated
        if self._renderer:
            self._renderer.add(self._state)
            self._write()
        return float(self.task.reward(state, action, self._state)[0])

    def observation(self) -> FloatArray:
        """What the ports show, float32 (P, F)."""
        # A copy: what a task shows may be what it goes on from.
        observation: FloatArray = np.array(self.task.observation(self._state)[0])
        return observation

    def privileged(self) -> FloatArray:
        """What no port shows, float32 (hidden,)."""
        require_begun(self.name, self._state, "state")
        variables: FloatArray = np.array(self.task.privileged(self._state)[0])
        return variables

    def info(self) -> dict[str, Any]:
        """The task's metrics, each a float32 scalar; where ports can be absent also which are present, bool (P,)."""
        info: dict[str, Any] = {name: values[0] for name, values in self.task.state_info(self._state).items()}
        if self.task.variable_size:
            info["agent_mask"] = self.agent_mask()
        return info

    def agent_mask(self) -> npt.NDArray[np.bool_]:
        """Which ports this episode has, bool (P,)."""
        mask: npt.NDArray[np.bool_] = np.array(self.task.agent_mask(self._state)[0])
        return mask

    def neighbours(self) -> npt.NDArray[np.int32]:
        """The current neighbours of each port, int32 (P, D), -1 in empty slots."""
        require_begun(self.name, self._state, "neighbours")
        slots: npt.NDArray[np.int32] = np.array(self.task.neighbours(self._state)[0])
        return slots

    def send(self, channel: Channel, messages: FloatArray) -> FloatArray:
        """What is under way of the messages of the next step, float32 (P, M)."""
        return channel.send(self.task, self._state, messages[None])[0]  # type: ignore[no-any-return]

    def hear(self, channel: Channel, messages: FloatArray) -> FloatArray:
        """What ports hear, float32 (P, D, M), of the messages of the step before, float32 (P, M)."""
        heard: FloatArray = channel.hear(self.task, self._state, messages[None])[0]
        return heard

    def render(self) -> Any:
        """A picture uint8 (height, width, 3), or a text; None without a mode, and for people, who have read it."""
        if self._renderer is None or self.render_mode == "human":
            return None
        require_begun(self.name, self._state, "render")
        return self._renderer.render(self.render_mode)

    def _write(self) -> None:
        if self._renderer and self.render_mode == "human":
            print(self._renderer.render("ansi"))
