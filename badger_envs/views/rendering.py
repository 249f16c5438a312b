"""Render modes, and pictures: keeps the history of one episode and hands it to the drawing of its task."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from badger_envs.core.spec import Drawing
from badger_envs.core.task import Task
from badger_envs.registry import SPECS

METADATA: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 4}


def own_metadata(**more: Any) -> dict[str, Any]:
    """The metadata of one environment, which may be changed without changing that of others."""
    return deepcopy(METADATA) | more


def check_render_mode(render_mode: str | None, allowed: Sequence[str] = METADATA["render_modes"]) -> str | None:
    """Refuse a render mode that does not exist.

    Raises:
        ValueError: naming the mode and the allowed ones.
    """
    if render_mode is not None and not (isinstance(render_mode, str) and render_mode in allowed):
        raise ValueError(f"render_mode must be None or one of {list(allowed)}, got {render_mode!r}")
    return render_mode


def drawing_of(title: str, task: Task[Any]) -> Drawing:
    """The module that draws a task.

    Raises:
        ValueError: There is none of this kind of task.
    """
    for spec in SPECS.values():
        if type(task) is spec.task:
            return spec.drawing
    raise ValueError(f"render_mode must be None for {title}: there is no drawing of {type(task).__name__}")


class Renderer:
    """The pictures of one running episode.

    Args:
        title: written above the picture.
        task: what is played.

    Raises:
        ValueError: There is no drawing of this kind of task.
    """

    def __init__(self, title: str, task: Task[Any]) -> None:
        self._title, self._task = title, task
        self._history: list[Any] = []
        drawing_of(title, task)  # refuses a task without one now; looked up when it is used, for no module travels

    def start(self, state: Any, row: int = 0) -> None:
        """Forget the episode before and take the first state of a new one, which is `row` of a batch."""
        self._history = []
        self.add(state, row)

    def add(self, state: Any, row: int = 0) -> None:
        """Take the next state, which is `row` of a batch."""
        self._history.append(self._task.unbatch(state, row))

    def render(self, render_mode: str | None) -> Any:
        """The current state, as a picture uint8 (height, width, 3) or drawn in plain characters."""
        drawing = drawing_of(self._title, self._task)
        if render_mode == "rgb_array":
            return drawing.frame(self._title, self._task, self._history)
        return drawing.text(self._title, self._task, self._history)
