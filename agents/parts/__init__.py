"""Exchangeable parts of agents, a few lines each, by the names that configs have for them.

Each table leads from a name to an entry point "module:name", so that a config can be checked without torch. A part is
one class in its module and one row here.
"""

from importlib import import_module
from typing import Any

EXPERTS = {
    "gru": "agents.parts.experts:GRU",
    "lstm": "agents.parts.experts:LSTM",
    "feed_forward": "agents.parts.experts:FeedForward",
    "plastic": "agents.parts.synapses:Plastic",
    "plastic_product": "agents.parts.synapses:Product",
    "plastic_unscaled": "agents.parts.synapses:Unscaled",
    "associative": "agents.parts.associative:Associative",
    "predictive": "agents.parts.associative:Predictive",
}
"""How the state of an expert is updated: subclasses of `agents.parts.experts.Expert`."""

HANDMADE = {
    "register": "agents.parts.handmade:Register",
    "clock": "agents.parts.handmade:Clock",
    "mean_keeper": "agents.parts.handmade:MeanKeeper",
}
"""Experts without a port that follow a written rule: subclasses of `agents.parts.handmade.Handmade`."""

HIDDEN_KINDS = ("trained", *HANDMADE, "mixed")
"""What experts without a port are: trained like the others, of one handmade kind, or of each in turn."""

ASSIGNMENTS = ("in_turn", "random", "by_role")
"""How kinds are dealt to experts at birth, see `agents.parts.kinds.Kinds`."""

ACTIVITIES = {
    "all": "agents.parts.activity:AllActive",
    "top": "agents.parts.activity:TopActive",
}
"""Which experts update in a step: `agents.parts.activity.AllActive` and its subclasses."""

MESSAGES = {
    "mean": "agents.parts.messages:MeanMessages",
    "gated": "agents.parts.messages:GatedMessages",
    "attention": "agents.parts.messages:AttentionMessages",
    "words": "agents.parts.words:Words",
    "rows_and_columns": "agents.parts.pairs:RowsAndColumns",
    "along_edges": "agents.parts.edges:AlongEdges",
    "none": "agents.parts.messages:NoMessages",
}
"""What experts receive from each other: subclasses of `agents.parts.messages.Messages`."""

MEMBRANES = {
    "direct": "agents.parts.membrane:DirectMembrane",
    "pairs": "agents.parts.pairs:Pairs",
    "edges": "agents.parts.edges:Edges",
    "synapses": "agents.parts.synapses:Synapses",
    "bonds": "agents.parts.bonds:Bonds",
    "attention": "agents.parts.membrane:AttentionMembrane",
    "soft_bonds": "agents.parts.bonds:SoftBonds",
    "sharp_bonds": "agents.parts.bonds:SharpBonds",
    "sinkhorn_bonds": "agents.parts.bonds:SinkhornBonds",
    "auction_bonds": "agents.parts.bonds:AuctionBonds",
    "slots": "agents.parts.slots:Slots",
}
"""How experts reach ports: subclasses of `agents.parts.membrane.Membrane`."""

OF_PAIRS = ("pairs", "synapses")
"""Membranes with an expert at every pair of ports."""

PLASTIC = tuple(name for name in EXPERTS if name.startswith("plastic"))
"""Experts for the membrane "synapses"."""

TIED = ("direct", *OF_PAIRS, "edges")
"""Membranes whose experts sit at ports, so that ports say how many there are. In all others experts are free."""

BONDS = tuple(name for name in MEMBRANES if name.endswith("bonds"))
"""Membranes that match the identities of experts with the addresses of ports, and read these in their place."""

MATCHED = (*BONDS, "slots")
"""All that match them, so that both must be random and of one size."""

ROUNDS = {
    "chain": "agents.parts.rounds:Chain",
    "settle": "agents.parts.rounds:Settle",
}
"""How the rounds of a step follow each other: `agents.parts.rounds.Chain` and its subclasses."""

TURNS = {
    "all_at_once": "agents.parts.turns:AllAtOnce",
    "recall": "agents.parts.turns:Recall",
    "flags": "agents.parts.turns:Flags",
    "stick": "agents.parts.turns:Stick",
    "rounds": "agents.parts.turns:Rounds",
}
"""Who moves when: `agents.parts.turns.AllAtOnce` and its subclasses."""

TOPOLOGIES = {
    "all": "agents.parts.topology:all_others",
    "all_and_self": "agents.parts.topology:all_and_self",
    "ring": "agents.parts.topology:ring",
    "chain": "agents.parts.topology:chain",
    "grid": "agents.parts.topology:grid",
    "clusters": "agents.parts.topology:clusters",
    "groups": "agents.parts.topology:groups",
    "leaders": "agents.parts.topology:leaders",
    "star": "agents.parts.topology:star",
}
"""Which experts hear which: functions of their number, see `agents.parts.topology`."""

TOPOLOGY_NAMES = (*TOPOLOGIES, "random", "given", "learned")
"""Besides functions of the number of experts: drawn at birth, handed in by the task, chosen in every round."""

IN_TURN = (*TOPOLOGIES, "given")
"""Topologies that may take turns in the rounds of a step."""

IDENTITIES = ("one_hot", "random", "none")
"""What tells experts apart, see `agents.parts.identity.Identity`."""

PLACES = ("in_order", "random")
"""Which of the places of a padded agent its ports get, see `agents.parts.padding`."""

MIXINGS = {
    "attention": "agents.parts.mixing:AttentionMixing",
    "mean": "agents.parts.mixing:MeanMixing",
    "sum": "agents.parts.mixing:SumMixing",
}
"""What ports are told of each other by an agent that is the same at all of them: `agents.parts.mixing.Mixing`."""


def load_part(entry_point: str) -> Any:
    """The class or function that an entry point "module:name" leads to."""
    module, _, name = entry_point.partition(":")
    return getattr(import_module(module), name)
