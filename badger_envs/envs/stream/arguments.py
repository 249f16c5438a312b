"""Which arguments of Stream contradict each other."""

from typing import Any

from badger_envs.core.checks import LARGEST_COUNT
from badger_envs.envs.stream.schedule import CLASSES_OF_A_BLOCK


def refuse_contradictions(task: Any) -> None:
    """Refuse a `Stream` whose arguments, each allowed by itself, make no lifetime together.

    Raises:
        ValueError: naming an argument, its value and what is allowed.
    """
    if task.horizon > LARGEST_COUNT:
        raise ValueError(f"examples, lesson and exam must make at most {LARGEST_COUNT} steps, got {task.horizon}")
    if task.layout == "split":
        for name, allowed in (("learners", 1), ("lesson", 0)):
            if getattr(task, name) != allowed:
                raise ValueError(f"{name} must be {allowed} with layout='split', got {getattr(task, name)}")
    if task.order == "blocks":
        _refuse_blocks(task)
    if task.lesson and task.exam < 1:
        raise ValueError(f"exam must be at least 1 with a lesson, got {task.exam}")
    if task.lesson and task.labelled in (None, task.learners):
        raise ValueError(f"labelled must be below learners with a lesson, got {task.labelled}: the rest are the pupils")


def _refuse_blocks(task: Any) -> None:
    blocks = task.classes // CLASSES_OF_A_BLOCK
    if task.exam < 1:
        raise ValueError(
            f"exam must be at least 1 with order='blocks', got {task.exam}: it is no feat to know the classes that are "
            "being shown"
        )
    if task.classes % CLASSES_OF_A_BLOCK or blocks < 2:
        raise ValueError(f"classes must be even and at least 4 with order='blocks', got {task.classes}")
    if task.examples < blocks:
        raise ValueError(f"examples must be at least {blocks}, one for each block, got {task.examples}")
