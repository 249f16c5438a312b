"""Which weights an agent of a config has, known without torch: names and shapes, as `agents` makes them.

A file that says otherwise could never be loaded. Parts that are not listed here are not judged: whoever adds one may
add a line, and the tests compare all lines with torch.
"""

from collections.abc import Callable
from typing import Any

Shapes = dict[str, tuple[int, ...]]
ADDRESS_SIZE = 12
"""Of an associative memory."""
TURN_INPUTS: dict[str, Callable[[Any, int], int]] = {
    "all_at_once": lambda config, shown: shown,
    "flags": lambda config, shown: shown + 2,
    "stick": lambda config, shown: shown + 2,
    "rounds": lambda config, shown: 2 * config.port_actions + 5,
}
"""Turns -> numbers that a membrane reads at a port, of how many are shown."""


def weight_shapes(kind: str, config: Any) -> Shapes | None:
    """Name -> shape of all weights; None where this is not known.

    Args:
        kind: of agent.
        config: of `agents.config`.
    """
    try:
        return KINDS[kind](config)
    except KeyError:  # a kind or a part that is not listed
        return None


def linear(name: str, inputs: int, outputs: int, *, bias: bool = True) -> Shapes:
    """Of `torch.nn.Linear`."""
    return {f"{name}.weight": (outputs, inputs)} | ({f"{name}.bias": (outputs,)} if bias else {})


def recurrent(name: str, gates: int, inputs: int, hidden: int) -> Shapes:
    """Of a recurrent cell with that many gates."""
    rows = gates * hidden
    shapes: Shapes = {f"{name}.weight_ih": (rows, inputs), f"{name}.weight_hh": (rows, hidden)}
    return shapes | {f"{name}.bias_ih": (rows,), f"{name}.bias_hh": (rows,)}


def _associative(name: str, inputs: int, hidden: int) -> Shapes:
    shapes = linear(f"{name}.address", inputs, ADDRESS_SIZE) | linear(f"{name}.note", inputs, hidden)
    return shapes | linear(f"{name}.rate", inputs, 1) | recurrent(f"{name}.cell", 3, inputs + hidden, hidden)


CELLS: dict[str, Callable[[str, int, int], Shapes]] = {
    "gru": lambda name, inputs, hidden: recurrent(name, 3, inputs, hidden),
    "lstm": lambda name, inputs, hidden: recurrent(name, 4, inputs, hidden),
    "feed_forward": lambda name, inputs, hidden: (
        linear(f"{name}.hidden", inputs, hidden) | linear(f"{name}.output", hidden, hidden)
    ),
    "associative": _associative,
}
MESSAGES: dict[str, Callable[[int, int], tuple[int, Shapes]]] = {
    "none": lambda hidden, size: (0, {}),
    "mean": lambda hidden, size: (size, linear("messages.speak", hidden, size)),
    "gated": lambda hidden, size: (
        size, linear("messages.speak", hidden, size) | linear("messages.gate", hidden, 1),
    ),
    "attention": lambda hidden, size: (size, linear("messages.project", hidden, 3 * size)),
    "rows_and_columns": lambda hidden, size: (2 * size, linear("messages.speak", hidden, 2 * size)),
}  # fmt: skip
"""Messages -> what an expert receives, and the weights."""


def _membrane(config: Any, inputs: int) -> tuple[int, Shapes]:
    """What an expert reads, and the weights."""
    hidden, actions, key = config.hidden_size, config.port_actions, config.key_size
    if config.membrane == "direct":
        return inputs, linear("membrane.act", hidden, actions)
    if config.membrane == "pairs":
        shapes = linear("membrane.act", hidden + inputs, actions)
        return 2 * inputs + 1, shapes | linear("membrane.vote", hidden, 1, bias=False)
    if config.membrane.endswith("bonds"):
        return inputs + key, linear("membrane.act", hidden, actions)
    raise KeyError(config.membrane)


def _badger(config: Any) -> Shapes:
    if config.kinds != 1 or config.hidden_experts is not None or config.activity != "all":
        raise KeyError("parts that are not listed")
    shown = 2 * (config.port_features + (config.error_feature is not None))
    read, membrane = _membrane(config, TURN_INPUTS[config.turns](config, shown))
    received, messages = MESSAGES[config.messages](config.hidden_size, config.message_size)
    known = 0 if config.membrane.endswith("bonds") or config.identity == "none" else config.identity_size
    return messages | membrane | CELLS[config.expert]("expert", read + received + known, config.hidden_size)


def _commnet(config: Any) -> Shapes:
    hidden = config.hidden_size
    known = 0 if config.identity == "none" else config.identity_size
    shapes = linear("encode", 2 * config.port_features + known, hidden) | linear("hear", hidden, hidden, bias=False)
    return shapes | recurrent("controller", 4, hidden, hidden) | linear("act", hidden, config.port_actions)


def _independent(config: Any) -> Shapes:
    ports, hidden = config.ports, config.hidden_size
    read = (ports, 2 * config.port_features + 1, 3 * hidden)
    return {"read": read, "keep": (ports, hidden + 1, 3 * hidden), "act": (ports, hidden + 1, config.port_actions)}


def _monolithic(config: Any) -> Shapes:
    cell = CELLS[config.cell]("cell", 2 * config.port_features * config.ports, config.hidden_size)
    return cell | linear("act", config.hidden_size, config.ports * config.port_actions)


KINDS: dict[str, Callable[[Any], Shapes]] = {
    "Badger": _badger,
    "CommNet": _commnet,
    "Independent": _independent,
    "Monolithic": _monolithic,
    "Handcrafted": lambda config: {"place": (0,)},
}
