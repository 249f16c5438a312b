"""A run: one agent, one outer loop, one task, one seed, one budget. Its result is a function of its specification."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from badger_envs.core.checks import hold_plain_numbers, require_choice, require_integer
from badger_envs.core.episodes import INDEX_BITS, SEED_BITS, EpisodeSet
from badger_envs.registry import get_spec
from badger_envs.version import __version__
from baselines.experiments.grid import Grid
from baselines.outer_loops.base import OuterLoop
from baselines.perturbations.probes import PROBES
from baselines.results.data import plain_number
from baselines.results.run import RunResult, Specification

LARGEST_SEED = (1 << SEED_BITS) - 1
"""Larger ones would name no episodes of their own."""
RUN_VERSION = 5
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
    grids: tuple[Grid, ...] = ()
    """What else to test, where the agent can."""
    problem: str = ""
    """Name of the recipe, for people; the same training under another name is the same run, as with all below."""
    probes: tuple[str, ...] = ()
    """What is asked besides, by name; each in a file of its own."""
    probe_episodes: int = 200
    """Test episodes at each point of a probe."""

    def __post_init__(self) -> None:
        hold_plain_numbers(self)
        require_integer("seed", self.seed, 0, LARGEST_SEED)
        require_choice("episode_set", self.episode_set, (EpisodeSet.TEST.name, EpisodeSet.VALIDATION.name))
        for size in self.test_sizes:
            require_integer("test_sizes", size, 1)
        spec = get_spec(self.task)
        if (self.policy is None) == (self.kind is None):
            raise ValueError(f"kind or policy must be given, and not both, got {self.kind!r} and {self.policy!r}")
        if self.policy is not None:
            require_choice("policy", self.policy, tuple(spec.policies))
        for probe in self.probes:
            require_choice("probes", probe, tuple(PROBES))
        require_integer("episodes", self.episodes, 1, 1 << INDEX_BITS)
        require_integer("probe_episodes", self.probe_episodes, 1, 1 << INDEX_BITS)

    def specification(self) -> Specification:
        """Everything that the result is a function of, as it is read back from a file."""
        return Specification.of(self._plain())

    def _plain(self) -> dict[str, Any]:
        plain = {"run_version": RUN_VERSION, "badger_envs": __version__, **asdict(self)}
        for name in ("problem", "probes", "probe_episodes"):
            del plain[name]
        if not self.grids:  # as in runs that were made before there were grids
            del plain["grids"]
        if self.outer_loop is not None:
            plain["outer_loop"]["kind"] = self.outer_loop.kind
            for stage in plain["outer_loop"]["stages"]:
                # As in runs that were made before rounds could be drawn and sizes left out.
                for name, without in (("rounds", None), ("left_out", ())):
                    if stage[name] == without:
                        del stage[name]
        return plain

    @property
    def hash(self) -> str:
        """Of the specification: 16 hexadecimal digits."""
        text = json.dumps(self._plain(), sort_keys=True, separators=(",", ":"), default=plain_number)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        """Of the task, for training and for the main test."""
        spec = get_spec(self.task)
        size: int = getattr(spec.make_task(**self.arguments), spec.size_argument)
        return size

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
        """Episodes that the outer loop trains on: how much work the run is."""
        return self.outer_loop.updates * self.outer_loop.batch if self.outer_loop else 0

    @property
    def work(self) -> float:
        """How much there is to do, roughly: steps of the training episodes, and a little for the tests."""
        if self.outer_loop is None:
            return 1_000.0
        horizon = get_spec(self.task).horizon(**self.arguments)
        steps = self.training_episodes * self.outer_loop.steps_per_update(horizon)
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


def failed(run: RunSpec, reason: str) -> RunResult:
    """The result of a run that raised."""
    return RunResult(hash=run.hash, specification=run.specification(), failure=reason)
