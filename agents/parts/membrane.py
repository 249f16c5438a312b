"""Membranes: how experts reach the ports of the world."""

import math
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from agents.parts.presence import bound_to, dealt_out


class Membrane(nn.Module):
    """Reads ports into experts and writes memories to ports.

    Args:
        inputs: numbers that a port offers to read.
        hidden_size: entries of what is read of an expert's memory (H).
        actions: entries that a port takes (A).
        key_size: entries of addresses, keys and queries.
    """

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__()
        self.key_size = key_size
        self.size = inputs
        """Numbers that an expert reads (R)."""

    @classmethod
    def of(cls, config: Any, inputs: int) -> Self:
        """The membrane of a `BadgerConfig`, for ports that offer so many numbers to read."""
        return cls(inputs, config.hidden_size, config.port_actions, config.key_size)

    def accepts(self, ports: int, experts: int) -> bool:
        """Whether so many experts can serve so many ports."""
        return True

    def experts_for(self, ports: int, experts: int | None) -> int:
        """How many experts there are for so many ports, where the config or the caller names `experts`.

        Raises:
            ValueError: There can't be that many.
        """
        if experts is None or experts < 1:
            raise ValueError(f"experts must be at least 1 where they are free, got {experts}")
        return experts

    def roles(self, ports: int, experts: int) -> Tensor:
        """What experts are there for, as far as their place says it, int64 (E,): 0 wherever it says nothing."""
        return torch.zeros(experts, dtype=torch.int64)

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        """Addresses of the ports for one lifetime, float32 (B, P, key_size), or (B, P, 0) where ports need none."""
        return torch.randn(batch, ports, self.key_size, generator=generator)  # (B, P, key_size)

    def ends(self, neighbours: Tensor | None) -> Tensor | None:
        """The two ports of each expert where experts sit at edges of what the task gives, int64 (B, E, 2); else None.

        Args:
            neighbours: int (B, P, D), -1 for none, or None.
        """
        return None

    def bind(
        self, identity: Tensor, addresses: Tensor, kept: Tensor | None = None, closed: Tensor | None = None
    ) -> Tensor | None:
        """Which experts serve which ports for as long as no expert comes or goes, (B, E, P); None without such bonds.

        Args:
            identity: (B, E, I).
            addresses: (B, P, key_size).
            kept: (B, E, P), bonds that there are already; rows of zeros for experts that have none.
            closed: bool (B, P), ports that get nobody; not with `kept`.
        """
        return None

    def absent_experts(self, absent: Tensor, experts: int, bonds: Tensor | None) -> Tensor:
        """Which experts are absent with ports, bool (B, P) and bonds (B, E, P) -> bool (B, E)."""
        return dealt_out(absent, experts) if bonds is None else bound_to(absent, bonds)

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        """(B, P, inputs), (B, E, H), (B, P, key_size), (B, E, P) -> (B, E, R)."""
        raise NotImplementedError

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        """What ports are given, (B, P, A), not yet squashed.

        Args:
            inputs: (B, P, inputs), as it was read.
            memory: (B, E, H).
            addresses: (B, P, key_size).
            bonds: (B, E, P), or None.
            absent: bool (B, E), experts that are absent with their ports; None where presence never changes.
        """
        raise NotImplementedError


class DirectMembrane(Membrane):
    """Expert i sits at port i. Experts beyond the last port read zeros, and what they would write is not asked for."""

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.act = nn.Linear(hidden_size, actions)

    def experts_for(self, ports: int, experts: int | None) -> int:
        if experts not in (None, ports):
            raise ValueError(f"experts must equal the {ports} ports with a direct membrane, got {experts}")
        return ports

    def roles(self, ports: int, experts: int) -> Tensor:
        return (torch.arange(experts) >= ports).long()  # (E,) 1 without a port

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None) -> Tensor:
        return torch.zeros(batch, ports, 0)

    def absent_experts(self, absent: Tensor, experts: int, bonds: Tensor | None) -> Tensor:
        return pad(absent, (0, experts - absent.shape[1]))  # (B, E) those without a port are always there

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        return pad(inputs, (0, 0, 0, memory.shape[1] - inputs.shape[1]))  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        action: Tensor = self.act(memory[:, : inputs.shape[1]])  # (B, P, A)
        return action


class AttentionMembrane(Membrane):
    """Ports are told apart by random addresses only; experts find them by attention, in any number.

    The idea is the report's (Figure 7): each port has an address of numbers ~ N(0, 1), new in each lifetime. An expert
    queries with its memory and reads the ports whose address matches; a port queries with its address and takes its
    action from the experts whose memory matches.
    """

    def __init__(self, inputs: int, hidden_size: int, actions: int, key_size: int) -> None:
        super().__init__(inputs, hidden_size, actions, key_size)
        self.read_query = nn.Linear(hidden_size, key_size)
        self.read_key = nn.Linear(key_size, key_size)
        self.write_query = nn.Linear(key_size, key_size)
        self.write_key = nn.Linear(hidden_size, key_size)
        self.say = nn.Linear(hidden_size, hidden_size)
        self.act = nn.Linear(hidden_size + key_size, actions)
        # An expert reads what the port shows together with whose it is.
        self.size = inputs + key_size

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None) -> Tensor:
        offered = torch.cat([inputs, addresses], dim=-1)  # (B, P, R)
        return self._attend(self.read_query(memory), self.read_key(addresses), offered)  # (B, E, R)

    def write(
        self, inputs: Tensor, memory: Tensor, addresses: Tensor, bonds: Tensor | None, absent: Tensor | None = None
    ) -> Tensor:
        attended = self._attend(self.write_query(addresses), self.write_key(memory), self.say(memory))  # (B, P, H)
        action: Tensor = self.act(torch.cat([attended, addresses], dim=-1))  # (B, P, A)
        return action

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        affinity = query @ key.transpose(1, 2) / math.sqrt(self.key_size)  # (B, queries, keys)
        return affinity.softmax(dim=-1) @ value  # (B, queries, entries of value)
