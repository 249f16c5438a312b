"""The Badger agent: many experts that run one shared policy, each with its own memory, talking to each other.

From "BADGER: Learning to (Learn [Learning Algorithms] through Multi-Agent Communication)" (Rosa et al. 2019). In one
step of the inner loop the membrane reads ports into experts; then, K times, experts send messages and the ONE shared
expert policy updates every memory; then the membrane writes to the ports. Axis letters as in `agents`.
"""

import torch
from torch import Tensor, nn

from agents.config import BadgerConfig
from agents.dynamic_experts import DynamicExperts
from agents.parts import ACTIVITIES, BONDS, MEMBRANES, ROUNDS, TURNS, load_part
from agents.parts.activity import AllActive, update
from agents.parts.identity import Identity
from agents.parts.kinds import kinds_of_experts
from agents.parts.membrane import Membrane
from agents.parts.messages import messages_of
from agents.parts.rounds import Chain
from agents.parts.state import BadgerState
from agents.parts.turns import AllAtOnce, of_experts


class Badger(DynamicExperts):
    """Experts, messages and a membrane."""

    config_class = BadgerConfig
    config: BadgerConfig

    def __init__(self, config: BadgerConfig) -> None:
        super().__init__(config)
        turns: type[AllAtOnce] = load_part(TURNS[config.turns])
        self.turns = turns(config.port_features, config.port_actions, config.error_feature)
        exchange: type[Chain] = load_part(ROUNDS[config.exchange])
        self.exchange = exchange(config.free_rounds, config.agreement)
        self.identity = Identity(config.identity, config.identity_size)
        membrane: type[Membrane] = load_part(MEMBRANES[config.membrane])
        self.messages = messages_of(config)
        self.membrane = membrane.of(config, self.turns.inputs)
        activity: type[AllActive] = load_part(ACTIVITIES[config.activity])
        knows = config.hidden_size + self.identity.size
        self.activity = activity(self.membrane.size, knows, config.key_size, config.active_fraction)
        # An id that bonds are made of stays out of the expert: who is bound where says it all.
        self.known = 0 if config.membrane in BONDS else self.identity.size
        self.expert = kinds_of_experts(config, self.membrane.size, self.messages.size, self.known)

    def accepts(self, ports: int) -> bool:
        if ports < 1:
            return False
        experts = self._experts_for(ports, None)
        return self.identity.accepts(experts) and self.membrane.accepts(ports, experts)

    def initial_state(
        self,
        batch: int,
        ports: int,
        *,
        generator: torch.Generator | None = None,
        shared_across_batch: bool = False,
        experts: int | None = None,
        neighbours: Tensor | None = None,
    ) -> BadgerState:
        """As in `Agent`.

        Args:
            experts: overrides the config's number of experts, where experts are free.
            neighbours: int (B, P, D), whom experts hear at first where the task says it, -1 for none.
        """
        self.require_ports(ports)
        ends = self.membrane.ends(neighbours)  # (B, E, 2), or None
        neighbours = neighbours if ends is None else ends
        count = self._experts_for(ports, experts) if ends is None else ends.shape[1]
        if not self.identity.accepts(count):
            raise ValueError(f"experts must be at most {self.config.identity_size} with one-hot ids, got {count}")
        device, samples = self.device, 1 if shared_across_batch else batch
        roles = self.membrane.roles(ports, count)  # (E,)
        memory, private = self._initial_experts(batch, samples, count, generator, roles)  # (B, E, H), (B, E, S)
        identity = self.identity(samples, count, generator).to(device)  # (B or 1, E, I)
        addresses = self.membrane.addresses(samples, ports, generator).to(device)  # (B or 1, P, key)
        bonds = self.membrane.bind(identity, addresses)  # (B or 1, E, P)
        return BadgerState(
            memory,
            private,
            identity.expand(batch, -1, -1),
            addresses.expand(batch, -1, -1) if ends is None else ends.to(device),
            None if bonds is None else bonds.expand(batch, -1, -1),
            torch.zeros(batch, ports, self.config.port_actions, device=device),
            self.turns.initial_clock(samples, ports, generator).to(device).expand(batch, -1, -1),
            None,
            self._topology(batch, samples, count, generator, neighbours),
            torch.zeros(batch, dtype=torch.int64, device=device),
        )

    def _experts_for(self, ports: int, experts: int | None) -> int:
        count = self.membrane.experts_for(ports, experts if experts is not None else self.config.experts)
        return count + (self.config.hidden_experts or 0)

    @property
    def message_module(self) -> nn.Module | None:
        return self.messages if self.messages.size else None

    @property
    def update_module(self) -> nn.Module:
        return self.expert

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

    def lost_with(self, absent: Tensor, state: BadgerState) -> Tensor:
        return self.membrane.absent_experts(absent, state.memory.shape[1], state.bonds)[..., None]

    def step(self, observation: Tensor, state: BadgerState, absent: Tensor | None = None) -> tuple[Tensor, BadgerState]:
        gone = None
        if absent is not None:
            gone = self.membrane.absent_experts(absent, state.memory.shape[1], state.bonds)  # (B, E)
        turn = self.turns.begin(observation, state, self.membrane)
        before = state
        if turn.renewed is not None:
            before = self.reset_memory(state, of_experts(turn.renewed, turn.bonds).expand_as(state.memory))
        memory, private = before.memory, before.private  # (B, E, H), (B, E, S)
        reading = self.membrane.read(turn.inputs, memory, state.addresses, turn.bonds)  # (B, E, R)
        known = state.identity[..., : self.known]  # (B, E, I), or (B, E, 0) where bonds are made of it
        share = self.activity(reading, memory, state.identity, gone)  # (B, E, 1), or None

        def once(number: int, said: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
            received = self.messages(said, self.of_round(state, number), gone)  # (B, E, M)
            inputs = torch.cat([reading, received, known], dim=-1)  # (B, E, R + M + I)
            rows = (values.flatten(0, 1) for values in (inputs, memory, private))  # 3 x (B * E, ...)
            new, kept = (values.unflatten(0, said.shape[:2]) for values in self.expert(*rows))  # as before
            return update(share, (memory, private), (new, kept))

        memory, private, used = self.exchange.run(self.config.rounds, once, memory, private)
        if turn.called is not None:
            called = of_experts(turn.called, turn.bonds)  # (B, E, 1)
            memory, private = torch.where(called, memory, before.memory), torch.where(called, private, before.private)
        outputs = self.membrane.write(turn.inputs, memory, state.addresses, turn.bonds, gone)  # (B, P, A)
        action, clock = self.turns.end(outputs, turn, state)  # (B, P, A), (B, P, C)
        return action, state._replace(
            memory=memory,
            private=private,
            bonds=turn.bonds,
            action=action,
            clock=clock,
            previous=observation,
            rounds=used,
        )
