"""One recurrent network for each port, none shared, none talking: independent learners of multi-agent RL.

Its number of ports is fixed when it is built. Axis letters as in `agents`; E = P.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import IndependentConfig
from agents.interface import Agent
from agents.parts.experts import gru_update
from agents.parts.inputs import inputs_size, with_change


class IndependentState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, P, H)
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class Independent(Agent):
    """P gated recurrent units side by side, in one batched product."""

    config_class = IndependentConfig
    config: IndependentConfig

    def __init__(self, config: IndependentConfig) -> None:
        super().__init__(config)
        inputs, memory = inputs_size(config.port_features), config.hidden_size

        def weights(rows: int, columns: int) -> nn.Parameter:
            bound = 1.0 / math.sqrt(memory)  # as torch's cells begin
            return nn.Parameter(torch.empty(config.ports, rows, columns).uniform_(-bound, bound))

        self.read = weights(inputs + 1, 3 * memory)  # (P, inputs + 1, 3H) the last row is the bias
        self.keep = weights(memory + 1, 3 * memory)  # (P, H + 1, 3H)
        self.act = weights(memory + 1, config.port_actions)  # (P, H + 1, A)

    def accepts(self, ports: int) -> bool:
        return ports == self.config.ports

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> IndependentState:
        self.require_ports(ports)
        return IndependentState(torch.zeros(batch, ports, self.config.hidden_size, device=self.device), None)

    def step(
        self, observation: Tensor, state: IndependentState, absent: Tensor | None = None
    ) -> tuple[Tensor, IndependentState]:
        read = _each(with_change(observation, state.previous), self.read)  # (B, P, 3H)
        kept = _each(state.memory, self.keep)  # (B, P, 3H)
        memory = gru_update(read, kept, state.memory)  # (B, P, H)
        return torch.tanh(_each(memory, self.act)), IndependentState(memory, observation)  # (B, P, A)


def _each(values: Tensor, weights: Tensor) -> Tensor:
    """Every port's values (B, P, inputs) times its own weights (P, inputs + 1, outputs), (B, P, outputs)."""
    product = torch.matmul(values.transpose(0, 1), weights[:, :-1])  # (P, B, outputs)
    return (product + weights[:, -1:]).transpose(0, 1)  # (B, P, outputs)
