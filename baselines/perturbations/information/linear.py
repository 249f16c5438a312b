"""Linear readers: ridge regression for numbers, logistic regression for classes.

Letters as in `baselines.perturbations.information.readers`.
"""

from typing import Any

import numpy as np

from baselines.perturbations.information.readers import Array, Best, Hidden, Parts, standardised

PENALTIES = tuple(10.0**power for power in range(-6, 4, 2))
"""Of ridge regression, in units of the mean square of what is read."""
STEPS, LOOKED_AT = 120, 10
"""Of gradient descent in logistic regression; how often the lives that say how far to fit are looked at."""


def linear_reader(memory: Array, hidden: Hidden) -> Best:
    """Fit linear readers, one for each reading.

    Args:
        memory: (R, B, D).
        hidden: of the same B lives, at least one variable.
    """
    read, best = standardised(memory), Best(len(memory), hidden)  # (R, B, D)
    parts, starts = Parts.of(read.shape[1]), hidden.columns
    wanted = np.zeros((len(hidden.values), starts[-1]))  # (B, O)
    of_classes = np.repeat(np.array(hidden.classes) > 0, np.diff(starts))  # (O,)
    for variable, (first, count) in enumerate(zip(starts, hidden.classes, strict=False)):
        values = hidden.values[:, variable]
        wanted[:, first : first + (count or 1)] = np.eye(count)[values.astype(int)] if count else values[:, None]
    if not of_classes.all():
        _ridge(read, wanted, parts, best)
    if of_classes.any():
        _logistic(read, wanted * of_classes, of_classes, parts, best, hidden)
    return best


def _ridge(read: Array, wanted: Array, parts: Parts, best: Best) -> None:
    """Ridge regression of (B, O) on (R, B, D), with each penalty; shares taken for log-odds are linear readers too."""
    centre, mean = read[:, parts.fit].mean(axis=1, keepdims=True), wanted[parts.fit].mean(axis=0)  # (R, 1, D), (O,)
    shown = read[:, parts.fit] - centre  # (R, B, D)
    across = shown.transpose(0, 2, 1) / shown.shape[1]  # (R, D, B)
    square, product = across @ shown, across @ (wanted[parts.fit] - mean)  # (R, D, D), (R, D, O)
    scale = np.maximum(np.trace(square, axis1=1, axis2=2) / square.shape[1], 1e-9)[:, None, None]  # (R, 1, 1)
    for penalty in PENALTIES:
        weights = np.linalg.solve(square + penalty * scale * np.eye(square.shape[1]), product)  # (R, D, O)
        best.see(lambda part, weights=weights: (read[:, part] - centre) @ weights + mean)  # type: ignore[misc]


def _logistic(read: Array, wanted: Array, of_classes: Any, parts: Parts, best: Best, hidden: Hidden) -> None:
    """Nesterov's accelerated descent from zero, which looks at lives kept for choosing now and then."""
    starts, sizes = hidden.columns[:-1], np.diff(hidden.columns)
    read = np.concatenate([read, np.ones_like(read[..., :1])], axis=2).astype(np.float32)  # (R, B, D + 1)
    shown, hot = read[:, parts.fit], wanted[parts.fit].astype(np.float32)  # (R, B, D + 1), (B, O)
    across = shown.transpose(0, 2, 1) / shown.shape[1]  # (R, D + 1, B)
    curvature = 0.5 * np.linalg.eigvalsh(across @ shown)[:, -1]  # (R,) the loss curves no more than that
    rate = (1.0 / np.maximum(curvature, 1e-6))[:, None, None].astype(np.float32)  # (R, 1, 1)
    weights = np.zeros((len(read), read.shape[2], len(of_classes)), np.float32)  # (R, D + 1, O)
    ahead = weights
    for step in range(STEPS):
        odds = shown @ ahead  # (R, B, O)
        raised = np.exp(odds - np.repeat(np.maximum.reduceat(odds, starts, axis=2), sizes, axis=2))  # (R, B, O)
        likely = raised / np.repeat(np.add.reduceat(raised, starts, axis=2), sizes, axis=2)  # (R, B, O)
        following = ahead - rate * (across @ ((likely - hot) * of_classes))  # (R, D + 1, O)
        ahead = following + np.float32(step / (step + 3.0)) * (following - weights)  # (R, D + 1, O)
        weights = following
        if step % LOOKED_AT == LOOKED_AT - 1 or step < 3:
            # What belongs to numbers stays 0 here, and ridge regression is better than that.
            best.see(lambda part, weights=weights: read[:, part] @ weights)  # type: ignore[misc]
