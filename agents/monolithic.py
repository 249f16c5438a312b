"""One recurrent network for everything: the policy of RL2 (Duan et al. 2016; Wang et al. 2016).

It sees all ports at once and acts on all of them. Its number of ports is fixed when it is built. Axis letters as in
`agents`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.interface import Agent, require_sizes
from agents.parts import GRUCell, inputs_size, with_change


@dataclass(frozen=True)
class MonolithicConfig:
    """Sizes."""

    port_features: int
    """Numbers a port shows (F)."""
    ports: int
    """Number of ports (P), for good."""
    port_actions: int = 1
    """Entries a port takes (A)."""
    memory: int = 34
    """Entries of the memory (H)."""

    def __post_init__(self) -> None:
        require_sizes(self, port_features=1, ports=1, port_actions=1, memory=1)


class MonolithicState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, H)
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class Monolithic(Agent):
    """A GRU over the concatenated ports."""

    config_class = MonolithicConfig
    config: MonolithicConfig

    def __init__(self, config: MonolithicConfig) -> None:
        super().__init__(config)
        self.cell = GRUCell(inputs_size(config.port_features) * config.ports, config.memory)
        self.act = nn.Linear(config.memory, config.ports * config.port_actions)

    def accepts(self, ports: int) -> bool:
        return ports == self.config.ports

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, alike: bool = False
    ) -> MonolithicState:
        self.require_ports(ports)
        return MonolithicState(torch.zeros(batch, self.config.memory, device=self.device), None)

    def memory(self, state: MonolithicState) -> Tensor:
        return state.memory[:, None]  # (B, 1, H)

    def forward(self, observation: Tensor, state: MonolithicState) -> tuple[Tensor, MonolithicState]:
        inputs = with_change(observation, state.previous).flatten(1)  # (B, P * inputs)
        memory = self.cell(inputs, state.memory)  # (B, H)
        action = torch.tanh(self.act(memory)).view(-1, self.config.ports, self.config.port_actions)  # (B, P, A)
        return action, MonolithicState(memory, observation)
