"""Hidden XOR."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.hidden_xor import drawing
from badger_envs.envs.hidden_xor.policies import AllButOnePattern, Parity
from badger_envs.envs.hidden_xor.returns import reference_returns
from badger_envs.envs.hidden_xor.task import HiddenXOR

SPEC = EnvSpec(
    id="Badger/HiddenXOR-v0",
    task=HiddenXOR,
    policies={"chance": Blind, "reference": Parity, "all_but_one": AllButOnePattern},
    returns=reference_returns,
    drawing=drawing,
    size_argument="bits",
    length_argument="questions",
    train_sizes=(2, 3, 4),
    test_sizes=tuple(range(2, 17)),
    variants=(
        {"bits": 2, "rounds": 0, "questions": 12, "subset": True},
        {"bits": 5, "rounds": 1, "questions": 3, "flash": True},
        {"bits": 4, "rounds": 1, "questions": 9, "flash": True, "subset": True},
    ),
    shared_fields=("counted",),
    metric="error",
    published_curves={
        "chance": dict.fromkeys(range(2, 17), 0.5),
        "all patterns but one": {bits: 2.0**-bits for bits in range(2, 17)},
    },
)
