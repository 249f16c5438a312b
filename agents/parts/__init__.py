"""Exchangeable parts of agents, a few lines each."""

from agents.parts.cells import GRUCell, LSTMCell, gated, remembering, use_plain_operations
from agents.parts.identity import IDENTITIES, Identity
from agents.parts.inputs import inputs_size, with_change
from agents.parts.membrane import MEMBRANES, AttentionMembrane, DirectMembrane, Membrane
from agents.parts.messages import MESSAGES, AttentionMessages, GatedMessages, MeanMessages, Messages, NoMessages

__all__ = [
    "IDENTITIES",
    "MEMBRANES",
    "MESSAGES",
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
    "remembering",
    "use_plain_operations",
    "with_change",
]
