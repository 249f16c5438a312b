"""Routing along a hidden permutation."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.routing import drawing
from badger_envs.envs.routing.policies import Elimination, Mean
from badger_envs.envs.routing.returns import reference_returns
from badger_envs.envs.routing.task import Routing

SPEC = EnvSpec(
    id="Badger/Routing-v0",
    task=Routing,
    policies={"chance": Blind, "reference": Elimination, "mean": Mean},
    returns=reference_returns,
    drawing=drawing,
    size_argument="ports",
    length_argument="horizon",
    train_sizes=(3, 4, 5, 6),
    test_sizes=tuple(range(3, 17)),
    variants=(
        {"ports": 5, "horizon": 12, "values": "binary"},
        {"ports": 5, "horizon": 14, "feedback": "reward", "switch_every": 6},
        {"ports": 8, "horizon": 12, "feedback": "reward", "values": "binary", "switch_every": 5},
    ),
    shared_fields=("routes",),
    metric="error",
    published_curves={
        "chance": dict.fromkeys(range(3, 17), 1.0),
        "mean of the inputs": {ports: 1.0 - 1.0 / ports for ports in range(3, 17)},
    },
)
