"""Advice."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.advice import drawing
from badger_envs.envs.advice.policies import Bayes, Majority, MostTrusted, OwnSource
from badger_envs.envs.advice.returns import reference_returns
from badger_envs.envs.advice.task import Advice

SIZES = (2, 3, 4, 5, 6, 8, 12, 16)

SPEC = EnvSpec(
    id="Badger/Advice-v0",
    task=Advice,
    policies={
        "chance": Blind,
        "reference": Bayes,
        "own_source": OwnSource,
        "most_trusted": MostTrusted,
        "majority": Majority,
    },
    returns=reference_returns,
    drawing=drawing,
    size_argument="sources",
    length_argument="questions",
    train_sizes=(2, 3, 4, 5, 6),
    test_sizes=SIZES,
    variants=(
        {"kinds": "helpful"},
        {"kinds": "helpful", "feedback": "none", "questions": 12},
        {"sources": 3, "questions": 9, "rounds": 0, "switch_every": 4},
    ),
    shared_fields=("reliability",),
    metric="error",
    published_curves={
        "chance": dict.fromkeys(SIZES, 0.5),
        "own source: no messages": dict.fromkeys(SIZES, 0.233),
        "Bayes": dict(zip(SIZES, (0.145, 0.094, 0.063, 0.043, 0.030, 0.015, 0.004, 0.001), strict=True)),
    },
)
