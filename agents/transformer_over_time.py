"""A transformer over time in place of a recurrent network: RL2 with a context of the last W steps (Melo 2022).

It sees all ports at once, padded as in `agents.padded_monolithic`. Axis letters as in `agents`.
"""

from agents.padded_monolithic import PaddedMonolithic
from agents.parts.context import Context
from agents.parts.experts import Expert
from agents.rival_configs import TransformerOverTimeConfig


class TransformerOverTime(PaddedMonolithic):
    """Pre-norm blocks over the steps of a lifetime."""

    config_class = TransformerOverTimeConfig

    def make_network(self, inputs: int) -> Expert:
        config = self.config
        return Context(inputs, config.hidden_size, config.layers, config.heads, config.window)
