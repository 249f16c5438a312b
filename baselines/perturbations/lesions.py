"""Probes that harm an agent or change its life: longer lives, other hidden tasks, memory, messages or experts lost.

Each gives the score where something was done to the agent or to its episodes, more or less of it; an empty curve where
it makes no sense for this agent or task. Axis letters as in `agents`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from baselines.perturbations.probe import FRACTIONS, Curve, Finding

if TYPE_CHECKING:
    from torch import Tensor

    from baselines.perturbations.subject import Draws, Subject


def life(subject: Subject) -> Curve:
    """The score in lives so many times as long."""
    return [(factor, subject.score(task=subject.longer(factor)).item()) for factor in (1, 3, 10)]


def switch(subject: Subject) -> Curve:
    """The score of each of three hidden tasks of one life, which change without notice."""
    return [(number + 1.0, score) for number, score in enumerate(subject.score(hidden_tasks=3).tolist())]


def forget(subject: Subject) -> Curve:
    """Each expert's memory is reset with this probability; of an agent that is one, each entry of its memory."""

    def score(fraction: float) -> float:
        def lose(step: int, state: Any) -> Any:
            return _lose(subject, draws, fraction, state, step == subject.task.horizon // 2)

        draws = subject.draws()
        return subject.score(before_step=lose).item()

    return [(fraction, score(fraction)) for fraction in FRACTIONS]


def _lose(subject: Subject, draws: Draws, fraction: float, state: Any, now: bool) -> Any:
    """The state without the memory of some experts, or of an agent that is one, of some entries; if it is now."""
    if not now:
        return state
    memory = subject.agent.memory(state)  # (B, E, H)
    batch, experts, entries = memory.shape
    lost = draws.happens(fraction, batch, experts, 1 if experts > 1 else entries)  # (B, E, 1) or (B, 1, H)
    return subject.agent.reset_memory(state, lost.to(memory.device).expand_as(memory))


def listening(subject: Subject, disturb: Callable[[Tensor], Tensor]) -> float:
    """The score while something is done to the messages that experts receive, (B, E, M)."""
    assert subject.agent.message_module is not None
    hook = subject.agent.message_module.register_forward_hook(lambda module, inputs, received: disturb(received))
    try:
        return subject.score().item()
    finally:
        hook.remove()


def cut(subject: Subject) -> Curve:
    """In each round, the messages to each expert are lost with this probability."""
    if subject.agent.message_module is None:
        return []

    def score(fraction: float) -> float:
        draws = subject.draws()

        def disturb(received: Tensor) -> Tensor:
            kept = ~draws.happens(fraction, *received.shape[:-1])  # (B, E)
            return received * kept.to(received.device, received.dtype)[..., None]

        return listening(subject, disturb)

    return [(fraction, score(fraction)) for fraction in FRACTIONS]


def noise(subject: Subject) -> Curve:
    """Normal noise, in units of the root mean square of the messages."""
    if subject.agent.message_module is None:
        return []

    def score(size: float) -> float:
        draws = subject.draws()

        def disturb(received: Tensor) -> Tensor:
            noise = draws.normal(*received.shape).to(received.device)  # (B, E, M)
            return received + size * received.square().mean().sqrt() * noise

        return listening(subject, disturb)

    return [(size, score(size)) for size in (0.0, 0.1, 0.3, 1.0, 3.0)]


def delay(subject: Subject) -> Curve:
    """Messages arrive so many rounds late; zeros at first."""
    if subject.agent.message_module is None:
        return []

    def score(rounds: int) -> float:
        queue: list[Tensor] = []

        def disturb(received: Tensor) -> Tensor:
            queue.append(received)
            return queue.pop(0) if len(queue) > rounds else received.new_zeros(received.shape)

        return listening(subject, disturb)

    return [(rounds, score(rounds)) for rounds in (0, 1, 2, 4)]


def rounds(subject: Subject) -> Curve:
    """The score with so many rounds of messages in a step."""
    if not hasattr(subject.agent.config, "rounds"):
        return []
    return [(rounds, subject.score(agent=subject.agent.with_rounds(rounds)).item()) for rounds in (1, 2, 3, 4, 6)]


def experts(subject: Subject) -> Curve:
    """The score with so many experts, where they are free."""
    agent: Any = subject.agent
    trained = getattr(agent.config, "experts", None)
    if trained is None:
        return []
    numbers = sorted({1, 2, 4, 8, 16, 32, trained})
    return [(number, subject.score(experts=number).item()) for number in numbers if agent.accepts_experts(number)]


def newcomers(subject: Subject) -> Curve:
    """So many times the experts after half of the episode: removed at random, or added."""
    agent: Any = subject.agent
    trained = getattr(agent.config, "experts", None)
    if trained is None:
        return []

    def score(factor: float) -> float:
        def change(step: int, state: Any) -> Any:
            if step != subject.task.horizon // 2 or factor == 1.0:
                return state
            if factor > 1.0:
                count = max(round(trained * (factor - 1.0)), 1)
                return agent.add_experts(state, count, generator=draws.generator)
            return agent.remove_experts(state, draws.permutation(trained) < max(round(trained * factor), 1))  # (E,)

        draws = subject.draws()
        return subject.score(before_step=change).item()

    factors = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
    return [(factor, score(factor)) for factor in factors if agent.accepts_experts(max(round(trained * factor), 1))]


def shocks(subject: Subject) -> Finding:
    """Half of the memory is lost so many times, at even distances: as in `forget`, again and again."""
    horizon = subject.task.horizon
    if horizon < 4:
        return Finding([])

    def score(number: int) -> float:
        draws = subject.draws()
        struck = {(1 + shock) * horizon // 4 for shock in range(number)}
        return subject.score(before_step=lambda step, state: _lose(subject, draws, 0.5, state, step in struck)).item()

    scores = [score(number) for number in range(4)]
    lost = {
        f"lost by the {name} shock": scores[at] - scores[at + 1] for at, name in enumerate(("first", "second", "third"))
    }
    return Finding([(float(number), found) for number, found in enumerate(scores)], facts=lost)
