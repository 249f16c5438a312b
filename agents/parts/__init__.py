"""Exchangeable parts of agents, a few lines each."""

from agents.parts.cells import GRUCell, LSTMCell, gated, remembering, use_plain_operations
from agents.parts.identity import IDENTITIES, Identity
from agents.parts.inputs import inputs_size, with_change
from agents.parts.membrane import MEMBRANES, AttentionMembrane, DirectMembrane, Membrane
from agents.parts.messages import MESSAGES, AttentionMessages, GatedMessages, MeanMessages, Messages, NoMessages
from agents.parts.topology import TOPOLOGIES, TOPOLOGY_NAMES, mean_of_heard, who_hears_whom

__all__ = [
    "IDENTITIES",
    "MEMBRANES",
    "MESSAGES",
    "TOPOLOGIES",
    "TOPOLOGY_NAMES",
    "AttentionMembrane",
    "AttentionMessages",
    "DirectMembrane",
    "GRUCell",
    "GatedMessages",
    "Identity",
    "LSTMCell",
    "MeanMessages",
    "Membrane",
    "Messages",
    "NoMessages",
    "gated",
    "inputs_size",
    "mean_of_heard",
    "remembering",
    "use_plain_operations",
    "who_hears_whom",
    "with_change",
]
