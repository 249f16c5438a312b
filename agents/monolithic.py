"""One recurrent network for everything: the policy of RL2 (Duan et al. 2016; Wang et al. 2016).

It sees all ports at once and acts on all of them. Its number of ports is fixed when it is built. Axis letters as in
`agents`.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import MonolithicConfig
from agents.interface import Agent
from agents.parts import EXPERTS, load_part
from agents.parts.experts import Recurrent
from agents.parts.inputs import inputs_size, with_change


class MonolithicState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, 1, H)
    private: Tensor  # (B, 1, H) cell state of an LSTM, (B, 1, 0) of a GRU
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class Monolithic(Agent):
    """A GRU or an LSTM over the concatenated ports."""

    config_class = MonolithicConfig
    config: MonolithicConfig

    def __init__(self, config: MonolithicConfig) -> None:
        super().__init__(config)
        inputs = inputs_size(config.port_features) * config.ports
        cell: type[Recurrent] = load_part(EXPERTS[config.cell])
        self.cell = cell(inputs, config.hidden_size)
        self.act = nn.Linear(config.hidden_size, config.ports * config.port_actions)

    def accepts(self, ports: int) -> bool:
        return ports == self.config.ports

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> MonolithicState:
        self.require_ports(ports)
        memory, private = self.cell.initial_state(batch, 1, generator)
        return MonolithicState(memory.to(self.device), private.to(self.device), None)

    def step(
        self, observation: Tensor, state: MonolithicState, absent: Tensor | None = None
    ) -> tuple[Tensor, MonolithicState]:
        inputs = with_change(observation, state.previous).flatten(1)  # (B, P * inputs)
        memory, private = self.cell(inputs, state.memory[:, 0], state.private[:, 0])  # (B, H), (B, S)
        return self._action(memory), MonolithicState(memory[:, None], private[:, None], observation)

    def unroll(self, observations: Tensor, state: MonolithicState) -> tuple[Tensor, Tensor, MonolithicState]:
        if self.config.presence_changes:  # what is forgotten between steps goes through no sequence
            return super().unroll(observations, state)
        first = observations[0] if state.previous is None else state.previous
        before = torch.cat([first[None], observations[:-1]])  # (T, B, P, F)
        inputs = with_change(observations, before).flatten(2)  # (T, B, P * inputs)
        memory, private = state.memory[:, 0], state.private[:, 0]  # (B, H), (B, S)
        memories, memory, private = self.cell.sequence(inputs, memory, private)  # (T, B, H), (B, H), (B, S)
        end = MonolithicState(memory[:, None], private[:, None], observations[-1])
        return self._action(memories), memories[:, :, None], end  # (T, B, P, A), (T, B, 1, H)

    def _action(self, memory: Tensor) -> Tensor:
        """(..., H) -> (..., P, A)."""
        action = torch.tanh(self.act(memory))  # (..., P * A)
        return action.view(*memory.shape[:-1], self.config.ports, self.config.port_actions)
