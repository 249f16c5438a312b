"""How well routing can be done by elimination: the reference's probes, and its expected error step by step.

With n ports. An output that knows c candidates, one of them right, answers their mean and errs 1 - 1/c of what 0 errs.
Axis letters as in `badger_envs.core.task`; T steps.
"""

import numpy as np
import numpy.typing as npt

from badger_envs.core.spec import Measured, ReferenceReturns
from badger_envs.envs.routing.task import MAX_SQUARE, Routing

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PROBE = 0.125
"""How far one output is moved to learn its wanted number from the reward. Smaller would be cheaper; but rounding
errors, divided by the probe, must stay far below the distance of two inputs."""
MIN_SIGN_PROBE = 2.0**-16
"""How far the first of a group of outputs is moved to learn their wanted signs from one reward; each next one is moved
twice as far, so that every combination of signs makes another reward. Large against rounding errors."""
MAX_GROUP = 16
"""Most outputs whose signs are learned at once; the last of them is moved by 1/2."""


def reference_returns(task: Routing, measured: Measured) -> ReferenceReturns:
    """What each step's outputs err, in expectation, summed over the lifetime."""
    return ReferenceReturns(
        chance=-float(task.horizon),
        reference=float(reference_curve(task).sum()),
        lowest=-task.error_scale * MAX_SQUARE * task.horizon,
        highest=0.0,
        local_optima={"mean": task.horizon * (1.0 / task.ports - 1.0)},
    )


def reference_curve(task: Routing) -> Floats:
    """Expected reward of the reference policy at each step of a lifetime, (T,)."""
    steps = np.arange(task.horizon)  # (T,)
    known = steps % task.stretch  # (T,) steps that this permutation was seen for
    last = (known == task.stretch - 1) | (steps == task.horizon - 1)  # (T,)
    if task.feedback == "supervised":
        return 0.0 - supervised_errors(task.ports, task.values, known)
    if task.values == "binary":
        return 0.0 - signs_from_reward_errors(task.ports, known, last)
    return 0.0 - numbers_from_reward_errors(task.ports, known, last, task.error_scale)


def sign_groups(ports: int) -> Ints:
    """Which outputs learn their signs together, (P,): numbers of groups of like size, in order."""
    count = -(-ports // MAX_GROUP)
    return np.arange(ports) // -(-ports // count)


def sign_probes(ports: int) -> Floats:
    """How far each output is moved, (P,): doubled from one to the next within its group."""
    groups = sign_groups(ports)  # (P,)
    doublings = np.arange(ports) - np.searchsorted(groups, groups)  # (P,)
    return np.asarray(MIN_SIGN_PROBE * 2.0**doublings, np.float64)


def supervised_errors(ports: int, values: str, known: Ints) -> Floats:
    """Expected error (T,) after every output saw its wanted value in `known` (T,) steps of this permutation."""
    if values == "binary":
        return _binary_errors(ports, known)
    errors: Floats = np.where(known == 0, 1.0 - 1.0 / ports, 0.0)
    return errors


def numbers_from_reward_errors(ports: int, known: Ints, last: Bools, scale: float) -> Floats:
    """Expected error (T,) where one number is found per step: u unknown ones err (u - 1)/n, and a probe its square.

    Args:
        ports: n.
        known: (T,), steps of this permutation that were seen.
        last: (T,), whether nothing more can be learned of it, so that a probe would be useless.
        scale: error of missing every wanted number by 1.
    """
    unknown = np.maximum(ports - known, 1)  # (T,) the last one follows from all others
    cost = scale * PROBE**2 * ((unknown > 1) & ~last)  # (T,)
    errors: Floats = ((unknown - 1) + cost) / ports
    return errors


def signs_from_reward_errors(ports: int, known: Ints, last: Bools) -> Floats:
    """Expected error (T,) where groups of outputs learn their signs in turn; arguments as above."""
    group = sign_groups(ports)  # (P,)
    groups = int(group[-1]) + 1
    seen = (known[:, None] - group + groups - 1) // groups  # (T, P) how often each output saw its sign
    errors = _binary_errors(ports, seen)  # (T, P)
    # Each of the others is still a candidate with probability 2**-k, and shows another sign half of the time.
    unsure = 1.0 - (1.0 - 0.5 ** (seen + 1)) ** (ports - 1)  # (T, P) that the candidates disagree right now
    if groups > 1:  # then outputs that are not sure give 0, except where it is the last time
        errors = np.where(last[:, None], errors, unsure)  # (T, P)
    probed = (known[:, None] % groups == group) & ~last[:, None]  # (T, P)
    mean: Floats = (errors + probed * unsure * sign_probes(ports) ** 2).mean(axis=1)  # (T,)
    return mean


def _binary_errors(ports: int, seen: Ints) -> Floats:
    """Expected error of an output after k signs seen, any shape.

    Each of the other inputs agreed by chance with probability q = 2**-k, so the mean of 1/c is
    (1 - (1 - q)**n) / (n q), a geometric series: the mean of (1 - q)**j over j = 0 .. n - 1.
    """
    others = 1.0 - 0.5**seen  # (...)
    errors: Floats = 1.0 - (others[..., None] ** np.arange(ports)).mean(axis=-1)
    return errors
