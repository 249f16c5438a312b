"""Who can be trained: agents by name, with their parts, and made to fit a task and a number of parameters."""

from dataclasses import dataclass, field, fields
from typing import Any

import agents
from badger_envs.core.task import Task
from badger_envs.registry import spec_of

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
    policy: str | None = None
    """Name of a handcrafted policy in the registry's row."""

    def fitted(self, task: Task[Any], parameters: int, *, bins: int | None = None) -> dict[str, Any]:
        """The whole config for a task, as wide as a number of parameters asks for unless it says how wide it is.

        Raises:
            ValueError: It is a handcrafted policy, or no width comes within 10 % of the parameters.
        """
        if self.kind is None:
            raise ValueError(f"agent must be one that is trained, got {self.name!r}")
        outputs = task.port_actions * (bins or 1)
        config = {"port_features": task.port_features, "port_actions": outputs, **self.config}
        if any(part.name == "ports" for part in fields(getattr(agents, f"{self.kind}Config"))):
            config["ports"] = task.ports
        return config if "hidden_size" in config else fit_width(self.kind, config, parameters)


def fit_width(kind: str, config: dict[str, Any], parameters: int) -> dict[str, Any]:
    """The config with the hidden size whose number of parameters comes nearest to the one asked for.

    Raises:
        ValueError: No width comes within 10 %.
    """
    counts = {}
    low, high = 1, LARGEST_WIDTH
    while low <= high:
        width = (low + high) // 2
        counts[width] = agents.count_parameters(agents.build_agent(kind, {**config, "hidden_size": width}))
        low, high = (width + 1, high) if counts[width] < parameters else (low, width - 1)
    best = min(counts, key=lambda width: abs(counts[width] - parameters))
    if abs(counts[best] - parameters) > PARAMETER_TOLERANCE * parameters:
        raise ValueError(
            f"parameters must be reachable by {kind} within 10 %, got {parameters}; nearest {counts[best]}"
        )
    return {**config, "hidden_size": best}


AGENTS: dict[str, AgentSpec] = {
    agent_spec.name: agent_spec
    for agent_spec in (
        AgentSpec(
            "badger",
            "Badger",
            "experts with one shared recurrent policy that hear the mean of each other's messages; expert i at port i",
            "Badger",
            {"messages": "mean", "identity": "one_hot"},
        ),
        AgentSpec(
            "badger_attention",
            "Badger, attention",
            "the same, but every expert chooses whom to listen to; the messages of TarMAC",
            "Badger",
            {"messages": "attention", "identity": "one_hot"},
        ),
        AgentSpec(
            "badger_sizes",
            "Badger, trained at 2..6",
            "Badger with random ids and attention messages; at first fixed ids and 3 ports, then 2 to 6 ports",
            "Badger",
            {"messages": "attention", "identity": "random", "hidden_size": 32},
        ),
        AgentSpec(
            "badger_swarm",
            "Badger, free experts",
            "4 experts that are bound to no port: they find ports by attention to random addresses, and choose whom to "
            "listen to, in two rounds",
            "Badger",
            {"messages": "attention", "identity": "random", "membrane": "attention", "experts": 4, "rounds": 2},
        ),
        AgentSpec(
            "ic3net",
            "IC3Net",
            "the same, but every expert decides whether to speak",
            "Badger",
            {"messages": "gated", "identity": "one_hot"},
        ),
        AgentSpec(
            "monolithic", "monolithic GRU", "one recurrent network for all ports, the policy of RL2", "Monolithic"
        ),
        AgentSpec("monolithic_lstm", "monolithic LSTM", "the same with an LSTM", "Monolithic", {"cell": "lstm"}),
        AgentSpec(
            "shared",
            "shared, no messages",
            "Badger with its messages cut: a recurrent policy shared by all ports",
            "Badger",
            {"messages": "none", "identity": "one_hot"},
        ),
        AgentSpec(
            "commnet",
            "CommNet",
            "shared LSTM that hears the mean of the others' states, two rounds",
            "CommNet",
            {"rounds": 2},
        ),
        AgentSpec(
            "independent", "independent", "a recurrent network for each port, none shared, none talking", "Independent"
        ),
    )
}
"""Agents by name."""

LEVELS = {
    "chance": ("blind (chance)", "handcrafted: the best policy that does not listen"),
    "reference": ("handcrafted reference", "handcrafted: knows the rules of the task"),
}
"""Labels of the handcrafted policies that every task has."""


def handcrafted(task: Task[Any]) -> list[AgentSpec]:
    """The handcrafted policies of a task: chance, reference, and the local optima between them."""
    policies = spec_of(task).policies
    return [
        AgentSpec(name, *LEVELS.get(name, (name.replace("_", " "), "handcrafted: a local optimum")), policy=name)
        for name in sorted(policies, key=lambda name: name not in LEVELS)
    ]
