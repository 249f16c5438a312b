"""Numbers as the pages write them."""

POWERS = ((12, "T"), (9, "G"), (6, "M"), (3, "k"))
"""Of ten, and the letter that stands for it."""


def count(value: float) -> str:
    """12345 as 12,345; of what is not an integer, such as seconds, decimals that matter."""
    return f"{value:.1f}" if isinstance(value, float) and value < 10.0 else f"{value:,.0f}"


def compact(value: float) -> str:
    """12345678 as 12.35M; seconds as `count` does."""
    if isinstance(value, float) or value < 10_000:
        return count(value)
    power, letter = next((power, letter) for power, letter in POWERS if value >= 10**power)
    return f"{value / 10**power:.4g}{letter}"
