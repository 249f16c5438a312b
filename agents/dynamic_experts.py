"""Experts that are removed, added and cloned in mid-life. Axis letters as in `agents`."""

from abc import abstractmethod

import torch
from torch import Tensor

from agents.interface import Agent
from agents.parts import TIED
from agents.parts.experts import Expert
from agents.parts.identity import Identity
from agents.parts.schedules import in_turn, of_round, with_given
from agents.parts.topology import joined, renumbered, sample_topology
from agents.remembering import State


class DynamicExperts(Agent):
    """An agent whose experts are no ports, so that their number may change in its lifetime.

    Its state has the fields memory (B, E, H), private (B, E, S), identity (B, E, I), neighbours (B, E, D) and bonds
    (B, E, P), of which the last two may be None, and no others with an axis E; its config has the fields membrane,
    hidden_size, topology and in_degree.
    """

    identity: Identity
    expert: Expert

    @abstractmethod
    def rebound(self, state: State) -> State:
        """The state with new bonds where its own leave experts free or ports unserved.

        Bonds stay otherwise. An expert that is bound to another port forgets, since what it knew was about the other.
        """

    def accepts_experts(self, experts: int) -> bool:
        """Whether there can be that many: never where experts sit at ports, and no more than one-hot identities."""
        return self.config.membrane not in TIED and experts >= 1 and self.identity.accepts(experts)

    def remove_experts(self, state: State, keep: Tensor) -> State:
        """Remove experts with their memories; the others keep memories and identities, and their bonds unless some must
        serve ports that would have none.

        A topology is made anew for those who stay; in a random one they keep their neighbours.

        Args:
            state: any, of an agent whose experts are free.
            keep: bool (E,), which experts stay; at least one.

        Raises:
            ValueError: `keep` is none of that, or experts are tied to ports.
        """
        self._require_free_experts()
        experts = state.memory.shape[1]
        if keep.dtype != torch.bool or keep.shape != (experts,) or not bool(keep.any()):
            raise ValueError(f"keep must be bool of shape ({experts},) with at least one True, got {keep}")
        stay = keep.nonzero()[:, 0].to(state.memory.device)  # (those who stay,)
        of_experts = ("memory", "private", "identity", *(() if state.bonds is None else ("bonds",)))
        kept = {name: getattr(state, name)[:, stay] for name in of_experts}  # (B, E, ...)
        if self.config.topology == "random" and state.neighbours is not None and len(stay) > 1:
            neighbours: Tensor | None = renumbered(state.neighbours[:, stay], stay, experts)  # (B, E, D)
        else:
            neighbours = self._topology(len(state.memory), len(state.memory), len(stay), None)
        return self.rebound(state._replace(**kept, neighbours=neighbours))

    def add_experts(
        self, state: State, count: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> State:
        """Add `count` experts behind the others, with identities of their own and their first state.

        A topology is made anew for all; in a random one the others keep their neighbours and may also get new ones.

        Args:
            state: any, of an agent whose experts are free.
            count: number of experts to add (C), at least 1.
            generator: samples what is random in them; on the CPU.
            shared_across_batch: all lifetimes sample the same.

        Raises:
            ValueError: `count` is too small, one-hot identities run out, or experts are tied to ports.
        """
        self._require_free_experts()
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        batch = len(state.memory)
        added = self._initial_experts(batch, 1 if shared_across_batch else batch, count, generator)
        bonds = None if state.bonds is None else state.bonds.new_zeros(batch, count, state.bonds.shape[2])  # (B, C, P)
        return self._joined(state, added, bonds, generator, shared_across_batch)

    def clone_experts(
        self,
        state: State,
        which: Tensor,
        *,
        generator: torch.Generator | None = None,
        shared_across_batch: bool = False,
    ) -> State:
        """As `add_experts`, but with the memory, private state and bonds of experts there are.

        Args:
            which: int64 (C,), the experts that are copied, each as often as it is named.

        Raises:
            ValueError: As `add_experts`, or `which` names an expert that is not there.
        """
        self._require_free_experts()
        experts = state.memory.shape[1]
        named = which.dtype == torch.int64 and which.dim() == 1 and len(which) > 0
        if not named or not set(which.tolist()) <= set(range(experts)):
            raise ValueError(f"which must be int64 (C,) of experts from 0 to {experts - 1}, at least one, got {which}")
        which = which.to(state.memory.device)
        bonds = None if state.bonds is None else state.bonds[:, which]  # (B, C, P)
        added = state.memory[:, which], state.private[:, which]
        return self._joined(state, added, bonds, generator, shared_across_batch)

    def _joined(
        self,
        state: State,
        added: tuple[Tensor, Tensor],
        bonds: Tensor | None,
        generator: torch.Generator | None,
        shared_across_batch: bool,
    ) -> State:
        """The state with C more experts, whose memory and private state are `added`, (B, C, H) and (B, C, S), and
        whose bonds are (B, C, P)."""
        memory, private = added
        (batch, count), experts = memory.shape[:2], state.memory.shape[1]
        samples = 1 if shared_across_batch else batch
        identity = self.identity.more(state.identity, count, samples, generator)  # (B, C, I) or (1, C, I)
        identity = identity.to(self.device).expand(batch, -1, -1)  # (B, C, I)
        neighbours = self._topology(batch, samples, experts + count, generator)
        if self.config.topology == "random" and neighbours is not None and state.neighbours is not None:
            neighbours = joined(state.neighbours, neighbours)  # (B, E + C, D)
        together = state._replace(
            memory=torch.cat([state.memory, memory], dim=1),  # (B, E + C, H)
            private=torch.cat([state.private, private], dim=1),  # (B, E + C, S)
            identity=torch.cat([state.identity, identity], dim=1),  # (B, E + C, I)
            bonds=None if bonds is None else torch.cat([state.bonds, bonds], dim=1),  # (B, E + C, P)
            neighbours=neighbours,
        )
        return self.rebound(together)

    def _initial_experts(
        self, batch: int, samples: int, experts: int, generator: torch.Generator | None, roles: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Memory (B, E, H) and private state (B, E, S) at first; `samples` is 1 where they are shared by the batch."""
        memory, private = self.expert.initial_state(samples, experts, generator, roles)
        return memory.to(self.device).expand(batch, -1, -1), private.to(self.device).expand(batch, -1, -1)

    def _topology(
        self, batch: int, samples: int, experts: int, generator: torch.Generator | None, given: Tensor | None = None
    ) -> Tensor | None:
        """Neighbours, int64 (B, E, D) on the agent's device, or None where each expert hears all.

        Raises:
            ValueError: The task has to say who hears whom, and `given` is None or not of that shape.
        """
        topology, in_degree = self.config.topology, self.config.in_degree
        if self.takes_neighbours:
            given = self._checked(given, (batch, experts))  # (B, E, D)
        if topology == "given":
            return given
        if isinstance(topology, tuple):
            return in_turn(topology, batch, experts, given).to(self.device)  # (B, E, L * D)
        # (B, E, D), or (1, E, D) where it is shared across the batch
        neighbours = sample_topology(topology, samples, experts, in_degree=in_degree, generator=generator)
        return None if neighbours is None else neighbours.to(self.device).expand(batch, -1, -1)

    @property
    def takes_neighbours(self) -> bool:
        return "given" in (self.config.topology if isinstance(self.config.topology, tuple) else (self.config.topology,))

    def with_neighbours(self, state: State, neighbours: Tensor) -> State:
        if not self.takes_neighbours or self.config.membrane == "edges":  # edges stay for life
            return state
        given, topology = self._checked(neighbours, state.memory.shape[:2]), self.config.topology  # (B, E, D)
        lists = given if topology == "given" else with_given(topology, state.neighbours, given)  # (B, E, L * D)
        return state._replace(neighbours=lists)

    def of_round(self, state: State, number: int) -> Tensor | None:
        """Whom each expert hears in a round of a step, int64 (B, E, D), or None where each hears all."""
        topology, neighbours = self.config.topology, state.neighbours
        return of_round(topology, neighbours, number) if isinstance(topology, tuple) else neighbours

    def _checked(self, given: Tensor | None, shape: tuple[int, ...]) -> Tensor:
        """What the task says of (B, E) experts, int64 (B, E, D) on the agent's device."""
        if given is None or given.dim() != 3 or tuple(given.shape[:2]) != tuple(shape) or given.is_floating_point():
            got = None if given is None else f"{given.dtype} of shape {tuple(given.shape)}"
            must = f"neighbours must be int of shape {(*shape, 'D')} with topology {self.config.topology!r}"
            raise ValueError(f"{must}, which the task has to say, got {got}")
        return given.to(self.device, torch.int64)  # (B, E, D)

    def _require_free_experts(self) -> None:
        membrane = self.config.membrane
        if membrane in TIED:
            must = "membrane must be one with free experts for them to come and go"
            raise ValueError(f"{must}, got {membrane!r}: its experts sit at ports, and ports stay")
