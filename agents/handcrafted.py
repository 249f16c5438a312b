"""Handcrafted experts: ONE rule that somebody wrote down, run at every port, with messages in between.

What an environment selects for is shown by such an agent that solves it with messages and not without. Whatever can be
done with a trained agent can be done with it, but for training it: it has no weights. Axis letters as in `agents`;
E = P, and D = E - 1 others.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import HandcraftedConfig
from agents.interface import Agent
from agents.parts import load_part
from agents.rules import RULES
from agents.rules.rule import Own, Rule

GOLDEN = (5.0**0.5 - 1.0) / 2.0
"""Spreads any number of numbers over [0, 1) without any two being alike."""


class HandcraftedState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, E, H)
    number: Tensor  # (B, E) in [0, 1), no two experts alike; constant


class OthersMessages(nn.Module):
    """Everybody hears each of the others."""

    def forward(self, messages: Tensor, absent: Tensor | None = None) -> Tensor:
        """(B, E, M) -> (B, E, D, M), where place d of expert i has what expert (i + 1 + d) mod E has sent; silence from
        and to those who are `absent`, bool (B, E)."""
        experts = messages.shape[1]
        place = torch.arange(experts, device=messages.device)
        if absent is None:
            return messages[:, (place[:, None] + place[1:]) % experts]  # (B, E, D, M)
        received = self.forward(messages.masked_fill(absent[..., None], 0.0))  # (B, E, D, M)
        return received.masked_fill(absent[..., None, None], 0.0)  # (B, E, D, M)


class Handcrafted(Agent):
    """One rule at every port."""

    config_class = HandcraftedConfig
    config: HandcraftedConfig

    def __init__(self, config: HandcraftedConfig) -> None:
        super().__init__(config)
        spec = RULES[config.rule]
        rule: type[Rule] = load_part(spec.entry_point)
        self.rule = rule(dict(zip(spec.settings, config.settings, strict=True)))
        self.messages = OthersMessages()
        # Nothing to learn, but it has to be on some device.
        self.register_buffer("place", torch.zeros(0))

    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> HandcraftedState:
        self.require_ports(ports)
        number = torch.arange(1, ports + 1, device=self.device) * GOLDEN % 1.0  # (E,)
        memory = torch.zeros(batch, ports, self.rule.memory_size(ports), device=self.device)
        return HandcraftedState(memory, number.expand(batch, -1))

    @property
    def message_module(self) -> nn.Module:
        return self.messages

    def step(
        self, observation: Tensor, state: HandcraftedState, absent: Tensor | None = None
    ) -> tuple[Tensor, HandcraftedState]:
        experts = state.memory.shape[:2]
        # One row per expert, so that no rule can look beyond what its expert observes and receives.
        own = Own(observation.flatten(0, 1), state.number.flatten())
        memory = self.rule.observe(own, state.memory.flatten(0, 1))  # (N, H)
        for _ in range(self.config.rounds):
            messages = self.rule.send(own, memory).view(*experts, self.rule.message_size)  # (B, E, M)
            memory = self.rule.receive(own, memory, self.messages(messages, absent).flatten(0, 1))  # (N, H)
        action = self.rule.act(own, memory).clamp(-1.0, 1.0).view(*experts, self.config.port_actions)  # (B, P, A)
        return action, HandcraftedState(memory.view(state.memory.shape), state.number)
