"""Agents whose random numbers come from the episode that they are in, and from a seed that the board draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from agents import Agent
from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import Keys, require_keys, splitmix64
from baselines.outer_loops.policy import AgentPolicy

MASK = 2**63 - 1
"""Of the seeds that torch's generators take."""


class NamedEpisodesPolicy(AgentPolicy):
    """As `AgentPolicy`, but what is random in an agent (identities, addresses, topologies) is drawn in every episode
    from the key of that episode mixed with a seed: splitmix64(key xor splitmix64(seed)).

    So an agent is the same in an episode at every batch size and in every order, and whoever does not know the seed
    cannot know its identities, even where the episode is known.

    Args:
        agent: the policy, which is not changed.
        ports: number of ports (P).
        episodes: uint64 (episodes,), the keys in the order in which they will be played.
        seed: below 2**64.
        bins: as in `AgentPolicy`.

    Raises:
        ValueError: as `AgentPolicy`; or these are no keys.
    """

    def __init__(self, agent: Agent, ports: int, *, episodes: Keys, seed: int, bins: int | None = None) -> None:
        super().__init__(agent, ports, bins=bins)
        mixed = splitmix64(np.array([require_integer("seed", seed, 0, 2**64 - 1)], np.uint64))  # (1,)
        self._seeds = splitmix64(require_keys(episodes) ^ mixed)  # (episodes,)
        self._played = 0

    def reset(self, batch: int) -> None:
        """Begin the next episodes.

        Raises:
            ValueError: There are not so many left.
        """
        batch = require_integer("batch", batch, 1, len(self._seeds) - self._played)
        self._playing = self._seeds[self._played : self._played + batch]  # (B,)
        self._played += batch
        super().reset(batch)

    def _newborn(self, **told: Any) -> Any:
        first, drawn = self._begin(0, told)
        if not drawn:  # nothing is random in it, so one call does for all
            return self._agent.initial_state(len(self._playing), self._ports, **told)
        return _joined([first, *(self._begin(place, told)[0] for place in range(1, len(self._playing)))])

    def _begin(self, place: int, told: dict[str, Any]) -> tuple[Any, bool]:
        """The first state of one of the episodes that begin, and whether anything was drawn for it."""
        generator = torch.Generator().manual_seed(int(self._playing[place]) & MASK)
        before = generator.get_state()
        of_it = {name: values[place : place + 1] for name, values in told.items()}
        state = self._agent.initial_state(1, self._ports, generator=generator, **of_it)
        return state, not torch.equal(before, generator.get_state())


def _joined(states: Sequence[Any]) -> Any:
    """States of one episode each, NamedTuples of tensors (1, ...), as one of them all, (B, ...)."""
    first = states[0]
    if first is None:
        return None
    if isinstance(first, torch.Tensor):
        return torch.cat(list(states))  # (B, ...)
    return type(first)(*(_joined(parts) for parts in zip(*states, strict=True)))
