"""A run: one agent, one outer loop, one task, one seed, one budget. Its result is a function of its specification.

A result is stored in a folder named by the hash of the specification, so a second run finds it and does nothing. The
file `run.json` is written last: a folder without it is a run that did not finish. Probes have a file each, so that a
later probe asks agents that were trained before it was there.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from badger_envs.core.episodes import EpisodeSet
from badger_envs.registry import get_spec
from badger_envs.version import __version__
from baselines.outer_loops.base import OuterLoop
from baselines.perturbations.probes import PROBES

RUN_VERSION = 4
"""Goes into the hash; raise it when the same specification gives another result than before."""


@dataclass(frozen=True)
class RunSpec:
    """The specification."""

    agent: str
    """Name of the agent."""
    task: str
    """Id of the environment."""
    arguments: dict[str, Any]
    """Of the task, for training and for the main test."""
    seed: int
    """Draws the weights and names the training episodes."""
    kind: str | None = None
    """Kind of agent, as in `agents.build_agent`; None for a handcrafted policy."""
    config: dict[str, Any] | None = None
    """Of the agent."""
    policy: str | None = None
    """Name of a handcrafted policy in the registry's row; None for an agent that is trained."""
    outer_loop: OuterLoop | None = None
    """Settings of the outer loop; None for a handcrafted policy."""
    test_sizes: tuple[int, ...] = ()
    """Sizes to test at besides the task's own, where the agent can."""
    episode_set: str = EpisodeSet.TEST.name
    """TEST, or VALIDATION for trials of the tuning."""
    episodes: int = 1000
    """How many to test on, at each size."""
    problem: str = ""
    """Name of the recipe, for people; the same training under another name is the same run, as with all below."""
    probes: tuple[str, ...] = ()
    """What is asked besides, by name; each in a file of its own."""
    probe_episodes: int = 200
    """Test episodes at each point of a probe."""

    def specification(self) -> dict[str, Any]:
        """Plain numbers, lists and words, complete; just what is read back from a file."""
        specification = {"run_version": RUN_VERSION, "badger_envs": __version__, **asdict(self)}
        for name in ("problem", "probes", "probe_episodes"):
            del specification[name]
        if self.outer_loop is not None:
            specification["outer_loop"]["kind"] = self.outer_loop.kind
        plain: dict[str, Any] = json.loads(json.dumps(specification))
        return plain

    @property
    def hash(self) -> str:
        """Of the specification: 16 hexadecimal digits."""
        text = json.dumps(self.specification(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def updates(self) -> int:
        """Updates of the outer loop."""
        return self.outer_loop.updates if self.outer_loop else 0

    @property
    def bins(self) -> int | None:
        """Values that each entry of an action is chosen from; None for all."""
        return self.outer_loop.bins if self.outer_loop else None

    @property
    def training_episodes(self) -> int:
        """Lifetimes that the outer loop trains on: how much work the run is."""
        return self.outer_loop.updates * self.outer_loop.batch if self.outer_loop else 0

    @property
    def work(self) -> float:
        """How much there is to do, roughly: steps of lifetimes that are trained on, and a little for the tests."""
        if self.outer_loop is None:
            return 1_000.0
        steps = self.training_episodes * get_spec(self.task).horizon(**self.arguments)
        return 1_000.0 + steps * self.outer_loop.population_size

    @property
    def title(self) -> str:
        """What a person calls this run."""
        who = f"{self.problem}: {self.agent}" if self.problem else self.agent
        if self.outer_loop is None:
            return who
        if self.episode_set == EpisodeSet.TEST.name:
            return f"{who}, seed {self.seed}"
        return f"{who}, trial at lr {self.outer_loop.learning_rate:g}"


def find_result(run: RunSpec, root: Path) -> dict[str, Any] | None:
    """The stored result of a run with all its probes, or None where something is not there or is cut off."""
    folder = root / run.hash
    found = read_object(folder / "run.json")
    if found is None or found.get("specification") != run.specification():
        return None
    probes = {name: read_object(folder / probe_file(run, name)) for name in run.probes}
    return None if None in probes.values() else {**found, "probes": probes}


def failure(run: RunSpec, reason: str) -> dict[str, Any]:
    """The result of a run that has none."""
    return {"hash": run.hash, "specification": run.specification(), "failed": reason}


def read_object(path: Path) -> dict[str, Any] | None:
    """What a JSON file holds; None where it is missing, cut off or no object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def probe_file(run: RunSpec, name: str) -> str:
    """Name of the file of a probe, in the folder of its run."""
    return f"probe_{name}_v{PROBES[name].version}_{run.probe_episodes}.json"
