"""How much of it is needed: memories and messages made of fewer components, or of fewer bits.

Axis letters as in `agents`; D numbers of all experts, or of one message, that are made of fewer.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from baselines.perturbations.lesions import listening
from baselines.perturbations.probe import Finding
from baselines.perturbations.subject import Subject

KEPT = (1, 2, 4, 8, 16)
"""Components, or bits."""
ENOUGH = 0.95
"""Of the score."""
MOST_ROWS = 4000
"""That components are found in."""
ALWAYS, ROUNDED = "components, in every step", "bits of each number, in every step"
COMPONENTS, BITS = "components that keep 95 % of the score", "bits that keep 95 % of the score"


class Squeezed:
    """Makes vectors of k principal components, or of numbers of b bits, as found in other lives.

    Args:
        rows: (N, D).
    """

    def __init__(self, rows: Tensor) -> None:
        rows = rows[:: -(-len(rows) // MOST_ROWS)].double()  # (N, D)
        self._mean = rows.mean(dim=0)  # (D,)
        _, spread, self._components = torch.linalg.svd(rows - self._mean, full_matrices=False)
        self.variances = spread.square()  # (min(N, D),)
        self._low, self._high = rows.amin(dim=0), rows.amax(dim=0)  # 2 x (D,)

    def components(self, values: Tensor, count: int) -> Tensor:
        """Values (..., D) as sums of the mean and the largest components."""
        basis = self._components[:count]  # (k, D)
        off = values.double() - self._mean  # (..., D)
        fewer: Tensor = (self._mean + (off @ basis.T) @ basis).to(values.dtype)  # (..., D)
        return fewer

    def rounded(self, values: Tensor, bits: int) -> Tensor:
        """Values (..., D), each the nearest of 2 ** bits even levels between the ends that were found."""
        step = ((self._high - self._low) / (2**bits - 1)).clamp(min=1e-12)  # (D,)
        level = ((values.double() - self._low) / step).round().clamp(0, 2**bits - 1)  # (..., D)
        coarse: Tensor = (self._low + level * step).to(values.dtype)  # (..., D)
        return coarse

    @property
    def effective_rank(self) -> float:
        """Of the variances, the square of their sum over the sum of their squares."""
        total = self.variances.square().sum().clamp(min=1e-30)
        return float(self.variances.sum().square() / total)


def squeeze(subject: Subject) -> Finding:
    """The score where all that experts carry is squeezed: once, at half of the life, or in every step."""
    agent, half = subject.agent, subject.task.horizon // 2
    if half == 0:
        return Finding([])
    steps: list[Tensor] = []

    def keep(step: int, state: Any) -> Any:
        if step > 0:
            steps.append(agent.carried(state).flatten(1))  # (B, D)
        return state

    _other_lives(subject, keep)
    at_half, at_all = Squeezed(steps[half - 1]), Squeezed(torch.cat(steps))

    def score(change: Callable[[Tensor], Tensor], always: bool) -> float:
        def make_less(step: int, state: Any) -> Any:
            if step == 0 or (step != half and not always):
                return state
            carried = agent.carried(state)  # (B, E, H + S)
            return agent.replaced(state, change(carried.flatten(1)).view_as(carried))

        return float(subject.score(before_step=make_less).item())

    once = [score(lambda values, k=k: at_half.components(values, k), always=False) for k in KEPT]  # type: ignore[misc]
    always = [score(lambda values, k=k: at_all.components(values, k), always=True) for k in KEPT]  # type: ignore[misc]
    rounded = [score(lambda values, b=b: at_all.rounded(values, b), always=True) for b in KEPT]  # type: ignore[misc]
    whole, total = float(subject.score().item()), steps[0].shape[1]
    return Finding(
        list(zip(map(float, KEPT), once, strict=True)),
        {ALWAYS: always, ROUNDED: rounded},
        {
            "numbers that are carried": float(total),
            "effective rank at half of the life": at_half.effective_rank,
            **_enough(COMPONENTS, once, whole),
            **_enough(BITS, rounded, whole),
        },
    )


def bandwidth(subject: Subject) -> Finding:
    """The score where all that is heard is made of fewer components, or of fewer bits."""
    module = subject.agent.message_module
    if module is None:
        return Finding([])
    heard: list[Tensor] = []
    hook = module.register_forward_hook(lambda module, inputs, received: heard.append(received.flatten(0, -2)))
    try:
        _other_lives(subject)
    finally:
        hook.remove()
    told = Squeezed(torch.cat(heard))
    by_components = [
        listening(subject, lambda received, k=k: told.components(received, k))  # type: ignore[misc]
        for k in KEPT
    ]
    by_bits = [
        listening(subject, lambda received, b=b: told.rounded(received, b))  # type: ignore[misc]
        for b in KEPT
    ]
    whole = float(subject.score().item())
    return Finding(
        list(zip(map(float, KEPT), by_components, strict=True)),
        {"bits of each number": by_bits},
        {
            "numbers in a message": float(heard[0].shape[-1]),
            "effective rank of messages": told.effective_rank,
            **_enough(COMPONENTS, by_components, whole),
            **_enough(BITS, by_bits, whole),
        },
    )


def _enough(name: str, scores: list[float], whole: float) -> dict[str, float]:
    """The least that keeps enough of the score; nothing where all is needed, or where there is no score to keep."""
    if whole <= 0.0:
        return {}
    return next(({name: float(kept)} for kept, score in zip(KEPT, scores, strict=True) if score >= ENOUGH * whole), {})


@torch.inference_mode()
def _other_lives(subject: Subject, before_step: Any = lambda step, state: state) -> None:
    """Play lives that are not those that are scored."""
    env, lives = subject.env(), subject.episodes
    env.reset(subject.keys(2 * lives)[lives:])
    subject.live(env, subject.born(lives), before_step)
