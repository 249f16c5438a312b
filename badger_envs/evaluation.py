"""Score a policy on named episodes, with numpy alone, and write a result file.

The environment records, the policy does not report: it gets observations and rewards and nothing else. Example:

    from badger_envs.evaluation import evaluate, write_results
    from badger_envs.envs.guessing.policies import Probe
    from badger_envs import Guessing

    result = evaluate(Probe(Guessing(dims=4)), "Badger/Guessing-v0", dims=4, episodes=500)
    print(result.score, result.metrics["error"].mean())
    write_results("probe.json", "probe", [result])

Axis letters as in `badger_envs.core.task`.
"""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import in_short, require_integer
from badger_envs.core.episodes import INDEX_BITS, EpisodeSet, episode_keys
from badger_envs.core.files import write_json
from badger_envs.core.policy import Policy
from badger_envs.core.rollout import PolicyError, rollout
from badger_envs.core.spec import ReferenceReturns
from badger_envs.registry import get_spec, reference_returns
from badger_envs.version import __version__

__all__ = ["PolicyError", "Result", "evaluate", "versions", "write_results"]

FORMAT = 1


@dataclass(frozen=True)
class Result:
    """What one policy did on one task: raw numbers for every episode, never only means."""

    id: str
    """The id of the environment."""
    arguments: dict[str, Any]
    """All arguments of the task, defaults included."""
    episode_set: str
    """"TEST", or "VALIDATION" for choosing between policies."""
    first_episode: int
    """The episodes are numbered first_episode, first_episode + 1, ..."""
    returns: npt.NDArray[np.float64]
    """Return of each episode, (episodes,)."""
    metrics: dict[str, npt.NDArray[np.float64]]
    """The task's metrics after the last step of each episode, each (episodes,)."""
    reference_returns: ReferenceReturns
    """Chance, reference and range of the returns, as the task states them."""
    curve: npt.NDArray[np.float64]
    """Mean reward of each step of the lifetime, (T,)."""

    @property
    def score(self) -> float:
        """Normalised score: 0 at chance, 1 at the reference.

        Raises:
            ValueError: The reference is no better than chance, so there is no score.
        """
        return float(self.reference_returns.score(self.returns).mean())

    def as_json(self) -> dict[str, Any]:
        """Plain numbers, lists and words; the score is None where there is none."""
        levels = self.reference_returns
        return {
            "id": self.id,
            "arguments": self.arguments,
            "episode_set": self.episode_set,
            "first_episode": self.first_episode,
            "episodes": len(self.returns),
            "chance": levels.chance,
            "reference": levels.reference,
            "score": self.score if levels.reference > levels.chance else None,
            # Nine digits say exactly which float32 it was; more would be noise.
            "returns": [float(f"{value:.9g}") for value in self.returns],
            "metrics": {name: [float(f"{value:.9g}") for value in values] for name, values in self.metrics.items()},
            "mean_reward_of_step": [float(f"{value:.9g}") for value in self.curve],
        }


def evaluate(
    policy: Policy,
    id: str,
    *,
    episodes: int = 1000,
    first_episode: int = 0,
    episode_set: EpisodeSet = EpisodeSet.TEST,
    batch: int = 1000,
    **arguments: Any,
) -> Result:
    """Let a policy play named episodes.

    Args:
        policy: has `reset(batch)` and `act(observation, reward)`: float32 (B, P * F) and (B,) in, (B, P * A) out.
        id: an id of the registry.
        episodes: how many.
        first_episode: number of the first one.
        episode_set: TEST for numbers that are reported, VALIDATION for choosing. The other sets are refused.
        batch: maximum number of episodes played at once (B).
        **arguments: of the task.

    Raises:
        ValueError: Unknown id, an argument or a count with a value that is not allowed, the training set, or a policy
            that has not these two methods.
        PolicyError: The policy returned a wrong shape or type, or what is not finite; finite numbers outside the action
            space are clipped, as in every view.
    """
    batch = require_integer("batch", batch, 1)
    episodes = require_integer("episodes", episodes, 1, 2**INDEX_BITS)
    first_episode = require_integer("first_episode", first_episode, 0, 2**INDEX_BITS - episodes)
    if not isinstance(episode_set, EpisodeSet) or episode_set not in (EpisodeSet.TEST, EpisodeSet.VALIDATION):
        got = episode_set.name if isinstance(episode_set, EpisodeSet) else in_short(episode_set)
        raise ValueError(
            f"episode_set must be TEST or VALIDATION of EpisodeSet, got {got}: policies are not scored on what trained "
            "them, nor on what their reference returns were measured on"
        )
    if isinstance(policy, type) or not all(callable(getattr(policy, name, None)) for name in ("reset", "act")):
        raise ValueError(f"policy must have reset(batch) and act(observation, reward), got {in_short(policy)}")
    task = get_spec(id).make_task(**arguments)
    known = reference_returns(task)
    numbers = np.arange(first_episode, first_episode + episodes)
    parts = [
        rollout(task, policy, episode_keys(0, numbers[first : first + batch], episode_set), name=id)
        for first in range(0, episodes, batch)
    ]
    metrics = [task.state_info(part.state) for part in parts]
    return Result(
        id=id,
        arguments=task.arguments(),
        episode_set=episode_set.name,
        first_episode=first_episode,
        returns=np.concatenate([part.returns for part in parts]),
        metrics={name: np.concatenate([part[name] for part in metrics]).astype(np.float64) for name in metrics[0]},
        reference_returns=known,
        curve=np.concatenate([part.rewards for part in parts], axis=1).mean(axis=1),
    )


def versions() -> dict[str, str]:
    """What the numbers were made with."""
    return {
        "badger_envs": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "gymnasium", "pettingzoo")},
    }


def write_results(path: str | os.PathLike[str], name: str, results: Iterable[Result]) -> None:
    """Write a result file, whole or not at all.

    Args:
        path: of the JSON file; its folder must exist.
        name: what the policy is called.
        results: one for each task.

    Raises:
        ValueError: A name that is no text, or results that are none.
    """
    several = list(results) if isinstance(results, Iterable) else [results]
    if not isinstance(name, str) or not all(isinstance(result, Result) for result in several):
        raise ValueError(
            f"name must be a text and results a list of Results, got {in_short(name)}, {in_short(results)}"
        )
    write_json(
        path, {"format": FORMAT, "policy": name, "versions": versions(), "results": [r.as_json() for r in several]}
    )
