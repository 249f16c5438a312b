"""A reader that is a small network. Letters as in `baselines.perturbations.information.readers`."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from baselines.perturbations.information.linear import linear_reader
from baselines.perturbations.information.readers import Array, Best, Hidden, Parts, standardised

UNITS = 64
"""Of the hidden layer."""
STEPS, LEARNING_RATE, DECAY = 150, 0.01, 0.03
"""Of AdamW, with all lives at once."""
LOOKED_AT = 10
"""Steps from one look at the lives that say how far to fit to the next."""


@torch.inference_mode(False)
def network_reader(memory: Array, hidden: Hidden, linear: Best | None = None) -> Best:
    """Fit networks of one hidden layer, one for each reading, all at once.

    A network corrects what a linear reader puts out, and begins with no correction: linear readers are among them.

    Args:
        memory: (R, B, D).
        hidden: of the same B lives, at least one variable.
        linear: `linear_reader` of the same, where it is there already.
    """
    readings, sizes = len(memory), np.diff(hidden.columns).tolist()
    read = torch.from_numpy(standardised(memory)).float()  # (R, B, D)
    parts, values = Parts.of(read.shape[1]), hidden.values
    spread = np.ones(hidden.columns[-1])  # (O,)
    numbers = [first for first, count in zip(hidden.columns, hidden.classes, strict=False) if not count]
    spread[numbers] = np.maximum(values[parts.fit].std(axis=0)[[not count for count in hidden.classes]], 1e-9)
    scale = torch.from_numpy(spread).float()  # (O,)
    offset = torch.from_numpy((linear or linear_reader(memory, hidden)).outputs).float()  # (R, B, O)
    wanted = torch.from_numpy(values)  # (B, V)
    generator = torch.Generator().manual_seed(1)
    drawn = torch.rand(readings, read.shape[2] + 1, UNITS, generator=generator)  # (R, D + 1, UNITS) the last: bias
    first = ((2.0 * drawn - 1.0) / np.sqrt(read.shape[2])).requires_grad_()  # (R, D + 1, UNITS)
    second = torch.zeros(readings, UNITS + 1, hidden.columns[-1]).requires_grad_()  # (R, UNITS + 1, O)
    optimizer = torch.optim.AdamW([first, second], lr=LEARNING_RATE, weight_decay=DECAY)

    def outputs(part: slice) -> Tensor:
        inner = torch.relu(read[:, part] @ first[:, :-1] + first[:, -1:])  # (R, B, UNITS)
        return offset[:, part] + scale * (inner @ second[:, :-1] + second[:, -1:])  # (R, B, O)

    def look(part: slice) -> Array:
        with torch.no_grad():
            return outputs(part).double().numpy()

    best = Best(readings, hidden)
    for step in range(STEPS):
        if step % LOOKED_AT == 0:
            best.see(look)
        loss = torch.zeros(())
        for variable, output in enumerate(torch.split(outputs(parts.fit), sizes, dim=2)):  # V x (R, B, C or 1)
            target = wanted[parts.fit, variable].expand(readings, -1)  # (R, B)
            if hidden.classes[variable]:
                loss = loss + cross_entropy(output.transpose(1, 2), target.long()) * readings
            else:
                off = (output[..., 0] - target) / spread[hidden.columns[variable]]  # (R, B)
                loss = loss + off.square().mean() * readings
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    best.see(look)
    return best
