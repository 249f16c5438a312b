"""What is read, and how many bits it is worth.

Readers are fitted on some lives and measured on others, so chance finds nothing in noise. Letters: R readings (moments,
experts or rounds that are read one by one), B lives, D numbers that are read, V hidden variables, C classes of a
variable, O outputs of a reader: the log-odds of the C classes of each variable, or one number.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]

MOST_CLASSES = 12
"""A variable with no more values than this is one of classes; with more it is a number."""
MOST_BITS = 10.0
"""Of a number, which has no end of digits: read to a thousandth of its spread is as good as known."""
MOST_READ = 96
"""Numbers; of more, that many principal components are read, which bounds the time."""
MEASURED, CHOSEN = 3, 5
"""One life in so many is measured on; of the others, one in so many says how far to fit."""
TINY = 1e-30


class Hidden(NamedTuple):
    """Variables to be read, all of which vary."""

    values: Array  # (B, V) numbers, or the numbers of classes
    classes: tuple[int, ...]  # (V,) how many classes; 0 for a number

    @property
    def columns(self) -> npt.NDArray[np.int_]:
        """Where in the outputs each variable begins, (V + 1,), and where all end."""
        return np.cumsum([0, *(count or 1 for count in self.classes)])

    @property
    def entropy(self) -> float:
        """Bits that there are to be read in the variables of classes, each for itself."""
        return float(sum(entropy(self.values[:, v]) for v, count in enumerate(self.classes) if count))


class Parts(NamedTuple):
    """Which lives are fitted to, which say how far, and which are measured on."""

    fit: slice
    choose: slice
    measure: slice

    @classmethod
    def of(cls, lives: int) -> "Parts":
        """Of so many lives."""
        measured = lives // MEASURED
        chosen = (lives - measured) // CHOSEN
        ends = (lives - measured - chosen, lives - measured)
        return cls(slice(0, ends[0]), slice(*ends), slice(ends[1], lives))


def hidden_variables(values: Array, most: int) -> Hidden:
    """Those columns of (B, N) that vary, at most so many of them, evenly chosen."""
    varied = [column for column in values.T if column.max() > column.min()]
    places = np.linspace(0, len(varied) - 1, min(most, len(varied))).round().astype(int)
    columns, classes = [], []
    for place in np.unique(places):
        levels, number = np.unique(varied[place], return_inverse=True)
        few = len(levels) <= MOST_CLASSES
        columns.append(number.astype(float) if few else varied[place].astype(float))
        classes.append(len(levels) if few else 0)
    return Hidden(np.stack(columns, axis=1) if columns else np.zeros((len(values), 0)), tuple(classes))  # (B, V)


def standardised(memory: Array) -> Array:
    """Of (R, B, D), each number in units of its spread; of too many their first principal components."""
    fit = Parts.of(memory.shape[1]).fit
    centre = memory[:, fit].mean(axis=1, keepdims=True)  # (R, 1, D)
    spread = memory[:, fit].std(axis=1, keepdims=True)  # (R, 1, D)
    alive = spread > 1e-6 * np.maximum(1.0, np.abs(centre))  # (R, 1, D) the rest is noise of the arithmetic
    read = np.where(alive, (memory - centre) / np.where(alive, spread, 1.0), 0.0).clip(-10.0, 10.0)  # (R, B, D)
    if read.shape[2] <= MOST_READ:
        return read
    components = np.linalg.svd(read[:, fit], full_matrices=False)[2][:, :MOST_READ]  # (R, MOST_READ, D)
    shown = read @ components.transpose(0, 2, 1)  # (R, B, MOST_READ)
    largest = shown[:, fit].std(axis=1, keepdims=True).max(axis=2, keepdims=True)  # (R, 1, 1)
    return np.asarray(shown / np.maximum(largest, 1e-6))


def losses(outputs: Array, hidden: Hidden, part: slice) -> Array:
    """Of outputs (R, lives of the part, O): bits of cross-entropy or mean square errors, (R, V)."""
    found = []
    for variable, (first, count) in enumerate(zip(hidden.columns, hidden.classes, strict=False)):
        wanted = hidden.values[part, variable]  # (B,)
        if count:
            odds = outputs[..., first : first + count]  # (R, B, C)
            odds = odds - odds.max(axis=2, keepdims=True)
            likely = odds - np.log(np.exp(odds).sum(axis=2, keepdims=True))  # (R, B, C)
            right = likely[:, np.arange(len(wanted)), wanted.astype(int)]  # (R, B)
            found.append(-right.mean(axis=1) / np.log(2.0))
        else:
            found.append(np.square(outputs[..., first] - wanted).mean(axis=1))
    return np.stack(found, axis=1)


def bits(loss: Array, hidden: Hidden) -> Array:
    """What losses (R, V) on the measured lives are worth, (R, V) bits: never below 0, never above the entropy.

    Of classes their entropy minus the cross-entropy; of numbers half the binary logarithm of their variance over the
    mean square error, at most `MOST_BITS`.
    """
    values = hidden.values[Parts.of(len(hidden.values)).measure]  # (B, V)
    found = np.zeros(loss.shape)
    for variable, count in enumerate(hidden.classes):
        if count:
            found[:, variable] = entropy(values[:, variable]) - loss[:, variable]
        else:
            ratio = (values[:, variable].var() + TINY) / (loss[:, variable] + TINY)
            found[:, variable] = np.minimum(0.5 * np.log2(ratio), MOST_BITS)
    return np.maximum(found, 0.0)


def entropy(labels: Array) -> float:
    """Bits, by how often each value is there."""
    share = np.unique(labels, return_counts=True)[1] / max(len(labels), 1)
    return float(-(share * np.log2(share)).sum())


class Best:
    """For each reading and variable the outputs for all lives, from when those that are kept for choosing lost least.

    Args:
        readings: R.
        hidden: of B lives.
    """

    def __init__(self, readings: int, hidden: Hidden) -> None:
        self._hidden, self._part = hidden, Parts.of(len(hidden.values)).choose
        self._least = np.full((readings, len(hidden.classes)), np.inf)
        self.outputs: Array = np.zeros((readings, len(hidden.values), hidden.columns[-1]))
        """(R, B, O)."""

    def see(self, outputs: Callable[[slice], Array]) -> None:
        """Look at a moment: a function of some lives that gives outputs (R, lives, O)."""
        loss = losses(outputs(self._part), self._hidden, self._part)  # (R, V)
        better = loss < self._least
        if better.any():
            self._least = np.where(better, loss, self._least)
            wide = np.repeat(better, np.diff(self._hidden.columns), axis=1)[:, None]  # (R, 1, O)
            self.outputs = np.where(wide, outputs(slice(None)), self.outputs)

    def bits(self) -> Array:
        """What these outputs are worth, (R, V)."""
        measure = Parts.of(len(self._hidden.values)).measure
        return bits(losses(self.outputs[:, measure], self._hidden, measure), self._hidden)
