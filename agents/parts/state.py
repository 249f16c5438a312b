"""What a Badger carries from step to step. Axis letters as in `agents`."""

from typing import NamedTuple

from torch import Tensor


class BadgerState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, E, H)
    private: Tensor  # (B, E, S) what else an expert carries on
    identity: Tensor  # (B, E, I) constant
    addresses: Tensor  # (B, P, key) constant; of edges their two ports, (B, E, 2)
    bonds: Tensor | None  # (B, E, P) who serves which port; None: the membrane makes none
    action: Tensor  # (B, P, A) one step before, 0 at first; ports without experts hold it
    clock: Tensor  # (B, P, C) what turns carry on
    previous: Tensor | None  # (B, P, F) observation one step before, None at first
    neighbours: Tensor | None  # (B, E, D) whom each expert hears, -1 for none; constant. None: each hears all
    rounds: Tensor  # (B,) int64, how many the step before used, 0 at first
