"""Recipes about learning to classify in mid-life: pooling what learners are told, teaching, not forgetting.

Which level has to be passed without messages is said by `badger_envs.registry.reference_returns`: a score of .77 where
all learners are told classes, .25 where one of four is, 0 of pupils, and .87 in an exam after blocks. What three
trainings of each agent came to is on the page docs/abilities.md.
"""

from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

ID = "Badger/Stream-v0"

# Learners are alike, but for who is told classes, which they see.
_NAMELESS = {name: {"identity": "none"} for name in ("badger", "badger_attention", "shared")}
# With gated recurrent units alone Badger forgets what came in the first block: .43, .41 and .42 in three runs.
_PREDICTIVE = {name: {"identity": "none", "expert": "predictive"} for name in ("badger", "badger_attention", "shared")}
_TWO_CLASSES = {"classes": 2, "inputs": 4}
_LESSON = {**_TWO_CLASSES, "learners": 2, "examples": 10, "labelled": 1, "lesson": 3, "exam": 5}
_BLOCKS = {"learners": 2, "classes": 4, "inputs": 4, "examples": 12, "exam": 6}

STREAM = (
    Recipe(
        "stream", "10 examples of 2 classes, 4 learners", ID, {**_TWO_CLASSES, "examples": 10},
        BPTT(updates=2500, batch=64), configs=_NAMELESS, test_sizes=(1, 2, 4, 8), cpu_seconds=47,
    ),
    Recipe(
        "stream_labelled", "20 examples of 2 classes, one of 4 learners is told", ID, {**_TWO_CLASSES, "labelled": 1},
        BPTT(updates=1500, batch=64), configs=_NAMELESS, test_sizes=(2, 4, 8), cpu_seconds=43,
    ),
    # Do more learners learn faster? Only for agents that can change their size.
    Recipe(
        "stream_sizes", "10 examples of 2 classes, trained with 1..8 learners", ID, {**_TWO_CLASSES, "examples": 10},
        BPTT(updates=2500, batch=64, stages=(Stage(sizes=(1, 8)),)),
        agents=("badger", "shared"), configs=_NAMELESS, test_sizes=(1, 2, 3, 4, 6, 8), cpu_seconds=47,
    ),
    # Pupils know what teachers tell them in a lesson, and nothing else.
    Recipe(
        "stream_lesson", "a teacher, a pupil, 2 classes, a lesson of 3 steps", ID, _LESSON,
        BPTT(updates=2500, batch=64), configs=_NAMELESS, cpu_seconds=91,
    ),
    # Forgetting is what the first errs more than the second.
    Recipe(
        "stream_blocks", "an exam after 4 classes in blocks, 2 learners", ID, {**_BLOCKS, "order": "blocks"},
        BPTT(updates=2500, batch=64), configs=_PREDICTIVE, test_sizes=(1, 2, 4), cpu_seconds=164,
    ),
    Recipe(
        "stream_mixed", "an exam after 4 classes in any order, 2 learners", ID, _BLOCKS,
        BPTT(updates=2500, batch=64), configs=_PREDICTIVE, test_sizes=(1, 2, 4), cpu_seconds=164,
    ),
)  # fmt: skip
"""The recipes."""
