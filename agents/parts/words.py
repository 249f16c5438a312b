"""Words: in each round an expert says one word out of a few, and hears how often others say each.

Axis letters as in `agents`; M words.
"""

import torch
from torch import Tensor

from agents.parts.messages import MeanMessages


class Words(MeanMessages):
    """A message is one word: a one at the place of the largest of M numbers, and zeros.

    No gradient goes through that choice, so the one of the softmax stands in for it (straight through, Bengio et al.
    2013; without the noise of Gumbel-softmax, so that the same memory says the same word, in training and after it).
    What a word means to a listener is a table, M words by what the expert takes in: the columns of its input weights
    that belong to messages.
    """

    def messages(self, memory: Tensor) -> Tensor:
        chance = super().messages(memory).softmax(dim=-1)  # (B, E, M)
        largest = chance.argmax(dim=-1, keepdim=True)  # (B, E, 1)
        word = torch.zeros_like(chance).scatter(-1, largest, 1.0)  # (B, E, M)
        return word + (chance - chance.detach())  # (B, E, M) the word, with the gradient of its chance
