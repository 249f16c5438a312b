"""What is handed on, from life to life and from expert to expert: probes of transplants and of messages.

Axis letters as in `agents`.
"""

from typing import Any

import torch
from torch import Tensor

from badger_envs.registry import get_spec, reference_returns
from baselines.perturbations.lesions import listening
from baselines.perturbations.probe import FRACTIONS, Finding
from baselines.perturbations.subject import Subject

SILENCE, STRANGERS = "silence", "memories of another hidden task"


def swap(subject: Subject) -> Finding:
    """Experts hear, with this probability in each round, what their like was told in another life; or nothing."""
    if subject.agent.message_module is None:
        return Finding([])

    def score(fraction: float, silence: bool) -> float:
        draws = subject.draws()

        def disturb(received: Tensor) -> Tensor:
            swapped = draws.happens(fraction, *received.shape[:-1]).to(received.device)[..., None]  # (B, E, 1)
            elsewhere = torch.zeros_like(received) if silence else received.roll(1, dims=0)
            return torch.where(swapped, elsewhere, received)

        return listening(subject, disturb)

    wrong, silent = ([score(fraction, silence) for fraction in FRACTIONS] for silence in (False, True))
    return Finding(
        list(zip(FRACTIONS, wrong, strict=True)),
        {SILENCE: silent},
        {"score that wrong words cost more than silence": silent[-1] - wrong[-1]},
    )


@torch.inference_mode()
def transplant(subject: Subject) -> Finding:
    """The score of newborn experts of which some get the memories of a whole life; of an agent that is one, entries.

    The new life has the same hidden task and otherwise new draws, and the same identities and addresses. The control
    gets the memories of lives on other hidden tasks.
    """
    agent, lives = subject.agent, subject.episodes
    if not get_spec(subject.task_id).shared_fields or lives < 2:
        return Finding([])
    env, keys = subject.env(), subject.keys(lives)
    env.reset(keys)
    old = agent.carried(subject.live(env, subject.born(lives))[1])  # (B, E, H + S)
    first = max(subject.task.horizon // 4, 1)
    returns = reference_returns(subject.task)
    unit = (returns.reference - returns.chance) / subject.task.horizon

    def begin(fraction: float, donors: Tensor) -> tuple[float, float]:
        """The score, and that of the first quarter as if all of the life were like it."""
        born: Any = subject.born(lives)
        _, experts, entries = donors.shape
        chosen = subject.draws().happens(fraction, lives, experts, 1 if experts > 1 else entries)  # (B, E, 1 or H + S)
        heir = agent.replaced(born, torch.where(chosen.to(donors.device), donors, agent.carried(born)))
        env.reset(keys, inner_episode=1)
        rewards, _ = subject.live(env, heir)  # (T, B)
        return subject.mean_score(rewards), float(rewards[:first].mean()) / unit

    own, strange = ([begin(fraction, donors) for fraction in FRACTIONS] for donors in (old, old.roll(1, dims=0)))
    return Finding(
        list(zip(FRACTIONS, [score for score, _ in own], strict=True)),
        {STRANGERS: [score for score, _ in strange]},
        {
            "gain in the first quarter of the new life": own[-1][1] - own[0][1],
            "the same by memories of another task": strange[-1][1] - strange[0][1],
        },
    )
