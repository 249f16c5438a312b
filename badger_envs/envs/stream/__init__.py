"""Stream."""

from badger_envs.core.spec import EnvSpec
from badger_envs.envs.stream import drawing
from badger_envs.envs.stream.policies import Alone, Bayes, Recency, Uniform
from badger_envs.envs.stream.returns import reference_returns
from badger_envs.envs.stream.task import Stream

SIZES = (1, 2, 3, 4, 6, 8)

SPEC = EnvSpec(
    id="Badger/Stream-v0",
    task=Stream,
    policies={"chance": Uniform, "reference": Bayes, "alone": Alone, "recency": Recency},
    returns=reference_returns,
    drawing=drawing,
    size_argument="learners",
    length_argument="examples",
    train_sizes=(1, 2, 3, 4),
    test_sizes=SIZES,
    variants=(
        {"learners": 3, "classes": 3, "inputs": 2, "examples": 8, "labelled": 1},
        {"learners": 2, "examples": 8, "order": "blocks", "exam": 4},
        {"learners": 3, "classes": 2, "examples": 6, "labelled": 1, "lesson": 3, "exam": 4},
        {"learners": 2, "classes": 3, "inputs": 8, "examples": 6, "data": "digits"},
        {"learners": 2, "classes": 3, "inputs": 8, "examples": 6, "data": "characters"},
        {"learners": 1, "classes": 3, "inputs": 2, "examples": 8, "layout": "split"},
    ),
    shared_fields=("prototypes",),
    metric="error",
    published_curves={"chance": dict.fromkeys(SIZES, 1.0)},
)
