"""What people call the problems of published benchmarks, whose files never change, and units in plain words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from leaderboards.schema.benchmark import BenchmarkProblem


class Title(NamedTuple):
    """How a problem is called on the pages."""

    title: str
    sentence: str
    """What an agent has to do, in plain words; empty where nothing is written here."""


GUESSING = Title(
    "Guessing game", "Find hidden numbers by trial and error: the only help is how far off all of them are."
)
PARITY = Title("Parity", "Each expert sees one bit and all must say whether the sum is odd, so they have to talk.")
ROUTING = Title(
    "Routing", "Carry each input to the output that wants it; who wants what is hidden and must be found out."
)
ARM = Title("Arm with a goal per tip", "Reach several goals with a branching arm, an expert in each segment.")
ROBOT = Title("Robot crawl", "Crawl forwards with a body of equal modules, each moved by an expert of its own.")

TITLES: Mapping[str, Mapping[str, Title]] = {
    "v1": {"guessing": GUESSING, "xor3": PARITY, "routing3": ROUTING, "reacher_tips": ARM, "robot_ppo": ROBOT},
    "v2": {
        "guessing": GUESSING,
        "parity": PARITY,
        "routing": ROUTING,
        "mesh": Title("Routing in a mesh", "Pass parcels on through a mesh whose links differ, by rewards alone."),
        "arm": ARM,
        "robot": ROBOT,
        "advice": Title("Whom to believe", "Answer questions by sources of which only the record tells who is right."),
        "stream": Title(
            "Learning from examples", "Learn unknown classes from few examples, and pass on what was learned."
        ),
        "search": Title("Search in landscapes", "Find the lowest point of an unknown landscape that one port hears."),
        "ranking": Title("Ranking in a group", "Put things in order of which each member of a group knows a few."),
        "maze": Title("Ways in a maze", "Lead a walker to a goal, where each cell sees only the walls around itself."),
        "memory": Title("Memory in a group", "Keep what was said although some of those who heard it are lost."),
    },
}
"""Benchmark -> problem -> how it is called."""
SIZES = {
    "dims": ("number", "numbers"), "bits": ("bit", "bits"), "ports": ("port", "ports"),
    "segments": ("segment", "segments"), "modules": ("module", "modules"), "members": ("member", "members"),
    "sources": ("source", "sources"), "learners": ("learner", "learners"), "side": ("cell a side", "cells a side"),
}  # fmt: skip
"""Argument that changes the size -> what is counted, one and several."""


def title_of(benchmark: str, problem: BenchmarkProblem) -> Title:
    """How a problem is called; by its name where nobody wrote a title."""
    known = TITLES.get(benchmark, {}).get(problem.name)
    return known or Title(problem.name.replace("_", " ").capitalize(), "")


def size_in_words(problem: BenchmarkProblem, size: int) -> str:
    """A size as people say it, such as "3 numbers"."""
    one, several = SIZES.get(problem.size_name, (problem.size_name.replace("_", " "),) * 2)
    return f"{size} {one if size == 1 else several}"


def what_is_counted(problem: BenchmarkProblem) -> str:
    """The unit of a size, such as "numbers"."""
    return SIZES.get(problem.size_name, ("", problem.size_name.replace("_", " ")))[1]


def in_words(value: Any) -> str:
    """Plain data as a page writes it: no brackets, quotes or names of Python."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {in_words(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
