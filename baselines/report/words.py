"""Words of the page: settings and short heads of tables as people say them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

HEADS = {
    "n": "runs",
    "params": "parameters",
    "lr": "learning rate",
    "CPU s": "CPU-seconds",
    "P": "probability",
    "on": "problems",
    "95 %": "95 % interval",
    "rank, 95 %": "rank, 95 % interval",
}
"""Heads that are short in a terminal, as they are on a page."""
OUTER_LOOPS = {
    "bptt": "backpropagation through time",
    "backprop": "backpropagation through time",  # as earlier results call it
    "ppo": "proximal policy optimisation (PPO)",
    "es": "evolution strategies",
    "pes": "persistent evolution strategies",
    "cmaes": "covariance matrix adaptation (CMA-ES)",
    "imitation": "imitation of a handcrafted policy",
}
"""What trains, by its kind."""
SIZES = {"dims": "numbers"}
"""Arguments that are sizes of a task and whose names are no words."""
SIZE = re.compile(rf"\b({'|'.join(SIZES)})\b")
INTERVAL = re.compile(r"(?<=\d)\.\.(?=-?\d)")
"""Between the ends of an interval in a terminal, where every column counts."""
BARE = re.compile(r"(?<![\d.])\.(?=\d)")
"""The point of a fraction without its zero."""
SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
"""A name of Python's."""


def spelled(text: str) -> str:
    """A head, a cell or a caption of a table, spelled out."""
    text = INTERVAL.sub(" to ", HEADS.get(text, text)).replace("CPU s:", "CPU-seconds:")
    text = BARE.sub("0.", text)
    text = SIZE.sub(lambda found: SIZES[found[0]], text)
    return SNAKE.sub(lambda found: found[0].replace("_", " "), text)


def size_name(argument: str) -> str:
    """What a task has more or fewer of."""
    return SIZES.get(argument, argument)


def capital(text: str) -> str:
    """With a capital letter in front, as titles have it."""
    return text[:1].upper() + text[1:]


def in_words(value: Any) -> str:
    """A setting, or several, without a trace of Python: names and values, lists by "and"."""
    if isinstance(value, Mapping):
        told = {name: each for name, each in value.items() if each not in (None, [], ())}
        return ", ".join(f"{size_name(str(name)).replace('_', ' ')} {in_words(each)}" for name, each in told.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    if isinstance(value, Sequence):
        if value and all(isinstance(each, Mapping) for each in value):
            return "; then ".join(f"({in_words(each)})" for each in value)
        return " to ".join(map(in_words, value)) if len(value) == 2 else " and ".join(map(in_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
