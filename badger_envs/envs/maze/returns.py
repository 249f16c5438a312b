"""Known returns of the maze."""

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.maze.task import WRONG, Maze


def reference_returns(task: Maze, measured: Measured) -> ReferenceReturns:
    """Staying put returns 0, and who sees all walls comes nearer in every step that counts."""
    shown = task.local == "shown"
    return ReferenceReturns(
        chance=0.0,
        reference=float(task.steps) if shown else measured("reference"),
        lowest=-WRONG * task.steps,
        highest=float(task.steps),
        local_optima={"compass": measured("compass")} if shown else {},
    )
