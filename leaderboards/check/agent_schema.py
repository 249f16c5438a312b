"""What the JSON beside a submission's weights may say of an agent, known without torch: what `agents.config` says.

Numbers have an upper end here that agents do not have, since whoever runs a submission again must have the memory.
"""

from dataclasses import MISSING
from typing import Any

from agents.config import CONFIGS, FORMATS, config_fields
from agents.fingerprint import complaint
from agents.parts import OF_PAIRS
from leaderboards.schema.errors import short_repr

__all__ = ["CONFIGS", "FORMATS", "OF_PAIRS", "complaint", "config_errors", "make_config"]

MAX_SIZE = 4096
"""Of a size of weights, which the size of their file holds down besides."""
MAX_SIZES = {
    "rounds": 32, "identity_size": 256, "in_degree": 64, "experts": 64, "ports": 64, "max_ports": 64, "kinds": 64,
    "layers": 8, "blocks": 8, "heads": 16, "window": 256, "free_rounds": 32,
    "slots": 64,
}  # fmt: skip
"""No weights hold these fields down, and time and memory grow with them."""


def config_errors(kind: str, config: dict[str, Any], format: int) -> list[tuple[str, str]]:
    """Fields of an agent's config, as its file calls them, and what is wrong with them.

    Args:
        kind: a name in `agents.config.CONFIGS`.
        config: from a file.
        format: of the file.
    """
    known = config_fields(kind, format)
    errors = []
    for name, field in known.items():
        if field.default is MISSING and name not in config:
            errors.append((name, "must be there"))
    for name, value in config.items():
        if name not in known:
            errors.append((name, f"is no field of this kind, got {short_repr(value)}"))
        elif isinstance(value, int) and value > (most := MAX_SIZES.get(known[name].name, MAX_SIZE)):
            errors.append((name, f"must be at most {most}, got {short_repr(value)}"))
    if not errors:
        try:
            make_config(kind, config, format)
        except ValueError as error:  # "field must be ..., got ..."
            argument, _, reason = str(error).partition(" ")
            name = next(name for name, field in known.items() if field.name == argument)
            errors.append((name, f"{reason.rpartition(', got ')[0]}, got {short_repr(config.get(name))}"))
    return errors


def make_config(kind: str, config: dict[str, Any], format: int) -> Any:
    """The config that a file of a format says, as the dataclass of its kind.

    Raises:
        ValueError: A value is not allowed.
    """
    known = config_fields(kind, format)
    return CONFIGS[kind](**{known[name].name: value for name, value in config.items()})
