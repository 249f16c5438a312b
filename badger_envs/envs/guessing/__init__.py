"""The guessing game."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.guessing import drawing
from badger_envs.envs.guessing.policies import AllEqual, Probe
from badger_envs.envs.guessing.returns import reference_returns
from badger_envs.envs.guessing.task import Guessing

SPEC = EnvSpec(
    id="Badger/Guessing-v0",
    task=Guessing,
    policies={"chance": Blind, "reference": Probe, "all_equal": AllEqual},
    returns=reference_returns,
    drawing=drawing,
    size_argument="dims",
    length_argument="horizon",
    train_sizes=(2, 3, 4, 5, 6),
    test_sizes=tuple(range(1, 21)),
    variants=(
        {"dims": 1, "horizon": 1},
        {"dims": 5, "horizon": 7, "objective": "last_step"},
        {"dims": 4, "feedback": "first", "identity": True},
    ),
    shared_fields=("target",),
    metric="error",
    published_curves={
        "all outputs equal": {dims: 1.0 - 1.0 / dims for dims in range(1, 21)},
        # Technical report, Figure 7, 20 steps, read off by eye; one run, no seeds were published.
        "published, at 3..6": {
            1: 0.08, 2: 0.02, 3: 0.02, 4: 0.05, 5: 0.08, 6: 0.13, 8: 0.35, 10: 0.49, 15: 0.69, 20: 0.82,
        },
    },
    published="published, at 3..6",
)  # fmt: skip
