"""Known returns of Memory: all by formulas."""

from math import comb

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.memory.task import Memory


def reference_returns(task: Memory, measured: Measured) -> ReferenceReturns:
    """Sums over the questions of a lifetime."""
    highest = float(task.cycles * task.load)
    optima = {"no_messages": highest / task.ports, "values_alone": highest * right_without_key(task)}
    for name, copies in (("one_copy", 1), ("two_copies", 2)):
        optima[name] = task.load * (task.calm + (task.cycles - task.calm) * recall(task, copies))
    if task.fragile and task.cycles - task.calm > 1:
        optima["moved_copy"] = task.load * (task.cycles - 1 + recall(task, 1))
    below = {name: level for name, level in optima.items() if level < highest}
    return ReferenceReturns(0.0, highest, lowest=-highest, highest=highest, local_optima=below)


def recall(task: Memory, copies: int) -> float:
    """The probability that a pair of which so many ports have a copy is still known after a shock."""
    all_lost = comb(task.ports - copies, task.lost - copies) if task.lost >= copies else 0
    return 1.0 - all_lost / comb(task.ports, task.lost)


def right_without_key(task: Memory) -> float:
    """What the sign of a sum of all values of a cycle pays: the mean distance of a random walk, by its steps."""
    steps = task.load
    return comb(steps - 1, (steps - 1) // 2) * 0.5 ** (steps - 1)
