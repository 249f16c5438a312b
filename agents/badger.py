"""The Badger agent: many experts that run one shared policy, each with its own memory, talking to each other.

From "BADGER: Learning to (Learn [Learning Algorithms] through Multi-Agent Communication)" (Rosa et al. 2019). In one
step of the inner loop the membrane reads ports into experts; then, K times, experts send messages and the ONE shared
expert policy updates every memory; then the membrane writes to the ports. Axis letters as in `agents`.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from agents.config import BadgerConfig
from agents.dynamic_experts import DynamicExperts
from agents.parts import BONDS, EXPERTS, MEMBRANES, MESSAGES, load_part
from agents.parts.experts import Expert
from agents.parts.identity import Identity
from agents.parts.inputs import inputs_size, with_change
from agents.parts.membrane import Membrane
from agents.parts.messages import Messages


class BadgerState(NamedTuple):
    """What a lifetime carries on."""

    memory: Tensor  # (B, E, H)
    private: Tensor  # (B, E, S) what else an expert carries on
    identity: Tensor  # (B, E, I) constant
    addresses: Tensor  # (B, P, key) constant
    bonds: Tensor | None  # (B, E, P) who serves which port, constant while no expert comes or goes
    action: Tensor | None  # (B, P, A) one step before, 0 at first, which ports without experts hold; None without bonds
    previous: Tensor | None  # (B, P, F) observation one step before, None at first
    adjacency: Tensor | None  # (B, E, E) bool, constant; None: each hears all others


class Badger(DynamicExperts):
    """Experts, messages and a membrane."""

    config_class = BadgerConfig
    config: BadgerConfig

    def __init__(self, config: BadgerConfig) -> None:
        super().__init__(config)
        inputs = inputs_size(config.port_features)
        self.identity = Identity(config.identity, config.identity_size)
        messages: type[Messages] = load_part(MESSAGES[config.messages])
        membrane: type[Membrane] = load_part(MEMBRANES[config.membrane])
        self.messages = messages(config.hidden_size, config.message_size)
        self.membrane = membrane(inputs, config.hidden_size, config.port_actions, config.key_size)
        expert: type[Expert] = load_part(EXPERTS[config.expert])
        # An id that bonds are made of stays out of the expert: who is bound where says it all.
        self.known = 0 if config.membrane in BONDS else self.identity.size
        self.expert = expert(self.membrane.size + self.messages.size + self.known, config.hidden_size)

    def accepts(self, ports: int) -> bool:
        experts = ports if self.config.membrane == "direct" else self.config.experts
        return ports >= 1 and self.identity.accepts(experts or 1)

    def initial_state(
        self,
        batch: int,
        ports: int,
        *,
        generator: torch.Generator | None = None,
        shared_across_batch: bool = False,
        experts: int | None = None,
    ) -> BadgerState:
        """As in `Agent`; `experts` overrides the config's number of experts, where experts are free."""
        self.require_ports(ports)
        count = self.membrane.experts_for(ports, experts if experts is not None else self.config.experts)
        if not self.identity.accepts(count):
            raise ValueError(f"experts must be at most {self.config.identity_size} with one-hot ids, got {count}")
        device, samples = self.device, 1 if shared_across_batch else batch
        memory, private = self._initial_experts(batch, samples, count, generator)  # (B, E, H), (B, E, S)
        identity = self.identity(samples, count, generator).to(device)  # (B or 1, E, I)
        addresses = self.membrane.addresses(samples, ports, generator).to(device)  # (B or 1, P, key)
        bonds = self.membrane.bind(identity, addresses)  # (B or 1, E, P)
        return BadgerState(
            memory,
            private,
            identity.expand(batch, -1, -1),
            addresses.expand(batch, -1, -1),
            None if bonds is None else bonds.expand(batch, -1, -1),
            None if bonds is None else torch.zeros(batch, ports, self.config.port_actions, device=device),
            None,
            self._topology(batch, samples, count, generator),
        )

    @property
    def message_module(self) -> nn.Module | None:
        return self.messages if self.messages.size else None

    def reset_private(self, private: Tensor, mask: Tensor) -> Tensor:
        return self.expert.reset(private, mask)

    def rebound(self, state: BadgerState) -> BadgerState:
        if state.bonds is None:
            return state
        bonds = self.membrane.bind(state.identity, state.addresses, state.bonds)  # (B, E, P)
        assert bonds is not None
        moved = (state.bonds > bonds).any(dim=2, keepdim=True)  # (B, E, 1)
        forgotten: BadgerState = self.reset_memory(state, moved.expand_as(state.memory))
        return forgotten._replace(bonds=bonds)

    def forward(self, observation: Tensor, state: BadgerState) -> tuple[Tensor, BadgerState]:
        inputs = with_change(observation, state.previous)  # (B, P, inputs)
        memory, private = state.memory, state.private  # (B, E, H), (B, E, S)
        reading = self.membrane.read(inputs, memory, state.addresses, state.bonds)  # (B, E, R)
        known = state.identity[..., : self.known]  # (B, E, I), or (B, E, 0) where bonds are made of it
        for _ in range(self.config.rounds):
            received = self.messages(memory, state.adjacency)  # (B, E, M)
            inputs = torch.cat([reading, received, known], dim=-1)  # (B, E, R + M + I)
            rows = (values.flatten(0, 1) for values in (inputs, memory, private))  # 3 x (B * E, ...)
            memory, private = (values.unflatten(0, memory.shape[:2]) for values in self.expert(*rows))  # as before
        action = torch.tanh(self.membrane.write(memory, state.addresses, state.bonds))  # (B, P, A)
        if state.bonds is None or state.action is None:
            return action, state._replace(memory=memory, private=private, previous=observation)
        served = state.bonds.sum(dim=1)[..., None] > 0.0  # (B, P, 1)
        action = torch.where(served, action, state.action)  # (B, P, A)
        return action, state._replace(memory=memory, private=private, action=action, previous=observation)
