"""The policy of RL2 for any number of ports up to a largest one, so that it can be trained on a range of sizes.

One recurrent network for everything, as in `agents.monolithic`; ports that are not there are zeros and are said not to
be. Agents that are one network of another make share all of this but the network. Axis letters as in `agents`; L places
for ports.
"""

from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from agents.interface import Agent
from agents.parts import EXPERTS, load_part
from agents.parts.experts import Expert, Recurrent
from agents.parts.padding import Padding
from agents.rival_configs import PaddedMonolithicConfig


class PaddedState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, 1, H)
    private: Tensor  # (B, 1, S) what else the network carries on
    places: Tensor  # (B, L, P) 1 where a port has that place; constant
    previous: Tensor | None  # (B, P, F) observation one step before, None at first


class PaddedMonolithic(Agent):
    """A GRU or an LSTM over L places for ports."""

    config_class: ClassVar[type] = PaddedMonolithicConfig
    config: Any

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.padding = Padding(config.port_features, config.max_ports, config.places)
        self.network = self.make_network(self.padding.size)
        self.make_output(config.max_ports * config.port_actions)

    def make_network(self, inputs: int) -> Expert:
        """What carries a memory on."""
        cell: type[Recurrent] = load_part(EXPERTS[self.config.cell])
        return cell(inputs, self.config.hidden_size)

    def make_output(self, outputs: int) -> None:
        """What `output` needs."""
        self.act = nn.Linear(self.config.hidden_size, outputs)

    def output(self, memory: Tensor, inputs: Tensor) -> Tensor:
        """What all places are given, (..., L * A), not yet squashed, of memory (..., H) and inputs (..., inputs)."""
        outputs: Tensor = self.act(memory)  # (..., L * A)
        return outputs

    def accepts(self, ports: int) -> bool:
        return 1 <= ports <= int(self.config.max_ports)

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> PaddedState:
        self.require_ports(ports)
        memory, private = (part.to(self.device) for part in self.network.initial_state(batch, 1, generator))
        places = self.padding.initial_places(1 if shared_across_batch else batch, ports, generator)  # (B or 1, L, P)
        return PaddedState(memory, private, places.to(self.device).expand(batch, -1, -1), None)

    def reset_private(self, private: Tensor, mask: Tensor) -> Tensor:
        return self.network.reset(private, mask)

    def step(self, observation: Tensor, state: PaddedState, absent: Tensor | None = None) -> tuple[Tensor, PaddedState]:
        inputs = self.padding(observation, state.previous, state.places, absent)  # (B, inputs)
        memory, private = self.network(inputs, state.memory[:, 0], state.private[:, 0])  # (B, H), (B, S)
        following = PaddedState(memory[:, None], private[:, None], state.places, observation)
        return self._action(memory, inputs, state.places), following

    def unroll(self, observations: Tensor, state: PaddedState) -> tuple[Tensor, Tensor, PaddedState]:
        if self.config.presence_changes or not isinstance(self.network, Recurrent):
            return super().unroll(observations, state)
        first = observations[0] if state.previous is None else state.previous
        before = torch.cat([first[None], observations[:-1]])  # (T, B, P, F)
        inputs = self.padding(observations, before, state.places)  # (T, B, inputs)
        memories, memory, private = self.network.sequence(inputs, state.memory[:, 0], state.private[:, 0])
        end = PaddedState(memory[:, None], private[:, None], state.places, observations[-1])
        return self._action(memories, inputs, state.places), memories[:, :, None], end  # (T, B, P, A), (T, B, 1, H)

    def _action(self, memory: Tensor, inputs: Tensor, places: Tensor) -> Tensor:
        """(..., B, H), (..., B, inputs), (B, L, P) -> (..., B, P, A)."""
        return torch.tanh(self.padding.at_ports(self.output(memory, inputs), places))  # (..., B, P, A)
