"""Numbers as the pages write them."""

POWERS = ((12, "trillion"), (9, "billion"), (6, "million"))
"""Of ten, and what it is called."""


def count(value: float) -> str:
    """12345 as 12,345; of what is not an integer, such as seconds, decimals that matter."""
    return f"{value:.1f}" if isinstance(value, float) and value < 10.0 else f"{value:,.0f}"


def compact(value: float) -> str:
    """12345678 as 12.3 million; seconds, and what is less, as `count` does."""
    if isinstance(value, float) or value < 10**6:
        return count(value)
    power, word = next((power, word) for power, word in POWERS if value >= 10**power)
    return f"{value / 10**power:.3g} {word}" if value < 999.5 * 10**power else f"{value / 10**power:.0f} {word}"


def heat(score: float) -> str:
    """A score as a colour of the style sheet: "h0" at chance to "h10" at the reference and above, "hx" below chance."""
    return "hx" if score < -0.05 else f"h{min(max(round(10.0 * score), 0), 10)}"
