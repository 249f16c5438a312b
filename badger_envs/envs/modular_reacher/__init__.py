"""The modular reacher."""

import math

from badger_envs.core.spec import EnvSpec
from badger_envs.envs.modular_reacher import drawing
from badger_envs.envs.modular_reacher.policies import Reach, ReachForMean
from badger_envs.envs.modular_reacher.returns import reference_returns
from badger_envs.envs.modular_reacher.task import ModularReacher

_SIZES = (2, 3, 4, 5, 6, 8, 12, 16, 30)
_TREE = {"branching": 0.4, "goal": "tips", "horizon": 40}
"""Arms that branch, with a goal per tip."""

SPEC = EnvSpec(
    id="Badger/ModularReacher-v0",
    task=ModularReacher,
    policies={"chance": ReachForMean, "reference": Reach},
    returns=reference_returns,
    drawing=drawing,
    size_argument="segments",
    length_argument="horizon",
    train_sizes=(3, 4, 5, 6, 8),
    test_sizes=_SIZES,
    variants=(
        {"segments": 2, "goal": "last", "horizon": 20},
        {"segments": 7, "branching": 0.4, "goal": "tips", "horizon": 15},
        {"segments": 6, "branching": 1.0, "horizon": 15},
    ),
    shared_fields=("goal", "base", "carried", "neighbour"),
    metric="error",
    # Exact, for the error at the end of an episode of a chain: goals have E[r^2] = 1/3 and E[y] = 1/pi.
    published_curves={
        "stays upright": dict.fromkeys(_SIZES, (1 / 3 + 1 - 2 / math.pi) / 2),
        "aims at the mean goal": dict.fromkeys(_SIZES, (1 / 3 - 1 / math.pi**2) / 2),
    },
    measured=(
        {"goal": "last"},
        *({"segments": 8, "branching": 0.3, "goal": goal} for goal in ("last", "tips")),
        # Of several sizes, and for lifetimes three and ten times as long.
        *({**_TREE, "segments": segments} for segments in (4, 5, 6, 8)),
        *({**_TREE, "segments": 5, "horizon": horizon} for horizon in (120, 400)),
    ),
)
