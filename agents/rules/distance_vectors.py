"""Mesh routing by distance vectors. Axis letters as in `agents.rules.rule`; L = 4 links of a node, M = 64 addresses.

Nobody shows who is at the other end of a link. So in its first step every node sends its address along its links, as a
number below 0, which moves no packet; from then on it knows whose messages are those of its neighbours.
"""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

BITS, LINKS = 6, 4
ADDRESSES = 64
OWN, HERE = slice(0, 6), 6
DESTINATION, UP, INBOX = slice(7, 13), slice(13, 17), slice(17, 21)
"""Places in what a port shows: its address; whether the packet is here, and the packet's destination, both as signs;
for each link whether it is up, and what came in along it."""
FIRST, LATER = 1.0, 2.0
"""Steps, counted up to here."""
HOP = 1.0 / ADDRESSES


class DistanceVectors(Rule):
    """Tell how near you believe to be to each address; hand the packet to the neighbour that is nearest.

    This is the routing of the early internet: a node is near to itself, and one hop further from any other address than
    the nearest of its neighbours says to be. A message has a number for every address: 1 at the address itself, 1/64
    less for every hop, 0 where no way is known. News travels one hop per round. Old news of a way that has failed can
    send packets in circles, so a node keeps the packet while its own belief about the address still changes.

    Memory: steps; for each link the address at its other end, counted from 1, and how near that neighbour is to the
    destination; whether the own belief about the destination has just changed; and the own belief about each address.
    """

    message_size = ADDRESSES

    def memory_size(self, experts: int) -> int:
        return 1 + 2 * LINKS + 1 + ADDRESSES

    def observe(self, own: Own, memory: Tensor) -> Tensor:
        step, linked, ways, changed, near = _parts(memory)
        came = (own.observation[:, INBOX] * -(ADDRESSES + 1)).round()  # (N, L)
        linked = torch.where(step == FIRST, came.clamp(0.0, ADDRESSES), linked)  # (N, L)
        step = (step + 1.0).clamp(max=LATER)  # (N, 1)
        return torch.cat([step, linked, ways, changed, near], dim=1)  # (N, H)

    def send(self, own: Own, memory: Tensor) -> Tensor:
        return memory[:, -ADDRESSES:]  # (N, M)

    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        step, linked, _, _, before = _parts(memory)
        heard_of = torch.cat([torch.zeros_like(messages[:, :, :1]), messages], dim=2)  # (N, D, 1 + M)
        index = linked.long()[:, None].expand(-1, messages.shape[1], -1)  # (N, D, L)
        from_link = (heard_of.gather(2, index) == 1.0) & (own.observation[:, None, UP] > 0.0)  # (N, D, L)
        told = from_link.to(messages.dtype).transpose(1, 2) @ messages  # (N, L, M)
        near = (told.amax(dim=1) - HOP).clamp(min=0.0)  # (N, M)
        near = near.scatter(1, _address(own.observation[:, OWN]), 1.0)  # (N, M)
        destination = _address(own.observation[:, DESTINATION])  # (N, 1)
        changed = (near.gather(1, destination) != before.gather(1, destination)).to(near.dtype)  # (N, 1)
        ways = told.gather(2, destination[:, None].expand(-1, LINKS, -1))[:, :, 0]  # (N, L)
        return torch.cat([step, linked, ways, changed, near], dim=1)  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        step, _, ways, changed, _ = _parts(memory)
        name = -(_address(own.observation[:, OWN]) + 1.0) / (ADDRESSES + 1)  # (N, 1)
        nearest = torch.zeros_like(ways).scatter(1, ways.argmax(dim=1, keepdim=True), 1.0)  # (N, L)
        goes = (own.observation[:, HERE, None] > 0.0) & (ways > 0.0) & (changed == 0.0)  # (N, L)
        return torch.where(step == FIRST, name, torch.where(goes & (nearest > 0.0), 1.0, -1.0))  # (N, A)


def _address(signs: Tensor) -> Tensor:
    """The number of an address (N, 6), int64 (N, 1)."""
    values = torch.tensor([2**bit for bit in range(BITS)], device=signs.device)
    return ((signs > 0.0) * values).sum(dim=1, keepdim=True)


def _parts(memory: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """(N, H) -> (N, 1), 2 x (N, L), (N, 1), (N, M)."""
    step, linked, ways, changed, near = torch.split(memory, [1, LINKS, LINKS, 1, ADDRESSES], dim=1)
    return step, linked, ways, changed, near
