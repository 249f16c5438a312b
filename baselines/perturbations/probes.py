"""What is asked of every trained agent besides its score: a probe is one function and one row of `PROBES`.

Each probe gives a curve: the score where something was done to the agent or to its episodes, more or less of it, with
the point at which it was trained. A probe that does not apply to an agent has no curve. Axis letters as in `agents`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the table of probes needs no torch
    from torch import Tensor

    from baselines.perturbations.subject import Subject

FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
Curve = list[tuple[float, float]]
"""Points (what was done, score)."""


@dataclass(frozen=True)
class Probe:
    """A row: what is done, and how its curve reads."""

    name: str
    title: str
    """Of the picture, the question it answers."""
    axis: str
    """What x is."""
    trained: float
    """The x at which agents were trained; `nan` where it is the agent's own."""
    ask: Callable[[Subject], Curve]
    """Runs the probe; an empty curve where it makes no sense for this agent or task."""
    version: int = 1
    """Raise it when the same agent gives another curve than before."""


def _life(subject: Subject) -> Curve:
    return [(factor, subject.score(task=subject.longer(factor)).item()) for factor in (1, 3, 10)]


def _switch(subject: Subject) -> Curve:
    return [(number + 1.0, score) for number, score in enumerate(subject.score(hidden_tasks=3).tolist())]


def _forget(subject: Subject) -> Curve:
    """Each expert's memory is reset with this probability; of an agent that is one, each entry of its memory."""

    def score(fraction: float) -> float:
        def lose(step: int, state: Any) -> Any:
            if step != subject.task.horizon // 2:
                return state
            memory = subject.agent.memory(state)  # (B, E, H)
            batch, experts, entries = memory.shape
            lost = draws.happens(fraction, batch, experts, 1 if experts > 1 else entries)  # (B, E, 1) or (B, 1, H)
            return subject.agent.reset_memory(state, lost.to(memory.device).expand_as(memory))

        draws = subject.draws()
        return subject.score(before_step=lose).item()

    return [(fraction, score(fraction)) for fraction in FRACTIONS]


def _listening(subject: Subject, disturb: Callable[[Tensor], Tensor]) -> float:
    """The score while something is done to the messages that experts receive, (B, E, M)."""
    assert subject.agent.message_module is not None
    hook = subject.agent.message_module.register_forward_hook(lambda module, inputs, received: disturb(received))
    try:
        return subject.score().item()
    finally:
        hook.remove()


def _cut(subject: Subject) -> Curve:
    """In each round, the messages to each expert are lost with this probability."""
    if subject.agent.message_module is None:
        return []

    def score(fraction: float) -> float:
        draws = subject.draws()

        def disturb(received: Tensor) -> Tensor:
            kept = ~draws.happens(fraction, *received.shape[:-1])  # (B, E)
            return received * kept.to(received.device, received.dtype)[..., None]

        return _listening(subject, disturb)

    return [(fraction, score(fraction)) for fraction in FRACTIONS]


def _noise(subject: Subject) -> Curve:
    """Normal noise, in units of the root mean square of the messages."""
    if subject.agent.message_module is None:
        return []

    def score(size: float) -> float:
        draws = subject.draws()

        def disturb(received: Tensor) -> Tensor:
            noise = draws.normal(*received.shape).to(received.device)  # (B, E, M)
            return received + size * received.square().mean().sqrt() * noise

        return _listening(subject, disturb)

    return [(size, score(size)) for size in (0.0, 0.1, 0.3, 1.0, 3.0)]


def _delay(subject: Subject) -> Curve:
    """Messages arrive so many rounds late; zeros at first."""
    if subject.agent.message_module is None:
        return []

    def score(rounds: int) -> float:
        queue: list[Tensor] = []

        def disturb(received: Tensor) -> Tensor:
            queue.append(received)
            return queue.pop(0) if len(queue) > rounds else received.new_zeros(received.shape)

        return _listening(subject, disturb)

    return [(rounds, score(rounds)) for rounds in (0, 1, 2, 4)]


def _rounds(subject: Subject) -> Curve:
    if not hasattr(subject.agent.config, "rounds"):
        return []
    return [(rounds, subject.score(agent=subject.agent.with_rounds(rounds)).item()) for rounds in (1, 2, 3, 4, 6)]


def _experts(subject: Subject) -> Curve:
    agent: Any = subject.agent
    trained = getattr(agent.config, "experts", None)
    if trained is None:
        return []
    numbers = sorted({1, 2, 4, 8, 16, 32, trained})
    return [(number, subject.score(experts=number).item()) for number in numbers if agent.accepts_experts(number)]


def _newcomers(subject: Subject) -> Curve:
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
                return agent.add_experts(state, round(trained * (factor - 1.0)), generator=draws.generator)
            return agent.remove_experts(state, draws.permutation(trained) < max(round(trained * factor), 1))  # (E,)

        draws = subject.draws()
        return subject.score(before_step=change).item()

    factors = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
    return [(factor, score(factor)) for factor in factors if agent.accepts_experts(max(round(trained * factor), 1))]


OWN = float("nan")

PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        Probe("life", "Does it keep learning in a longer life?", "life, in trained lives", 1.0, _life),
        Probe("switch", "Can it learn again when what is hidden changes?", "hidden task of one life", 1.0, _switch),
        Probe(
            "forget", "Does it survive losing memory in mid-life?", "fraction of memory lost", 0.0, _forget, version=2,
        ),
        Probe("cut", "What are its messages worth?", "fraction of messages lost", 0.0, _cut),
        Probe("noise", "Does it bear noise on its messages?", "noise, in units of the messages", 0.0, _noise),
        Probe("delay", "Does it bear late messages?", "rounds of delay", 0.0, _delay),
        Probe("rounds", "Does more thinking help?", "rounds of messages in a step", OWN, _rounds),
        Probe("experts", "Do more experts help?", "experts", OWN, _experts),
        Probe(
            "newcomers", "Does it survive losing or getting experts in mid-life?",
            "experts after half a life, in trained ones", 1.0, _newcomers,
        ),
    )
}  # fmt: skip
"""Probes by name."""


def ask(name: str, subject: Subject) -> dict[str, Any]:
    """Run a probe: its curve as plain numbers, and where on it the agent was trained."""
    probe = PROBES[name]
    curve = probe.ask(subject)
    trained = probe.trained
    if trained != trained:  # the agent's own
        trained = getattr(subject.agent.config, name, None) or OWN
    return {"x": [x for x, _ in curve], "score": [score for _, score in curve], "trained": trained if curve else None}
