"""Who can be trained: agents by name."""

from typing import Any

from badger_envs.core.task import Task
from badger_envs.registry import spec_of
from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.rival_agents import RIVALS
from baselines.experiments.society import SOCIETY_AGENTS
from baselines.experiments.topologies import TOPOLOGY_AGENTS
from baselines.experiments.transition import TRANSITION_AGENTS

_FREE = {
    "messages": "attention", "identity": "random", "membrane": "bonds", "experts": 12, "topology": "all_and_self",
}  # fmt: skip
_IN_TURN = {"messages": "mean", "message_size": 8, "identity": "random", "error_feature": 1}  # of the guessing game


def _free(name: str, label: str, description: str, **changes: Any) -> AgentSpec:
    """Free experts with one thing changed."""
    return AgentSpec(
        f"free_{name}", f"free experts, {label}", f"free experts, but {description}", "Badger", _FREE | changes
    )


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
            "badger_attention", "Badger, attention",
            "the same, but every expert chooses whom to listen to; the messages of TarMAC",
            "Badger", {"messages": "attention", "identity": "one_hot"},
        ),
        AgentSpec(
            "badger_sizes",
            "Badger, trained at 2..6",
            "Badger with random ids and attention messages, which is given the summed error too; at first fixed ids "
            "and 3 ports, then 2 to 6 ports",
            "Badger",
            {"messages": "attention", "identity": "random", "hidden_size": 32, "error_feature": 1},
        ),
        AgentSpec(
            "badger_free",
            "Badger, free experts",
            "12 experts that are tied to no port: their random ids are matched with random addresses of ports, one "
            "port for each expert and as many experts for each port; they choose whom to listen to, themselves too",
            "Badger",
            _FREE,
        ),
        AgentSpec(
            "badger_pairs", "Badger, pairs of ports",
            "an expert at every pair of ports that hears its row and its column; those of a port vote on what it does",
            "Badger", {"membrane": "pairs", "messages": "rows_and_columns", "message_size": 8, "identity": "none"},
        ),
        AgentSpec(
            "badger_plastic", "Badger, plastic synapses",
            "a weight at every pair of ports; one shared rule of a few numbers changes all of them in a lifetime",
            "Badger",
            {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"},
        ),
        AgentSpec(
            "ic3net", "IC3Net", "the same, but every expert decides whether to speak", "Badger",
            {"messages": "gated", "identity": "one_hot"},
        ),
        AgentSpec(
            "monolithic", "monolithic GRU", "one recurrent network for all ports, the policy of RL2", "Monolithic"
        ),
        AgentSpec("monolithic_lstm", "monolithic LSTM", "the same with an LSTM", "Monolithic", {"cell": "lstm"}),
        AgentSpec(
            "shared", "shared, no messages", "Badger with its messages cut: a recurrent policy shared by all ports",
            "Badger", {"messages": "none", "identity": "one_hot"},
        ),
        AgentSpec(
            "commnet", "CommNet", "shared LSTM that hears the mean of the others' states, two rounds", "CommNet",
            {"rounds": 2},
        ),
        AgentSpec(
            "independent", "independent", "a recurrent network for each port, none shared, none talking", "Independent"
        ),
        *RIVALS,
        # Free experts with one thing missing, to show what it is worth.
        _free("silent", "no messages", "without messages", messages="none"),
        _free("others", "hear the others only", "nobody hears itself", topology="all"),
        _free("mean", "mean messages", "all hear the mean of all", messages="mean"),
        _free("auction", "auction", "bonds are made by prices, nearly hard", membrane="auction_bonds"),
        _free("sinkhorn", "Sinkhorn", "bonds are balanced weights, nearly hard", membrane="sinkhorn_bonds"),
        _free("sharp", "no competition", "each takes the port that it matches best", membrane="sharp_bonds"),
        _free("soft", "soft bonds", "each serves all ports, more or less", membrane="soft_bonds"),
        _free("untied", "attention", "reading and writing attend by memory, softly, untied", membrane="attention"),
        # Who moves when, from nothing handed over to whole rounds of trials.
        AgentSpec(
            "badger_at_once", "all at once", "expert i at port i; all outputs move in every step", "Badger", _IN_TURN
        ),
        AgentSpec(
            "badger_flags", "flags", "the same, and ports are told whose turn it is", "Badger",
            {**_IN_TURN, "turns": "flags"},
        ),
        AgentSpec(
            "badger_stick", "talking stick", "the same, and only the output whose turn it is, or just was, moves",
            "Badger", {**_IN_TURN, "turns": "stick"},
        ),
        AgentSpec(
            "badger_rounds", "rounds of trials",
            "expert i at port i; each output is tried in turn, its expert is told what that changed, and all decide",
            "Badger", {**_IN_TURN, "turns": "rounds", "identity": "none"},
        ),
        AgentSpec(
            "badger_rounds_silent", "rounds of trials, no messages", "the same without messages", "Badger",
            {**_IN_TURN, "turns": "rounds", "identity": "none", "messages": "none"},
        ),
        AgentSpec(
            "free_rounds", "free experts, rounds of trials",
            "rounds of trials with free experts, which are bound anew in each round where ports are more", "Badger",
            {**_IN_TURN, **_FREE, "messages": "mean", "topology": "all", "turns": "rounds"},
        ),
        *SOCIETY_AGENTS,
        *TOPOLOGY_AGENTS,
        *TRANSITION_AGENTS,
    )
}  # fmt: skip
"""Agents by name."""

EVERYBODY = (
    "badger", "badger_attention", "badger_free", "ic3net", "monolithic", "monolithic_lstm", "shared", "commnet",
    "independent",
)  # fmt: skip
"""Agents that can be on every problem, out of the box."""

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
