"""Hearing: what reaches an expert of what the others put out, all of them or those on its list.

Lists of neighbours are int64 (B, E, D), -1 for none. Axis letters as in `agents`.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad


def without_absent(neighbours: Tensor, absent: Tensor) -> Tensor:
    """Who hears whom, among those who are there.

    Args:
        neighbours: int64 (B, E, D).
        absent: bool (B, E).

    Returns:
        int64 (B, E, D).
    """
    theirs = gathered(absent[..., None].to(torch.float32), neighbours)[..., 0] > 0.0  # (B, E, D)
    return neighbours.masked_fill(theirs | absent[..., None], -1)  # (B, E, D)


def gathered(values: Tensor, neighbours: Tensor) -> Tensor:
    """What each neighbour puts out, (B, E, M) and int64 (B, E, D) -> (B, E, D, M); 0 in empty slots."""
    batch, experts, _ = values.shape
    padded = pad(values, (0, 0, 0, 1))  # (B, E + 1, M) with one more expert, who puts out nothing
    first = torch.arange(batch, device=values.device)[:, None, None] * (experts + 1)  # (B, 1, 1)
    rows = torch.where(neighbours < 0, experts, neighbours) + first  # (B, E, D)
    theirs = padded.flatten(0, 1).index_select(0, rows.flatten())  # (B * E * D, M)
    return theirs.view(*rows.shape, values.shape[2])  # (B, E, D, M)


def mean_heard(
    values: Tensor, neighbours: Tensor | None = None, absent: Tensor | None = None, *, itself: bool = False
) -> Tensor:
    """For each expert the mean over those it hears; 0 where it hears nobody, or is absent.

    Args:
        values: (B, E, M).
        neighbours: int64 (B, E, D), or None where each hears all.
        absent: bool (B, E), experts that neither hear nor are heard; None for none.
        itself: whether each of those who hear all hears itself too.

    Returns:
        (B, E, M).
    """
    if neighbours is not None:
        neighbours = neighbours if absent is None else without_absent(neighbours, absent)  # (B, E, D)
        number = (neighbours >= 0).sum(dim=2, keepdim=True)  # (B, E, 1)
        return gathered(values, neighbours).sum(dim=2) / number.clamp(min=1)  # (B, E, M)
    values = values if absent is None else values.masked_fill(absent[..., None], 0.0)  # (B, E, M)
    heard = values.sum(dim=1, keepdim=True) - (torch.zeros_like(values) if itself else values)  # (B, E, M)
    if absent is None:
        return heard / max(values.shape[1] - int(not itself), 1)
    number = (~absent).sum(dim=1, keepdim=True) - int(not itself)  # (B, 1)
    return (heard / number.clamp(min=1)[..., None]).masked_fill(absent[..., None], 0.0)
