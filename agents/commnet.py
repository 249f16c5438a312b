"""CommNet (Sukhbaatar, Szlam, Fergus 2016): agents with shared weights hear the mean of the others' hidden states.

The recurrent version with an LSTM, which the paper uses where memory is needed: in each of K rounds the cell takes the
encoded observation (the skip connection) and what is heard. Axis letters as in `agents`; E = P.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import CommNetConfig
from agents.interface import Agent
from agents.parts.experts import LSTM
from agents.parts.hearing import mean_heard
from agents.parts.identity import Identity
from agents.parts.inputs import inputs_size, with_change


class CommNetState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, E, H) the hidden state
    private: Tensor  # (B, E, H) the cell state
    identity: Tensor  # (B, E, I) constant
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class CommNet(Agent):
    """One agent at every port."""

    config_class = CommNetConfig
    config: CommNetConfig

    def __init__(self, config: CommNetConfig) -> None:
        super().__init__(config)
        self.identity = Identity(config.identity, config.identity_size)
        self.encode = nn.Linear(inputs_size(config.port_features) + self.identity.size, config.hidden_size)
        self.hear = nn.Linear(config.hidden_size, config.hidden_size, bias=False)
        self.controller = LSTM(config.hidden_size, config.hidden_size)
        self.act = nn.Linear(config.hidden_size, config.port_actions)

    def accepts(self, ports: int) -> bool:
        return ports >= 1 and self.identity.accepts(ports)

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> CommNetState:
        self.require_ports(ports)
        zeros = torch.zeros(batch, ports, self.config.hidden_size, device=self.device)
        identity = self.identity(1 if shared_across_batch else batch, ports, generator).to(self.device)
        return CommNetState(zeros, zeros, identity.expand(batch, -1, -1), None)

    @property
    def message_module(self) -> nn.Module:
        return self.hear

    @property
    def update_module(self) -> nn.Module:
        return self.controller

    def step(
        self, observation: Tensor, state: CommNetState, absent: Tensor | None = None
    ) -> tuple[Tensor, CommNetState]:
        seen = torch.cat([with_change(observation, state.previous), state.identity], dim=-1)  # (B, E, inputs + I)
        encoded = self.encode(seen)  # (B, E, H)
        memory, private = state.memory, state.private  # 2 x (B, E, H)
        for _ in range(self.config.rounds):
            inputs = encoded + self.hear(mean_heard(memory, absent=absent))  # (B, E, H)
            rows = (values.flatten(0, 1) for values in (inputs, memory, private))  # 3 x (B * E, H)
            memory, private = (values.unflatten(0, memory.shape[:2]) for values in self.controller(*rows))  # as before
        action = torch.tanh(self.act(memory))  # (B, P, A)
        return action, CommNetState(memory, private, state.identity, observation)
