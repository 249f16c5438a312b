"""One recurrent network for everything: the policy of RL2 (Duan et al. 2016; Wang et al. 2016).

It sees all ports at once and acts on all of them. Its number of ports is fixed when it is built. Axis letters as in
`agents`.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import MonolithicConfig
from agents.interface import Agent
from agents.parts.cells import GRUCell, LSTMCell, with_forget_bias
from agents.parts.inputs import inputs_size, with_change


class MonolithicState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, H)
    cell: Tensor  # (B, H) of an LSTM, (B, 0) of a GRU
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class Monolithic(Agent):
    """A GRU or an LSTM over the concatenated ports."""

    config_class = MonolithicConfig
    config: MonolithicConfig
    memory_fields = ("memory", "cell")

    def __init__(self, config: MonolithicConfig) -> None:
        super().__init__(config)
        inputs = inputs_size(config.port_features) * config.ports
        self.cell: GRUCell | LSTMCell
        if config.cell == "gru":
            self.cell = GRUCell(inputs, config.hidden_size)
        else:
            self.cell = with_forget_bias(LSTMCell(inputs, config.hidden_size))
        self.act = nn.Linear(config.hidden_size, config.ports * config.port_actions)

    def accepts(self, ports: int) -> bool:
        return ports == self.config.ports

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> MonolithicState:
        self.require_ports(ports)
        zeros = torch.zeros(batch, self.config.hidden_size, device=self.device)
        return MonolithicState(zeros, zeros if self.config.cell == "lstm" else zeros[:, :0], None)

    def memory(self, state: MonolithicState) -> Tensor:
        return state.memory[:, None]  # (B, 1, H)

    def forward(self, observation: Tensor, state: MonolithicState) -> tuple[Tensor, MonolithicState]:
        inputs = with_change(observation, state.previous).flatten(1)  # (B, P * inputs)
        if isinstance(self.cell, LSTMCell):
            memory, cell = self.cell(inputs, (state.memory, state.cell))  # 2 x (B, H)
        else:
            memory, cell = self.cell(inputs, state.memory), state.cell  # (B, H)
        action = torch.tanh(self.act(memory)).view(-1, self.config.ports, self.config.port_actions)  # (B, P, A)
        return action, MonolithicState(memory, cell, observation)

    def unroll(self, observations: Tensor, state: MonolithicState) -> tuple[Tensor, Tensor, MonolithicState]:
        first = observations[0] if state.previous is None else state.previous
        before = torch.cat([first[None], observations[:-1]])  # (W, B, P, F)
        inputs = with_change(observations, before).flatten(2)  # (W, B, P * inputs)
        cell = state.cell
        if isinstance(self.cell, LSTMCell):
            memories, memory, cell = self.cell.sequence(inputs, state.memory, state.cell)  # (W, B, H), 2 x (B, H)
        else:
            memories, memory = self.cell.sequence(inputs, state.memory)  # (W, B, H), (B, H)
        ported = (*memories.shape[:2], self.config.ports, self.config.port_actions)
        actions = torch.tanh(self.act(memories)).view(ported)  # (W, B, P, A)
        return actions, memories[:, :, None], MonolithicState(memory, cell, observations[-1])
