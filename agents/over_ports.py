"""Agents that are the same at every port, mix what all ports show, and remember for each of them: any number of ports.

With "attention" it is a transformer over ports with a recurrent memory for each, the raw inputs joined again at the end
(Amorpheus, Kurin et al. 2021; MetaMorph, Gupta et al. 2022); with "mean" or "sum" it is DeepSets (Zaheer et al. 2017).
Axis letters as in `agents`; E = P.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.interface import Agent
from agents.parts import MIXINGS, load_part
from agents.parts.experts import GRU
from agents.parts.identity import Identity
from agents.parts.inputs import inputs_size, with_change
from agents.parts.mixing import Mixing
from agents.rival_configs import OverPortsConfig


class OverPortsState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, P, H)
    identity: Tensor  # (B, P, I) constant
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class OverPorts(Agent):
    """In every step ports mix what they show and remember, remember what comes of it, and act."""

    config_class = OverPortsConfig
    config: OverPortsConfig

    def __init__(self, config: OverPortsConfig) -> None:
        super().__init__(config)
        self.identity = Identity(config.identity, config.identity_size)
        shown, size = inputs_size(config.port_features) + self.identity.size, config.hidden_size
        mixing: type[Mixing] = load_part(MIXINGS[config.mixing])
        self.mixing = mixing(shown + size, size, config.blocks, config.heads)
        self.cell = GRU(shown + size, size)
        self.act = nn.Linear(size + shown, config.port_actions)

    def accepts(self, ports: int) -> bool:
        return ports >= 1 and self.identity.accepts(ports)

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> OverPortsState:
        self.require_ports(ports)
        memory = torch.zeros(batch, ports, self.config.hidden_size, device=self.device)  # (B, P, H)
        identity = self.identity(1 if shared_across_batch else batch, ports, generator).to(self.device)
        return OverPortsState(memory, identity.expand(batch, -1, -1), None)

    @property
    def message_module(self) -> nn.Module:
        return self.mixing.heard

    @property
    def update_module(self) -> nn.Module:
        return self.cell

    def step(
        self, observation: Tensor, state: OverPortsState, absent: Tensor | None = None
    ) -> tuple[Tensor, OverPortsState]:
        shown = torch.cat([with_change(observation, state.previous), state.identity], dim=-1)  # (B, P, 2F + I)
        mixed = self.mixing(torch.cat([shown, state.memory], dim=-1), absent)  # (B, P, H)
        told = torch.cat([mixed, shown], dim=-1)  # (B, P, H + 2F + I)
        rows = (values.flatten(0, 1) for values in (told, state.memory, state.memory[..., :0]))  # 3 x (B * P, ...)
        memory = self.cell(*rows)[0].view_as(state.memory)  # (B, P, H)
        action = torch.tanh(self.act(torch.cat([memory, shown], dim=-1)))  # (B, P, A)
        return action, OverPortsState(memory, state.identity, observation)
