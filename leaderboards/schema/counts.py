"""How many items lists and objects of strangers may have, asked before anything else is: every item takes time.

What a model allows is asked later, item by item. A list of a million wrong ones would take minutes and gigabytes there.
"""

from collections.abc import Mapping
from typing import Any

from leaderboards.schema.errors import ErrorDetails, SubmissionError

MAX_ITEMS = 100
"""Of an object, and of every list of which nothing else is said."""


def require_few(content: Any, longest: Mapping[str, int], file: str) -> None:
    """Refuse plain data whose lists or objects are too long.

    Args:
        content: of a JSON file.
        longest: key of a list -> how many items it may have, in place of `MAX_ITEMS`.
        file: its name.

    Raises:
        SubmissionError: naming the first that is.
    """
    left: list[tuple[str, str, Any]] = [("", "", content)] if isinstance(content, dict | list) else []
    while left:
        key, place, value = left.pop()
        most = longest.get(key, MAX_ITEMS) if isinstance(value, list) else MAX_ITEMS
        if len(value) > most:
            what = "keys" if isinstance(value, dict) else "items"
            reason = f"must have at most {most} {what}, got {len(value)}"
            raise SubmissionError([ErrorDetails(file, place.removeprefix("."), reason)])
        if isinstance(value, dict):
            for name, part in value.items():
                if isinstance(part, dict | list):
                    left.append((name, f"{place}.{name[:MAX_ITEMS]}", part))
        elif value and isinstance(value[0], dict | list):  # where the first is none, such an item is wrong anyhow
            left += [("", f"{place}[{n}]", part) for n, part in enumerate(value) if isinstance(part, dict | list)]
