"""Who can be trained, as data: an agent with its parts, made to fit a task and a number of parameters."""

from dataclasses import dataclass, field, fields
from typing import Any

import agents
from badger_envs.core.task import Task

PARAMETER_TOLERANCE = 0.1
LARGEST_WIDTH = 512


@dataclass(frozen=True)
class AgentSpec:
    """An agent that takes part in comparisons: how it is built, and what people call it."""

    name: str
    """As on the command line."""
    label: str
    """As in tables and pictures."""
    description: str
    """One sentence for people."""
    kind: str | None = None
    """Kind of agent; None for a handcrafted policy."""
    config: dict[str, Any] = field(default_factory=dict)
    """Of the agent, without what follows from the task and without its width."""
    width: str = "hidden_size"
    """The size in the config that makes the parameters as many as are asked for."""
    policy: str | None = None
    """Name of a handcrafted policy in the registry's row."""

    def fitted(
        self, task: Task[Any], parameters: int, *, bins: int | None = None, max_ports: int | None = None
    ) -> dict[str, Any]:
        """The whole config for a task, as wide as a number of parameters asks for unless it says how wide it is.

        Args:
            task: what is trained on.
            parameters: how many the agent shall have, within 10 %.
            bins: values that each number of an action is chosen from; None for all.
            max_ports: to how many ports an agent is padded that is padded; None for those of the task.

        Raises:
            ValueError: It is a handcrafted policy, or no width comes within 10 % of the parameters.
        """
        if self.kind is None:
            raise ValueError(f"agent must be one that is trained, got {self.name!r}")
        outputs = task.port_actions * (bins or 1)
        config = {"port_features": task.port_features, "port_actions": outputs, **self.config}
        of_ports = {"ports": task.ports, "max_ports": max(task.ports, max_ports or 1)}
        known = {part.name for part in fields(getattr(agents, f"{self.kind}Config"))}
        config = {name: ports for name, ports in of_ports.items() if name in known} | config
        if task.presence_changes:
            config["presence_changes"] = True
        return config if self.width in config else fit_width(self.kind, config, parameters, self.width)


def fit_width(kind: str, config: dict[str, Any], parameters: int, name: str = "hidden_size") -> dict[str, Any]:
    """The config with the size of that name whose number of parameters comes nearest to the one asked for.

    Raises:
        ValueError: No width comes within 10 %.
    """
    counts = {}
    low, high = 1, LARGEST_WIDTH
    while low <= high:
        width = (low + high) // 2
        counts[width] = agents.count_parameters(agents.build_agent(kind, {**config, name: width}))
        low, high = (width + 1, high) if counts[width] < parameters else (low, width - 1)
    best = min(counts, key=lambda width: abs(counts[width] - parameters))
    if abs(counts[best] - parameters) > PARAMETER_TOLERANCE * parameters:
        raise ValueError(
            f"parameters must be reachable by {kind} within 10 %, got {parameters}; nearest {counts[best]}"
        )
    return {**config, name: best}
