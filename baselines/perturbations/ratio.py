"""How much is learned once, by the outer loop, for how much that is learned anew in each life.

Axis letters as in `agents`.
"""

import contextlib
from typing import Any

import torch
from torch import Tensor

from badger_envs.registry import get_spec
from baselines.perturbations.probe import Finding
from baselines.perturbations.subject import Subject

ELSEWHERE = "mean at sizes one smaller, one larger and twice as large, where it can"


def ratio(subject: Subject) -> Finding:
    """The score by parameters for each number that changes in a life: as trained, and at sizes never trained."""
    agent, spec = subject.agent, get_spec(subject.task_id)
    changes: list[Tensor] = []
    with torch.inference_mode():
        env, born = subject.env(), subject.born(subject.episodes)
        env.reset(subject.keys(subject.episodes))
        first = agent.carried(born)  # (B, E, H + S)

        def compare(step: int, state: Any) -> Any:
            changes.append((agent.carried(state) != first).any(dim=0))  # (E, H + S)
            return state

        _, last = subject.live(env, born, compare)
        compare(0, last)
    changing = int(torch.stack(changes).any(dim=0).sum())
    parameters = sum(weights.numel() for weights in agent.parameters())
    if changing == 0 or parameters == 0:
        return Finding([])
    own, elsewhere = getattr(subject.task, spec.size_argument), []
    for size in (own - 1, own + 1, 2 * own):
        with contextlib.suppress(ValueError):  # there is no such task, or no score
            task = spec.make_task(**{**subject.task.arguments(), spec.size_argument: size})
            if agent.accepts(task.ports):
                elsewhere.append(subject.score(task=task).item())
    facts = {"parameters": float(parameters), "numbers that change in a life": float(changing)}
    others = {ELSEWHERE: [sum(elsewhere) / len(elsewhere)]} if elsewhere else {}
    return Finding([(parameters / changing, subject.score().item())], others, facts)
