"""An agent as the evaluator wants it: numpy in, numpy out, no gradients."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from agents import Agent
from badger_envs.core.checks import require_integer
from baselines.outer_loops.distributions import make_distribution

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


class AgentPolicy:
    """Runs a trained agent; implements `badger_envs.core.policy.Policy`.

    Args:
        agent: the policy, which is not changed.
        ports: number of ports (P).
        seed: of the generator that draws identities and addresses; each `reset` goes on where the one before stopped.
        bins: values that each number of an action is chosen from, as the agent was trained; None for all.
        experts: how many there are; None for the agent's own number.

    Raises:
        ValueError: The agent does not accept that many ports, or a number is out of range.
    """

    def __init__(
        self, agent: Agent, ports: int, *, seed: int = 0, bins: int | None = None, experts: int | None = None
    ) -> None:
        agent.require_ports(ports)
        seed = require_integer("seed", seed, 0, 2**63 - 1)
        for name, value, least in (("bins", bins, 2), ("experts", experts, 1)):
            if value is not None:
                require_integer(name, value, least)
        self._agent, self._ports = agent, ports
        self._distribution = make_distribution(agent.config.port_actions // (bins or 1), bins).to(agent.device)
        self._initial: dict[str, Any] = {} if experts is None else {"experts": experts}
        self._generator = torch.Generator().manual_seed(seed)
        self._state: Any = None
        self.hear = self._hear if agent.takes_neighbours else None
        """Takes the neighbours int32 (B, P, D), -1 for none, before each action; None where the agent needs none."""

    def reset(self, batch: int) -> None:
        self._batch = require_integer("batch", batch, 1)
        self._state = None if self.hear else self._newborn()

    def _newborn(self, **told: Any) -> Any:
        """The state at the start of the lifetimes; `told` are neighbours (B, P, D), where the agent needs them."""
        initial = {"generator": self._generator, **self._initial, **told}
        return self._agent.initial_state(self._batch, self._ports, **initial)

    def _hear(self, neighbours: IntArray) -> None:
        told = torch.from_numpy(neighbours)  # (B, P, D)
        if self._state is None:
            self._state = self._newborn(neighbours=told)
        self._state = self._agent.with_neighbours(self._state, told)

    @torch.inference_mode()
    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        if self._state is None:
            raise ValueError("neighbours must be told, by hear(neighbours), before this agent acts, got none")
        flat = torch.from_numpy(observation).to(self._agent.device)  # (B, P * F)
        by_port = flat.view(len(flat), self._ports, -1)  # (B, P, F)
        outputs, self._state = self._agent(by_port, self._state)  # (B, P, outputs)
        actions: FloatArray = self._distribution.mode(outputs).flatten(1).cpu().numpy()  # (B, P * A)
        return actions
