"""Plain operations in place of fused ones, for which `torch.func.vmap` has no rules."""

from torch import nn

from agents.parts.experts import Recurrent
from agents.parts.messages import AttentionMessages


def use_plain_operations(module: nn.Module) -> None:
    """Let all recurrent cells and attention within a module run in plain operations from now on."""
    for part in module.modules():
        if isinstance(part, Recurrent | AttentionMessages):
            part.plain = True
