"""One way of training on one task, as data."""

from dataclasses import dataclass, field, replace
from typing import Any

from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.grid import Grid
from baselines.experiments.search import with_settings
from baselines.outer_loops.base import OuterLoop


@dataclass(frozen=True)
class Recipe:
    """One way of training on one task."""

    name: str
    """As on the command line."""
    title: str
    """What a person calls it, in tables and pictures."""
    task: str
    """Id of the environment."""
    arguments: dict[str, Any]
    """Of the task."""
    outer_loop: OuterLoop
    agents: tuple[str, ...] = ("badger", "shared", "monolithic")
    """It was tried on, by name; the first one is the default. "shared" is Badger with its messages cut."""
    parameters: int = 8000
    """How many the agents have, within 10 %."""
    test_sizes: tuple[int, ...] = ()
    """Sizes to test at besides the task's own."""
    test_episodes: int = 1000
    """At each size."""
    probe_episodes: int = 200
    """Test episodes at each point of a probe."""
    grids: tuple[Grid, ...] = ()
    """What else to test of agents that can."""
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What an agent is given besides its own parts, by name."""
    settings: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of the outer loop, by name of the agent: what the search of suite "standard_1" chose for it. They are used where
    nothing is searched, so that short comparisons are tuned alike too."""
    seeds: int | None = None
    """Runs in a comparison; None for as many as the suite says."""
    tuned: bool = True
    """Whether suites search for settings; not where the settings are a curriculum for one agent."""
    cpu_seconds: float = 0.0
    """Of one training of the first agent, as measured on one core of a two-core machine; for estimates."""

    def config(self, agent_spec: AgentSpec) -> dict[str, Any]:
        """The whole config of an agent for this task, of this recipe's number of parameters.

        Raises:
            ValueError: No size comes within 10 % of the parameters.
        """
        agent_spec = replace(agent_spec, config={**agent_spec.config, **self.configs.get(agent_spec.name, {})})
        bins = self.outer_loop.bins
        return agent_spec.fitted(self.make_task(), self.parameters, bins=bins, max_ports=self.max_ports)

    @property
    def max_ports(self) -> int:
        """The most ports that are trained with."""
        most, spec = self.make_task().ports, get_spec(self.task)
        for stage in self.outer_loop.stages:
            size = {} if stage.sizes is None else {spec.size_argument: stage.sizes[1]}
            most = max(most, spec.make_task(**{**self.arguments, **dict(stage.arguments), **size}).ports)
        return most

    @property
    def trained_sizes(self) -> tuple[int, ...]:
        """Sizes that are trained with in the end and tested at, rising: its own, or those of a range."""
        task, drawn = self.make_task(), self.outer_loop.stages[-1].drawn_sizes
        own = int(getattr(task, get_spec(self.task).size_argument))
        return tuple(sorted(size for size in {own, *self.test_sizes} if size in drawn)) or (own,)

    def loop(self, agent_spec: AgentSpec) -> OuterLoop:
        """The outer loop with the settings that are known to suit an agent."""
        return with_settings(self.outer_loop, self.settings.get(agent_spec.name, {}))

    def make_task(self) -> Task[Any]:
        """What is trained on."""
        return get_spec(self.task).make_task(**self.arguments)
