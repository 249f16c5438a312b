"""A recurrent hypernetwork (Beck et al. 2023): what was found out in a lifetime is the weights of a small policy.

A recurrent network sees everything, as in `agents.padded_monolithic`; of its memory a linear map generates all weights
of a perceptron with one hidden layer, which sees the present alone and acts. The map begins with weights of 0 and a
bias that is a usual start of the perceptron, so that all tasks begin alike. Axis letters as in `agents`; U units.
"""

import math

import torch
from torch import Tensor, nn

from agents.padded_monolithic import PaddedMonolithic
from agents.rival_configs import HypernetworkConfig


class Hypernetwork(PaddedMonolithic):
    """A GRU or an LSTM that generates a policy in every step."""

    config_class = HypernetworkConfig

    def make_output(self, outputs: int) -> None:
        units, inputs = self.config.policy_size, self.padding.size
        self.shapes = ((units, inputs + 1), (outputs, units + 1))
        """Of the weights of both layers; their last column is the bias."""
        self.generate = nn.Linear(self.config.hidden_size, sum(map(math.prod, self.shapes)))
        nn.init.zeros_(self.generate.weight)
        with torch.no_grad():
            for start, (_, columns) in zip(self._layers(self.generate.bias), self.shapes, strict=True):
                bound = 1.0 / math.sqrt(columns - 1)  # as torch's layers begin
                start.uniform_(-bound, bound)

    def output(self, memory: Tensor, inputs: Tensor) -> Tensor:
        first, second = self._layers(self.generate(memory))  # (..., U, inputs + 1), (..., L * A, U + 1)
        units = torch.tanh(_weighed(inputs, first))  # (..., U)
        return _weighed(units, second)  # (..., L * A)

    def _layers(self, generated: Tensor) -> list[Tensor]:
        """The weights of both layers, (..., rows, columns), of all of them in a row, (..., W)."""
        first = math.prod(self.shapes[0])
        parts = generated[..., :first], generated[..., first:]
        return [part.view(*part.shape[:-1], *shape) for part, shape in zip(parts, self.shapes, strict=True)]


def _weighed(values: Tensor, weights: Tensor) -> Tensor:
    """Values (..., inputs) times weights (..., outputs, inputs + 1), of which the last column is the bias."""
    product = (weights[..., :-1] @ values[..., None])[..., 0]  # (..., outputs)
    return product + weights[..., -1]
