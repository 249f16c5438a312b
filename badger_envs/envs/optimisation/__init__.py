"""Optimisation."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.optimisation import drawing
from badger_envs.envs.optimisation.gamblers import AllBid, Greedy, Threshold
from badger_envs.envs.optimisation.policies import AllEqual, Evolution, FirstAlone, reference
from badger_envs.envs.optimisation.returns import reference_returns
from badger_envs.envs.optimisation.task import Optimisation

SPEC = EnvSpec(
    id="Badger/Optimisation-v0",
    task=Optimisation,
    policies={
        "chance": Blind,
        "reference": reference,
        "all_equal": AllEqual,
        "evolution": Evolution,
        "first_alone": FirstAlone,
        "greedy": Greedy,
        "all_bid": AllBid,
        "threshold": Threshold,
    },
    returns=reference_returns,
    drawing=drawing,
    size_argument="dims",
    length_argument="horizon",
    train_sizes=(2, 3, 4, 5, 6),
    test_sizes=(1, 2, 3, 4, 5, 6, 8, 12),
    variants=(
        {"landscape": "sphere", "dims": 4, "horizon": 12, "feedback": "first"},
        {"landscape": "ellipsoid", "objective": "last_step", "horizon": 20},
        {"landscape": "absolute", "dims": 2, "horizon": 16},
        {"landscape": "ripples", "dims": 2, "horizon": 16, "noise": 0.05},
        {"landscape": "peaks", "horizon": 20},
        {"landscape": "bandit", "dims": 5},
        {"landscape": "bandit", "horizon": 20, "feedback": "winner", "rent": 0.5},
    ),
    shared_fields=("hidden",),
    metric="error",
    published_curves={},
    measured=(
        *({"landscape": name} for name in ("sphere", "ellipsoid", "absolute", "ripples", "peaks")),
        {"feedback": "first"},
        {"landscape": "bandit", "horizon": 20},
        {"landscape": "bandit", "dims": 10},
        {"landscape": "bandit", "dims": 5, "feedback": "winner"},
        *({"landscape": "bandit", "dims": dims, "feedback": "winner", "rent": 0.5} for dims in (5, 10)),
        *({"landscape": "bandit", "dims": dims, "feedback": "winner", "rent": 1.0} for dims in (5, 10)),
    ),
)
