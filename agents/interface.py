"""What every agent offers, and the helpers that all of them use."""

import copy
from abc import ABC, abstractmethod
from dataclasses import fields, replace
from itertools import chain
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from agents.parts.presence import absent_ports, dealt_out
from agents.remembering import Remembering, State


class Agent(Remembering, ABC):
    """A policy with memory. Built from a frozen config dataclass of plain numbers and words, and from nothing else."""

    config_class: ClassVar[type]

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config

    @abstractmethod
    def initial_state(
        self, batch: int, ports: int, *, generator: torch.Generator | None = None, shared_across_batch: bool = False
    ) -> State:
        """Memory at the start of `batch` lifetimes with `ports` ports.

        Args:
            batch: number of lifetimes (B).
            ports: number of ports (P).
            generator: samples whatever is random in the agent (identities, addresses); on the CPU.
            shared_across_batch: all lifetimes draw the same random numbers.

        Raises:
            ValueError: This agent can't have that many ports.
        """

    @property
    def takes_neighbours(self) -> bool:
        """Whether experts hear those whom the task says; then `initial_state` must be given them as `neighbours`."""
        return False

    def with_neighbours(self, state: State, neighbours: Tensor) -> State:
        """The state in which experts hear those whom the task says now; the same where they don't.

        Args:
            state: any of this agent.
            neighbours: int (B, P, D), -1 for none, as of `Task.neighbours`.
        """
        return state

    def forward(self, observation: Tensor, state: State) -> tuple[Tensor, State]:
        """One step of the inner loop.

        Args:
            observation: float32 (B, P, F).
            state: from `initial_state` or from the step before.

        Returns:
            action float32 (B, P, A) in [-1, 1], and the next state.
        """
        if not self.config.presence_changes:
            return self.step(observation, state)
        absent = absent_ports(observation)  # (B, P)
        # Before the step they lose what they knew, after it what they would have learned.
        action, following = self.step(observation, self.forget(state, absent), absent)
        return action, self.forget(following, absent)

    @abstractmethod
    def step(self, observation: Tensor, state: State, absent: Tensor | None = None) -> tuple[Tensor, State]:
        """What `forward` does but for forgetting.

        Args:
            observation: float32 (B, P, F).
            state: in which what is absent has forgotten all.
            absent: bool (B, P), ports whose experts must neither be heard nor told anything; None where presence never
                changes.
        """

    def forget(self, state: State, absent: Tensor) -> State:
        """The state without anything that was known at absent ports.

        Args:
            state: any of this agent.
            absent: bool (B, P).
        """
        memory = self.memory(state)
        forgotten = self.reset_memory(state, self.lost_with(absent, state).expand_as(memory))  # (B, E, H)
        at_ports = {name: getattr(state, name, None) for name in ("previous", "action")}  # each (B, P, ...)
        return forgotten._replace(
            **{name: at.masked_fill(absent[..., None], 0.0) for name, at in at_ports.items() if at is not None}
        )

    def lost_with(self, absent: Tensor, state: State) -> Tensor:
        """Which memory is lost with absent ports, bool (B, P) -> bool (B, E, 1); (B, 1, H) of an agent that is one.

        Here experts sit at ports.
        """
        experts, entries = self.memory(state).shape[1:]
        return absent[..., None] if experts > 1 else dealt_out(absent, entries)[:, None]

    @property
    def message_module(self) -> nn.Module | None:
        """The module whose output is all that experts receive from each other, or None without messages.

        It runs once in each round. A forward hook on it can cut, delay or disturb messages; zeros are silence.
        """
        return None

    @property
    def update_module(self) -> nn.Module | None:
        """The module that updates every expert once in each round, or None where no module does.

        It gives the new memory, rows (B * E, H), alone or followed by others: what a forward hook on it sees is the
        memory round by round.
        """
        return None

    def with_rounds(self, rounds: int) -> Self:
        """An agent with the very same weights and another number of rounds (K) in each step.

        Weights and modules are shared: training either changes both, and a hook on a part of one is on both.

        Raises:
            ValueError: This kind has no rounds, or `rounds` is not allowed.
        """
        if not any(field.name == "rounds" for field in fields(self.config)):
            raise ValueError(f"rounds must not be asked of an agent that has none, got {rounds!r} for {self}")
        other = copy.copy(self)
        other.config = replace(self.config, rounds=rounds)
        return other

    def unroll(self, observations: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Many steps at once, of which the observations are known already; the same numbers as step by step.

        Args:
            observations: float32 (W, B, P, F).
            state: before the first of them.

        Returns:
            Actions (W, B, P, A), memories (W, B, E, H) after each step, and the state after the last one.
        """
        actions, memories = [], []
        for observation in observations:
            action, state = self(observation, state)
            actions.append(action)
            memories.append(self.memory(state))
        return torch.stack(actions), torch.stack(memories), state

    def accepts(self, ports: int) -> bool:
        """Whether this agent can run with that many ports; any number, where a kind says nothing else."""
        return ports >= 1

    def accepts_experts(self, experts: int) -> bool:
        """Whether this agent can run with that many experts; never, where they are not free."""
        return False

    def require_ports(self, ports: int) -> None:
        """Refuse a number of ports that this agent can't have.

        Raises:
            ValueError: naming the number and the agent.
        """
        if not isinstance(ports, int) or isinstance(ports, bool) or not self.accepts(ports):
            raise ValueError(f"ports must be a number that {self} accepts, got {ports}")

    def __str__(self) -> str:
        settings = ", ".join(f"{field.name}={getattr(self.config, field.name)!r}" for field in fields(self.config))
        return f"{type(self).__name__}({settings})"

    @property
    def device(self) -> torch.device:
        """The device of the weights, or of whatever an agent has in place of weights."""
        return next(chain(self.parameters(), self.buffers())).device


def count_parameters(agent: nn.Module) -> int:
    """How many numbers the outer loop may change."""
    return sum(parameter.numel() for parameter in agent.parameters() if parameter.requires_grad)
