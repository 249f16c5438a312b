"""Memory."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.memory import drawing
from badger_envs.envs.memory.policies import MovedCopy, NoMessages, OneCopy, TellAll, TwoCopies, ValuesAlone
from badger_envs.envs.memory.returns import reference_returns
from badger_envs.envs.memory.task import Memory

SIZES = (3, 4, 5, 6, 8, 12, 16)

SPEC = EnvSpec(
    id="Badger/Memory-v0",
    task=Memory,
    policies={
        "chance": Blind,
        "reference": TellAll,
        "no_messages": NoMessages,
        "values_alone": ValuesAlone,
        "one_copy": OneCopy,
        "two_copies": TwoCopies,
        "moved_copy": MovedCopy,
    },
    returns=reference_returns,
    drawing=drawing,
    size_argument="ports",
    length_argument="cycles",
    train_sizes=(3, 4, 5, 6, 8),
    test_sizes=SIZES,
    variants=(
        {"ports": 5, "pairs": 3, "lost": 3, "rounds": 0, "signs": 3},
        {"ports": 4, "pairs": 4, "rounds": 1, "cycles": 3, "fragile": True},
        {"ports": 3, "pairs": 5, "lost": 1, "rounds": 0, "signs": 1, "cycles": 2, "calm": 1},
    ),
    shared_fields=(),
    metric="error",
    published_curves={
        "chance": dict.fromkeys(SIZES, 0.5),
        "no messages": {ports: (1.0 - 1.0 / ports) / 2.0 for ports in SIZES},
    },
)
