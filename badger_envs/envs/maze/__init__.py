"""Maze."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.maze import drawing
from badger_envs.envs.maze.policies import Compass, GlobalCompass, Planner, Wave
from badger_envs.envs.maze.returns import reference_returns
from badger_envs.envs.maze.task import Maze

SIZES = (2, 3, 4, 5, 6, 8)

SPEC = EnvSpec(
    id="Badger/Maze-v0",
    task=Maze,
    policies={
        "chance": Blind,
        "reference": Planner,
        "compass": Compass,
        "global_compass": GlobalCompass,
        "wave": Wave,
    },
    returns=reference_returns,
    drawing=drawing,
    size_argument="side",
    length_argument="steps",
    train_sizes=(2, 3, 4),
    test_sizes=SIZES,
    variants=(
        {"side": 3, "openness": 0.5, "think": 0, "steps": 12},
        {"side": 3, "think": 4, "goal": "after"},
        {"side": 3, "think": 0, "steps": 40, "local": "felt"},
    ),
    shared_fields=("ways", "hops", "goal"),
    metric="error",
    published_curves={"chance": dict.fromkeys(SIZES, 1.0)},
)
