"""Expert policies: how the state of one expert is updated by what it reads, hears and is.

Axis letters as in `agents`.

`torch.func.vmap`, which runs many sets of weights at once, has no rule for torch's recurrent cells and takes them one
by one; plain operations are 1.3 times slower for one set of weights (training, a few hundred rows) and far faster for
many. So the recurrent ones can do both.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class Expert(nn.Module):
    """The policy that all experts share.

    The state of an expert is its memory, which messages and the membrane read, and what it keeps private: a cell state,
    the entries of a weight matrix of its own, which kind of expert it is.

    Args:
        inputs: entries of what an expert takes in each round.
        hidden_size: entries of its memory (H).
        private_size: entries of what it keeps private (S).
    """

    def __init__(self, inputs: int, hidden_size: int, private_size: int = 0) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.private_size = private_size

    def initial_state(
        self, batch: int, experts: int, generator: torch.Generator | None, roles: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """State at the start of B lifetimes, float32 (B, E, H) and (B, E, S) on the CPU; 0 in most experts.

        Args:
            batch: number of lifetimes (B).
            experts: number of experts (E).
            generator: samples what is random in them; on the CPU.
            roles: int64 (E,), of `Membrane.roles`; None where experts are added, whose role is 0.
        """
        return torch.zeros(batch, experts, self.hidden_size), torch.zeros(batch, experts, self.private_size)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        """One round: (N, inputs), (N, H), (N, S) -> the next (N, H) and (N, S)."""
        raise NotImplementedError

    def reset(self, private: Tensor, mask: Tensor) -> Tensor:
        """As `reset_blocks`. An expert whose private state is not made of blocks of H entries says what a reset is."""
        return reset_blocks(private, mask)  # (..., S)


class Recurrent(Expert):
    """A gated recurrent cell, with the parameters of torch's cells."""

    gates = 0
    """Blocks of H rows in its weights."""
    plain = False
    """Whether it runs in plain operations."""

    def __init__(self, inputs: int, hidden_size: int, private_size: int = 0) -> None:
        super().__init__(inputs, hidden_size, private_size)
        rows, bound = self.gates * hidden_size, 1.0 / math.sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(rows, inputs).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.bias_ih = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))

    @property
    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """In the order that torch's functions take them."""
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def sequence(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Many steps in one call: (T, N, inputs), (N, H), (N, S) -> memories (T, N, H), and the last state."""
        raise NotImplementedError


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014)."""

    gates = 3

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        if not self.plain:
            return torch.gru_cell(inputs, memory, *self.weights), private  # (N, H)
        read = linear(inputs, self.weight_ih, self.bias_ih)  # (N, 3H)
        kept = linear(memory, self.weight_hh, self.bias_hh)  # (N, 3H)
        return gru_update(read, kept, memory), private  # (N, H)

    def sequence(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weights = list(self.weights)
        memories, last = torch.gru(inputs, memory[None], weights, True, 1, 0.0, self.training, False, False)
        return memories, last[0], private  # (T, N, H), (N, H), (N, 0)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter, Schmidhuber 1997; with forget gates, Gers et al. 2000).

    Its memory is the hidden state; the cell state is private. It begins with a forget bias of 1, so that it does not
    forget at first (Jozefowicz et al. 2015): without this, 3 of 6 runs of CommNet in the pocket comparison stayed at
    chance; with it none of 5 did.
    """

    gates = 4

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size, private_size=hidden_size)
        with torch.no_grad():
            self.bias_ih[hidden_size : 2 * hidden_size] = 1.0

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        if not self.plain:
            return torch.lstm_cell(inputs, (memory, private), *self.weights)  # 2 x (N, H)
        read = linear(inputs, self.weight_ih, self.bias_ih) + linear(memory, self.weight_hh, self.bias_hh)  # (N, 4H)
        enter, forget, candidate, leave = read.chunk(4, dim=1)  # 4 x (N, H)
        cell = torch.sigmoid(forget) * private + torch.sigmoid(enter) * torch.tanh(candidate)  # (N, H)
        return torch.sigmoid(leave) * torch.tanh(cell), cell

    def sequence(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weights, start = list(self.weights), (memory[None], private[None])
        memories, hidden, cell = torch.lstm(inputs, start, weights, True, 1, 0.0, self.training, False, False)
        return memories, hidden[0], cell[0]  # (T, N, H), 2 x (N, H)


class FeedForward(Expert):
    """A perceptron with one hidden layer. Its memory is what it put out last, which others read but it does not."""

    def __init__(self, inputs: int, hidden_size: int) -> None:
        super().__init__(inputs, hidden_size)
        self.hidden = nn.Linear(inputs, hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)

    def forward(self, inputs: Tensor, memory: Tensor, private: Tensor) -> tuple[Tensor, Tensor]:
        return torch.tanh(self.output(torch.tanh(self.hidden(inputs)))), private  # (N, H)


def gru_update(read: Tensor, kept: Tensor, memory: Tensor) -> Tensor:
    """The next memory of a gated recurrent unit, (..., H).

    Args:
        read: (..., 3H), what reset gate, update gate and new memory take from the inputs.
        kept: (..., 3H), what they take from the memory.
        memory: (..., H).
    """
    size = memory.shape[-1]
    gates = torch.sigmoid(read[..., : 2 * size] + kept[..., : 2 * size])  # (..., 2H)
    reset, update = gates[..., :size], gates[..., size:]  # 2 x (..., H)
    new = torch.tanh(read[..., 2 * size :] + reset * kept[..., 2 * size :])  # (..., H)
    return new + update * (memory - new)


def reset_blocks(private: Tensor, mask: Tensor) -> Tensor:
    """What is private (..., S) with 0 in place of what belongs to the masked entries of the memory, bool (..., H).

    It is made of blocks of H entries, such as a cell state or the rows of a matrix; entry h of each block belongs to
    entry h of the memory.
    """
    blocks = private.shape[-1] // mask.shape[-1]
    return private.masked_fill(torch.cat([mask] * blocks, dim=-1), 0.0) if blocks else private  # (..., S)
