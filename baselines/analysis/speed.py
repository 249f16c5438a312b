"""How fast a run learned: where its learning curve first reaches half of the reference, and stays there for a while."""

from collections.abc import Sequence

from baselines.results.run import CurvePoint

HALF = 0.5
"""Of the way from blind chance to the handcrafted reference."""
SMOOTH = 5
"""Points of a curve that are taken together, since one batch may be lucky."""


def half_way(curve: Sequence[CurvePoint]) -> CurvePoint | None:
    """The first point at which the mean over it and the four before it reaches half of the reference.

    Args:
        curve: of a run, by rising updates.

    Returns:
        The point, with its updates, environment steps and CPU-seconds; None where it is never reached.
    """
    for end in range(1, len(curve) + 1):
        last = curve[max(end - SMOOTH, 0) : end]
        if sum(point.score for point in last) / len(last) >= HALF:
            return curve[end - 1]
    return None
