"""Render modes, and pictures: keeps the history of one episode and hands it to the drawing of its task."""

from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.task import Task
from badger_envs.registry import SPECS

METADATA: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 4}


def check_render_mode(render_mode: str | None) -> str | None:
    """Refuse a render mode that does not exist.

    Raises:
        ValueError: naming the mode and the allowed ones.
    """
    if render_mode is not None and render_mode not in METADATA["render_modes"]:
        raise ValueError(f"render_mode must be None or one of {METADATA['render_modes']}, got {render_mode!r}")
    return render_mode


class Renderer:
    """The pictures of one running episode.

    Args:
        title: written above the picture.
        task: what is played.

    Raises:
        ValueError: There is no drawing of this kind of task.
    """

    def __init__(self, title: str, task: Task[Any]) -> None:
        drawings = [spec.drawing for spec in SPECS.values() if type(task) is spec.task]
        if not drawings:
            raise ValueError(f"render_mode must be None for {title}: there is no drawing of {type(task).__name__}")
        self._title, self._task, self._drawing = title, task, drawings[0]
        self._history: list[Any] = []

    def start(self, state: Any, row: int = 0) -> None:
        """Forget the episode before and take the first state of a new one, which is `row` of a batch."""
        self._history = []
        self.add(state, row)

    def add(self, state: Any, row: int = 0) -> None:
        """Take the next state, which is `row` of a batch."""
        self._history.append(self._task.unbatch(state, row))

    def frame(self) -> npt.NDArray[np.uint8]:
        """A picture of the current state, uint8 (height, width, 3)."""
        return self._drawing.frame(self._title, self._task, self._history)

    def text(self) -> str:
        """The current state drawn in plain characters."""
        return self._drawing.text(self._title, self._task, self._history)
