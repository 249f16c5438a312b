"""Turns: who moves when, and what experts are told about it.

What is handed over instead of learned grows from part to part: nothing ("all_at_once"); flags that say whose turn it is
("flags"); that only the output whose turn it is, or just was, moves ("stick"); and whole trials, whose experts are told
the difference that they made ("rounds"), so that what is left to learn is how far to try, what to make of the answer,
and when to stop. Axis letters as in `agents`; C numbers that a part carries on for each port.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from agents.parts.inputs import inputs_size, summed_error, with_change
from agents.parts.membrane import Membrane
from agents.parts.state import BadgerState

LARGEST_MOVE = 2.0
"""From one end of the range of outputs to the other."""


class Turn(NamedTuple):
    """What a step is."""

    inputs: Tensor  # (B, P, inputs) what ports show to experts
    bonds: Tensor | None  # (B, E, P) as before, or new
    clock: Tensor  # (B, P, C)
    moving: Tensor | None = None  # (B, P) bool, whose outputs may move; None: all
    called: Tensor | None = None  # (B, P) bool, whose experts think; None: all
    renewed: Tensor | None = None  # (B, P) bool, whose experts forget before they think; None: none


class AllAtOnce:
    """Nobody waits: all experts think and all outputs move in every step.

    Args:
        features: numbers that a port shows (F).
        actions: entries that a port takes (A).
        error_feature: which of the numbers is the error; None where a part need not know.
    """

    clock_size = 0
    """Numbers that it carries on for each port (C)."""

    def __init__(self, features: int, actions: int, error_feature: int | None) -> None:
        self.actions, self.error_feature = actions, error_feature
        self.inputs = inputs_size(features, error_feature)
        """Numbers that a port offers to read."""

    def initial_clock(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        """What is carried on, at the start of B lifetimes, float32 (B, P, C) on the CPU."""
        return torch.zeros(batch, ports, self.clock_size)

    def begin(self, observation: Tensor, state: BadgerState, membrane: Membrane) -> Turn:
        """What the next step is; observation is (B, P, F)."""
        return Turn(with_change(observation, state.previous, self.error_feature), state.bonds, state.clock)

    def end(self, outputs: Tensor, turn: Turn, state: BadgerState) -> tuple[Tensor, Tensor]:
        """Actions (B, P, A) and the next clock (B, P, C), of what experts write to ports (B, P, A), not squashed."""
        return hold(torch.tanh(outputs), turn, state.action), turn.clock


class Recall(AllAtOnce):
    """Nobody waits either, but a port is also shown what it put out one step before: what was wrong with it is the
    difference to what is told now."""

    def __init__(self, features: int, actions: int, error_feature: int | None) -> None:
        super().__init__(features, actions, error_feature)
        self.inputs += actions

    def begin(self, observation: Tensor, state: BadgerState, membrane: Membrane) -> Turn:
        turn = super().begin(observation, state, membrane)
        return turn._replace(inputs=torch.cat([turn.inputs, state.action], dim=2))  # (B, P, inputs)


class Flags(AllAtOnce):
    """Ports are also shown whether it is their turn, or just was. The turn goes round in a random order."""

    clock_size = 2  # place in the order, steps so far

    def __init__(self, features: int, actions: int, error_feature: int | None) -> None:
        super().__init__(features, actions, error_feature)
        self.inputs += 2

    def initial_clock(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        place = torch.rand(batch, ports, generator=generator).argsort(dim=1)  # (B, P)
        return torch.stack([place.float(), torch.zeros(batch, ports)], dim=2)  # (B, P, 2)

    def begin(self, observation: Tensor, state: BadgerState, membrane: Membrane) -> Turn:
        place, time = state.clock.unbind(dim=2)  # 2 x (B, P)
        ports = place.shape[1]
        mine, before = (place == time % ports), (place == (time - 1.0) % ports) & (time > 0.0)  # 2 x (B, P)
        flags = torch.stack([mine, before], dim=2).to(observation.dtype)  # (B, P, 2)
        inputs = torch.cat([with_change(observation, state.previous, self.error_feature), flags], dim=2)
        clock = torch.stack([place, time + 1.0], dim=2)  # (B, P, 2)
        return Turn(inputs, state.bonds, clock, moving=self.moving(mine, before))

    def moving(self, mine: Tensor, before: Tensor) -> Tensor | None:
        """Whose outputs may move, of whose turn it is and whose it just was, bool (B, P)."""
        return None


class Stick(Flags):
    """A talking stick goes round. Only the port that has it, or just had it, moves its output; all hear and think."""

    def moving(self, mine: Tensor, before: Tensor) -> Tensor | None:
        return mine | before


class Rounds(AllAtOnce):
    """Rounds of trials, then a decision.

    In a round each port in turn, in a random order, tries an output while the others rest at what was decided, and its
    expert is told how that changed the error. Then all decide at once. An expert thinks when it tries, when it is told,
    and when it decides; it forgets before it tries. Experts that are fewer than ports are bound anew in each round, to
    ports that were served least, so that one may serve many, in P + ceil(P / E) steps.
    """

    def __init__(self, features: int, actions: int, error_feature: int | None) -> None:
        super().__init__(features, actions, error_feature)
        self.inputs = 2 * actions + 5
        self.clock_size = actions + 4

    def initial_clock(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        decided_rest_served_position = torch.zeros(batch, ports, self.actions + 3)  # (B, P, A + 3)
        order = torch.rand(batch, ports, 1, generator=generator)  # (B, P, 1)
        return torch.cat([decided_rest_served_position, order], dim=2)  # (B, P, C)

    def begin(self, observation: Tensor, state: BadgerState, membrane: Membrane) -> Turn:
        decided, clock = state.clock[..., : self.actions], state.clock[..., self.actions :]  # (B, P, A), (B, P, 4)
        rest, served, position, order = clock.unbind(dim=2)  # 4 x (B, P)
        begins, bonds = position == 0.0, state.bonds  # (B, P)
        assert self.error_feature is not None
        error = summed_error(observation, self.error_feature)  # (B, P)
        rest = torch.where(begins, error, rest)
        if bonds is not None and bonds.shape[1] < bonds.shape[2]:
            new = membrane.bind(state.identity, state.addresses, closed=served > served.amin(dim=1, keepdim=True))
            assert new is not None
            bonds = torch.where(begins[:, None], new, bonds)  # (B, E, P)
        bound = torch.ones_like(begins) if bonds is None else bonds.sum(dim=1) > 0.0  # (B, P)
        earlier = bound[:, None] & (order[:, None] < order[:, :, None])  # (B, P, P)
        place = earlier.sum(dim=2).to(position.dtype)  # (B, P) of each port in the round
        mine, before = bound & (place == position), bound & (place == position - 1.0)  # 2 x (B, P)
        deciding = bound & (position == bound.sum(dim=1, keepdim=True))  # (B, P)
        told = torch.where(before, error - rest, 0.0)  # (B, P)
        numbers = torch.stack([torch.tanh(rest), told, *(mask.to(rest.dtype) for mask in (mine, before, deciding))], 2)
        inputs = torch.cat([decided, state.action - decided, numbers], dim=2)  # (B, P, 2A + 5)
        decides = deciding.any(dim=1, keepdim=True)  # (B, 1)
        position = torch.where(decides, 0.0, position + 1.0)  # (B, P)
        following = torch.stack([rest, served + deciding.to(served.dtype), position, order], dim=2)  # (B, P, 4)
        clock = torch.cat([decided, following], dim=2)  # (B, P, C)
        return Turn(inputs, bonds, clock, mine | deciding, called=mine | before | deciding, renewed=mine)

    def end(self, outputs: Tensor, turn: Turn, state: BadgerState) -> tuple[Tensor, Tensor]:
        decided, clock = turn.clock[..., : self.actions], turn.clock[..., self.actions :]  # (B, P, A), (B, P, 4)
        moved = (decided + LARGEST_MOVE * torch.tanh(outputs)).clamp(-1.0, 1.0)  # (B, P, A)
        action = hold(moved, turn, decided)  # (B, P, A)
        decides = clock[..., 2:3] == 0.0  # (B, P, 1) the next step begins a round
        return action, torch.cat([torch.where(decides, action, decided), clock], dim=2)  # (B, P, C)


def hold(action: Tensor, turn: Turn, held: Tensor) -> Tensor:
    """The actions (B, P, A) of ports that experts serve and that may move, and what is held (B, P, A) at the others."""
    if turn.bonds is not None:
        action = torch.where(turn.bonds.sum(dim=1)[..., None] > 0.0, action, held)  # (B, P, A)
    return action if turn.moving is None else torch.where(turn.moving[..., None], action, held)


def of_experts(ports: Tensor, bonds: Tensor | None) -> Tensor:
    """Which experts are meant where ports are, bool (B, P) -> (B, E, 1)."""
    mask = ports[..., None]  # (B, P, 1)
    return mask if bonds is None else bonds @ mask.to(bonds.dtype) > 0.0  # (B, E, 1)
