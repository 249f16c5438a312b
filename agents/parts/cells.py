"""torch's recurrent cells, which can also be run in plain operations.

`torch.func.vmap`, which runs many sets of weights at once, has no rule for torch's cells and takes them one by one;
plain operations are 1.3 times slower for one set of weights (training, a few hundred rows) and far faster for many.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


def use_plain_operations(module: nn.Module) -> None:
    """Let all cells within a module run in plain operations from now on."""
    for part in module.modules():
        if isinstance(part, GRUCell | LSTMCell):
            part.plain = True


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


class GRUCell(nn.GRUCell):
    """Gated recurrent unit (Cho et al. 2014)."""

    plain = False

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """(N, inputs), (N, H) -> (N, H)."""
        if not self.plain or hx is None:
            return super().forward(input, hx)
        read = linear(input, self.weight_ih, self.bias_ih)  # (N, 3H)
        kept = linear(hx, self.weight_hh, self.bias_hh)  # (N, 3H)
        return gru_update(read, kept, hx)

    def sequence(self, inputs: Tensor, hx: Tensor) -> tuple[Tensor, Tensor]:
        """Many steps in one call: (W, N, inputs), (N, H) -> memories (W, N, H) and the last one (N, H)."""
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        memories, last = torch.gru(inputs, hx[None], weights, True, 1, 0.0, self.training, False, False)
        return memories, last[0]


class LSTMCell(nn.LSTMCell):
    """Long short-term memory (Hochreiter, Schmidhuber 1997; with forget gates, Gers et al. 2000)."""

    plain = False

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """(N, inputs), two times (N, H) -> two times (N, H): hidden state and cell."""
        if not self.plain or hx is None:
            return super().forward(input, hx)
        hidden, cell = hx
        read = linear(input, self.weight_ih, self.bias_ih) + linear(hidden, self.weight_hh, self.bias_hh)  # (N, 4H)
        enter, forget, candidate, leave = read.chunk(4, dim=1)  # 4 x (N, H)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(candidate)  # (N, H)
        return torch.sigmoid(leave) * torch.tanh(cell), cell

    def sequence(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Many steps in one call: (W, N, inputs), 2 x (N, H) -> hidden (W, N, H), and the last hidden and cell."""
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        start = (hidden[None], cell[None])
        hiddens, last, kept = torch.lstm(inputs, start, weights, True, 1, 0.0, self.training, False, False)
        return hiddens, last[0], kept[0]


@torch.no_grad()
def with_forget_bias(cell: LSTMCell) -> LSTMCell:
    """The cell with a forget bias of 1, so that it remembers at first (Jozefowicz et al. 2015).

    Without this, 3 of 6 runs of CommNet in the pocket comparison stayed at chance; with it none of 5 did.
    """
    size = cell.hidden_size
    cell.bias_ih[size : 2 * size] = 1.0
    return cell
