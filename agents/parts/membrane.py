"""Membranes: how experts reach the ports of the world."""

import math

import torch
from torch import Tensor, nn

from agents.parts.identity import random_numbers


class Membrane(nn.Module):
    """Reads ports into experts and writes memories to ports.

    Args:
        inputs: numbers that a port offers to read.
        memory: entries of an expert's memory (H).
        actions: entries that a port takes (A).
        key: entries of addresses, keys and queries.
    """

    def __init__(self, inputs: int, memory: int, actions: int, key: int) -> None:
        super().__init__()
        self.size = inputs
        """Numbers that an expert reads (R)."""

    def experts_for(self, ports: int, experts: int | None) -> int:
        """How many experts there are for so many ports, where `experts` were asked for."""
        raise NotImplementedError

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None, alike: bool) -> Tensor:
        """Addresses of the ports for one lifetime, float32 (B, P, key), or (B, P, 0) where ports need none."""
        raise NotImplementedError

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor) -> Tensor:
        """(B, P, inputs), (B, E, H), (B, P, key) -> (B, E, R)."""
        raise NotImplementedError

    def write(self, memory: Tensor, addresses: Tensor) -> Tensor:
        """(B, E, H), (B, P, key) -> (B, P, A), not yet squashed."""
        raise NotImplementedError


class DirectMembrane(Membrane):
    """Expert i sits at port i."""

    def __init__(self, inputs: int, memory: int, actions: int, key: int) -> None:
        super().__init__(inputs, memory, actions, key)
        self.act = nn.Linear(memory, actions)

    def experts_for(self, ports: int, experts: int | None) -> int:
        if experts not in (None, ports):
            raise ValueError(f"experts must equal the {ports} ports with a direct membrane, got {experts}")
        return ports

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None, alike: bool) -> Tensor:
        return torch.zeros(batch, ports, 0)

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor) -> Tensor:
        return inputs  # (B, E, R) with E = P

    def write(self, memory: Tensor, addresses: Tensor) -> Tensor:
        action: Tensor = self.act(memory)  # (B, P, A)
        return action


class AttentionMembrane(Membrane):
    """Ports are told apart by random addresses only; experts find them by attention, in any number.

    The idea is the report's (Figure 7): each port has an address of numbers ~ N(0, 1), new in each lifetime. An expert
    asks with its memory and hears the ports whose address answers; a port asks with its address and takes its action
    from the experts whose memory answers.
    """

    def __init__(self, inputs: int, memory: int, actions: int, key: int) -> None:
        super().__init__(inputs, memory, actions, key)
        self.key = key
        self.read_query = nn.Linear(memory, key)
        self.read_key = nn.Linear(key, key)
        self.write_query = nn.Linear(key, key)
        self.write_key = nn.Linear(memory, key)
        self.say = nn.Linear(memory, memory)
        self.act = nn.Linear(memory + key, actions)
        # An expert reads what the port shows together with whose it is.
        self.size = inputs + key

    def experts_for(self, ports: int, experts: int | None) -> int:
        if experts is None or experts < 1:
            raise ValueError(f"experts must be at least 1 with an attention membrane, got {experts}")
        return experts

    def addresses(self, batch: int, ports: int, generator: torch.Generator | None, alike: bool) -> Tensor:
        return random_numbers(batch, ports, self.key, generator, alike)

    def read(self, inputs: Tensor, memory: Tensor, addresses: Tensor) -> Tensor:
        offered = torch.cat([inputs, addresses], dim=-1)  # (B, P, R)
        return self._attend(self.read_query(memory), self.read_key(addresses), offered)  # (B, E, R)

    def write(self, memory: Tensor, addresses: Tensor) -> Tensor:
        heard = self._attend(self.write_query(addresses), self.write_key(memory), self.say(memory))  # (B, P, H)
        action: Tensor = self.act(torch.cat([heard, addresses], dim=-1))  # (B, P, A)
        return action

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        affinity = query @ key.transpose(1, 2) / math.sqrt(self.key)  # (B, asking, answering)
        return affinity.softmax(dim=-1) @ value  # (B, asking, entries of value)
