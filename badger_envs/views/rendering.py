"""Keeps the history of one episode and hands it to the drawing of its task."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from badger_envs.core.task import Task
from badger_envs.envs.guessing import drawing as guessing
from badger_envs.envs.guessing.task import Guessing
from badger_envs.envs.hidden_xor import drawing as hidden_xor
from badger_envs.envs.hidden_xor.task import HiddenXOR
from badger_envs.envs.mesh_routing import drawing as mesh_routing
from badger_envs.envs.mesh_routing.task import MeshRouting
from badger_envs.envs.modular_reacher import drawing as modular_reacher
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.envs.modular_robot import drawing as modular_robot
from badger_envs.envs.modular_robot.task import ModularRobot
from badger_envs.envs.routing import drawing as routing
from badger_envs.envs.routing.task import Routing


class Drawing(Protocol):
    """What a module that draws a task offers."""

    def frame(self, title: str, task: Any, history: list[Any]) -> npt.NDArray[np.uint8]:
        """A picture uint8 (height, width, 3) of the last of the states in `history`."""

    def text(self, title: str, task: Any, history: list[Any]) -> str:
        """The same in characters."""


DRAWINGS: dict[type[Task[Any]], Drawing] = {
    Guessing: guessing,
    HiddenXOR: hidden_xor,
    MeshRouting: mesh_routing,
    ModularReacher: modular_reacher,
    ModularRobot: modular_robot,
    Routing: routing,
}


class Renderer:
    """The pictures of one running episode.

    Args:
        title: written above the picture.
        task: what is played.

    Raises:
        ValueError: Nobody wrote a drawing for this kind of task.
    """

    def __init__(self, title: str, task: Task[Any]) -> None:
        if type(task) not in DRAWINGS:
            raise ValueError(f"render_mode must be None for {title}: there is no drawing of {type(task).__name__}")
        self._title, self._task = title, task
        self._drawing = DRAWINGS[type(task)]
        self._history: list[Any] = []

    def start(self, state: Any, row: int = 0) -> None:
        """Forget the episode before and take the first state of a new one, which is `row` of a batch."""
        self._history = []
        self.add(state, row)

    def add(self, state: Any, row: int = 0) -> None:
        """Take the next state, which is `row` of a batch."""
        self._history.append(self._task.unbatch(state, row))

    def frame(self) -> npt.NDArray[np.uint8]:
        """A picture of now, uint8 (height, width, 3)."""
        return self._drawing.frame(self._title, self._task, self._history)

    def text(self) -> str:
        """The same in characters."""
        return self._drawing.text(self._title, self._task, self._history)
