"""Ranking."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.ranking import drawing
from badger_envs.envs.ranking.policies import Alone, Bayes, MeanBelief, MeanOpinion, Vote
from badger_envs.envs.ranking.returns import reference_returns
from badger_envs.envs.ranking.task import Ranking

SIZES = (2, 3, 4, 5, 6, 8, 12, 16)

SPEC = EnvSpec(
    id="Badger/Ranking-v0",
    task=Ranking,
    policies={
        "chance": Blind,
        "reference": Bayes,
        "alone": Alone,
        "vote": Vote,
        "mean_opinion": MeanOpinion,
        "mean_belief": MeanBelief,
    },
    returns=reference_returns,
    drawing=drawing,
    size_argument="members",
    length_argument="rounds",
    train_sizes=(2, 3, 4, 5, 6),
    test_sizes=SIZES,
    variants=(
        {"members": 3, "items": 6, "rounds": 1, "objective": "every_step"},
        {"members": 2, "items": 4, "rounds": 0, "confidence": False},
        {"members": 8, "items": 10, "rounds": 2, "knows": 0.6, "shared": 0.8},
    ),
    shared_fields=("opinions", "known", "target"),
    metric="error",
    published_curves={
        "chance": dict.fromkeys(SIZES, 1.0),
        "alone: no messages": dict.fromkeys(SIZES, 0.576),
        "mean belief": dict(zip(SIZES, (0.460, 0.380, 0.333, 0.302, 0.280, 0.251, 0.221, 0.205), strict=True)),
        "Bayes": dict(zip(SIZES, (0.375, 0.257, 0.183, 0.134, 0.101, 0.063, 0.034, 0.024), strict=True)),
    },
)
