"""The score of the exercise. Axis letters as in `badger_envs.core.task`; I items."""

from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, namespace

PEOPLE = {"people alone": 46.99, "people in groups": 36.88}
"""Mean points in the exercise with 15 items: 119 people, and the 25 groups of them (Hamada, Nakayama, Saiki 2020)."""
_PER_UNIT, _ITEMS = float(1 << 20), 32  # positions are told apart to 1e-6, items by numbers below 32


def points(positions: Array, target: Array) -> Array:
    """The sum of how many places each item is off, as a mean over ports.

    Positions that differ by less than 1e-6 may count as the same; of those the item with the smaller number is put
    first, on every backend.

    Args:
        positions: in [-1, 1], (B, P, I).
        target: the right ones, evenly spaced from -1 to 1, (B, I).

    Returns:
        (B,).
    """
    xp, (_, members, items) = namespace(positions), positions.shape
    numbers = xp.arange(items, dtype=xp.int32, device=device_of(positions))  # (I,)
    places = xp.astype(xp.round((target + 1.0) * ((items - 1) / 2.0)), xp.int32)  # (B, I)
    labels = (numbers * _ITEMS + places)[:, None]  # (B, 1, I)
    # Whole numbers, of which no two are the same, are sorted fast, and what they end in is the place to be at.
    ordered = xp.sort(xp.astype(xp.floor(positions * _PER_UNIT), xp.int32) * _ITEMS**2 + labels, stable=False)
    off = xp.abs(xp.bitwise_and(ordered, xp.full_like(ordered, _ITEMS - 1)) - numbers)  # (B, P, I)
    total = xp.sum(xp.reshape(off, (off.shape[0], -1)), axis=1)  # (B,)
    return xp.astype(total, target.dtype) / members
