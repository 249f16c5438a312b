"""Bindings: which experts serve which ports, worked out from how well their random identities match.

A binding is a function of the affinities of experts and ports, float32 (B, E, P), and returns the bonds, float32
(B, E, P): one-hot rows where an expert serves one port, weights where it serves several. None has parameters. Only
"competitive" is meant for use; the others are what one would try first, and the recipes that compare them say what is
missing in each. Axis letters as in `agents`.
"""

import torch
from torch import Tensor

SHARPNESS = 0.1
"""Temperature at which "sinkhorn" and, at last, "auction" choose. Affinities have about unit variance."""
SINKHORN_STEPS = 50
AUCTION_STEPS, PRICE_STEP = 60, 0.2


def competitive(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """One port for each expert, and for each port as many experts as for any other, or one more.

    Among the experts that are free and the ports that have the fewest experts, the pair of greatest affinity is bound,
    until no expert is free. Swapping experts or ports swaps the bonds and changes nothing else, as long as no two
    affinities are equal.

    Args:
        affinity: (B, E, P).
        kept: (B, E, P), bonds that there are already; rows of zeros for experts that are free. They stay, but where
            free experts are too few to serve every port, the weakest bonds of the ports that have most are broken.
        closed: bool (B, P), ports that get nobody; not with `kept`.
    """
    bonds = torch.zeros_like(affinity) if kept is None else _released(affinity, kept)  # (B, E, P)
    least = 0.0 if closed is None else torch.zeros_like(affinity[:, :1]).masked_fill(closed[:, None], torch.inf)
    most_free = affinity.shape[1] if kept is None else int((~_is_bound(bonds)).sum(dim=1).max())
    for _ in range(most_free):
        served = bonds.sum(dim=1, keepdim=True) + least  # (B, 1, P) experts at each port
        free = ~_is_bound(bonds)[:, :, None] & (served == served.amin(dim=2, keepdim=True))  # (B, E, P)
        best = affinity.masked_fill(~free, -torch.inf).flatten(1).argmax(dim=1, keepdim=True)  # (B, 1)
        sealed = torch.zeros_like(affinity).flatten(1).scatter(1, best, 1.0).view_as(affinity)  # (B, E, P)
        bonds = torch.where(free, bonds + sealed, bonds)  # (B, E, P) nothing is sealed where no expert is free
    return bonds


def dealt(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """As `competitive`, but no port is left out: where ports are more than experts, each port gets one expert, and each
    expert as many ports as any other, or one more. Nothing may be `closed` there."""
    if affinity.shape[1] >= affinity.shape[2]:
        return competitive(affinity, kept, closed)
    kept_by_port = None if kept is None else kept.transpose(1, 2)  # (B, P, E)
    return competitive(affinity.transpose(1, 2), kept_by_port).transpose(1, 2)  # (B, E, P)


def _released(affinity: Tensor, kept: Tensor) -> Tensor:
    """The bonds without those that must be broken for every port to be served, (B, E, P)."""
    while True:
        served = kept.sum(dim=1)  # (B, P)
        wanting = (served == 0.0).sum(dim=1) > (~_is_bound(kept)).sum(dim=1)  # (B,) more ports than free experts
        breaking = wanting & (served.amax(dim=1) > 1.0)  # (B,)
        if not bool(breaking.any()):
            return kept
        crowded = kept.bool() & (served == served.amax(dim=1, keepdim=True))[:, None]  # (B, E, P)
        weakest = affinity.masked_fill(~crowded, torch.inf).flatten(1).argmin(dim=1, keepdim=True)  # (B, 1)
        broken = kept.flatten(1).scatter(1, weakest, 0.0).view_as(kept)  # (B, E, P)
        kept = torch.where(breaking[:, None, None], broken, kept)


def _is_bound(bonds: Tensor) -> Tensor:
    """Which experts have a port, bool (B, E)."""
    return bonds.sum(dim=2) > 0.0


def sharp(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """Each expert serves the port it matches best. No competition: some ports get nobody."""
    best = affinity.argmax(dim=2, keepdim=True)  # (B, E, 1)
    return torch.zeros_like(affinity).scatter(2, best, 1.0)  # (B, E, P)


def soft(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """Each expert serves all ports, those that it matches more."""
    return affinity.softmax(dim=2)  # (B, E, P)


def sinkhorn(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """Weights that are scaled until each expert gives 1 and each port gets E / P (Sinkhorn 1964; Cuturi 2013)."""
    log_bonds = affinity / SHARPNESS  # (B, E, P)
    for _ in range(SINKHORN_STEPS):
        log_bonds = log_bonds - log_bonds.logsumexp(dim=1, keepdim=True)  # (B, E, P)
        log_bonds = log_bonds - log_bonds.logsumexp(dim=2, keepdim=True)  # (B, E, P)
    return log_bonds.exp()


def auction(affinity: Tensor, kept: Tensor | None = None, closed: Tensor | None = None) -> Tensor:
    """Ports have prices, which rise where too many experts want to be (Bertsekas 1979, softened), and each expert takes
    what is best at its price, ever more sharply."""
    fair = affinity.shape[1] / affinity.shape[2]  # experts for each port
    price, bonds = torch.zeros_like(affinity[:, :1]), torch.zeros_like(affinity)  # (B, 1, P), (B, E, P)
    for step in range(AUCTION_STEPS):
        temperature = SHARPNESS ** (step / (AUCTION_STEPS - 1))
        bonds = ((affinity - price) / temperature).softmax(dim=2)  # (B, E, P)
        price += PRICE_STEP * (bonds.sum(dim=1, keepdim=True) / fair - 1.0)  # (B, 1, P)
    return bonds
