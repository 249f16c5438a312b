"""Who knows what is hidden, and when: probes that read bits out of memories. Letters as in `agents`."""

from typing import Any

import numpy as np
import torch

from baselines.perturbations.information.linear import linear_reader
from baselines.perturbations.information.network import network_reader
from baselines.perturbations.information.readers import Array, Hidden, hidden_variables
from baselines.perturbations.information.recording import FEWEST, lives_of, record
from baselines.perturbations.probe import Finding
from baselines.perturbations.subject import Subject

MOST_STEPS, MOST_ROUNDS, MOST_VARIABLES, MOST_EXPERTS = 8, 6, 12, 12
"""That are read, evenly chosen of all; they bound the time."""
NETWORK, CEILING = "small network", "all there is"
NOTHING = 0.05
"""Bits of each variable that are as good as none."""
NEARLY, HALF = 0.9, 0.5


def decode(subject: Subject) -> Finding:
    """Bits about all hidden variables in what all experts carry, step by step."""
    horizon = subject.task.horizon
    steps = np.unique(np.linspace(1, horizon, min(horizon, MOST_STEPS)).round().astype(int)).tolist()
    if lives_of(subject) < FEWEST:
        return Finding([])
    moments = record(subject, steps)
    linear, network, entropy = [], [], []
    for moment in moments:
        hidden = hidden_variables(moment.hidden, MOST_VARIABLES)
        by_line, by_network = _both(moment.carried.reshape(1, len(moment.carried), -1), hidden)
        linear.append(float(by_line[0]))
        network.append(float(by_network[0]))
        entropy.append(hidden.entropy if all(hidden.classes) else np.inf)
    others = {NETWORK: network}
    if np.isfinite(entropy).all():
        others[CEILING] = entropy
    return Finding(list(zip(map(float, steps), linear, strict=True)), others)


def rethink(subject: Subject) -> Finding:
    """The same round by round in one step of mid-life, with more rounds than there are; round 0 is before it."""
    agent: Any = subject.agent
    if agent.update_module is None or not hasattr(agent.config, "rounds") or lives_of(subject) < FEWEST:
        return Finding([])
    (moment,) = record(subject, [max(subject.task.horizon // 2, 1)])
    before = agent.carried(moment.before)  # (B, E, H + S)
    rounds = [before]

    def keep(module: Any, inputs: Any, output: Any) -> None:
        parts = [part for part in output if part is not None] if isinstance(output, tuple) else [output]
        # (B * E, H) and (B * E, S), or the first alone
        rounds.append(torch.cat(parts, dim=-1).reshape(before.shape))

    hook = agent.update_module.register_forward_hook(keep)
    try:
        with torch.inference_mode():
            agent.with_rounds(max(agent.config.rounds, MOST_ROUNDS))(moment.shown, moment.before)
    finally:
        hook.remove()
    memories = np.stack([each.flatten(1).double().cpu().numpy() for each in rounds])  # (1 + K, B, E * (H + S))
    linear, network = _both(memories, hidden_variables(moment.hidden, MOST_VARIABLES))
    return Finding(
        [(float(number), float(found)) for number, found in enumerate(linear)],
        {NETWORK: network.tolist()},
        trained=float(agent.config.rounds),
    )


def one_or_all(subject: Subject) -> Finding:
    """Bits in the memory of one expert, of more, and of all, at half of the life, by linear readers.

    Experts are in the order of what each knows alone, the one that knows most first.
    """
    if lives_of(subject) < FEWEST:
        return Finding([])
    (moment,) = record(subject, [max(subject.task.horizon // 2, 1)])
    lives, experts, _ = moment.carried.shape
    if experts == 1:
        return Finding([])
    hidden = hidden_variables(moment.hidden, MOST_VARIABLES)
    asked = np.unique(np.linspace(0, experts - 1, min(experts, MOST_EXPERTS)).round().astype(int))
    alone = _linear(moment.carried[:, asked].transpose(1, 0, 2), hidden)  # (experts that are asked,)
    order = [*asked[np.argsort(-alone, kind="stable")], *(set(range(experts)) - set(asked.tolist()))]
    counts = sorted({1, 2, *(2**power for power in range(2, 12) if 2**power < experts), experts})
    found = [float(_linear(moment.carried[:, order[:count]].reshape(1, lives, -1), hidden)[0]) for count in counts]
    together = max(found[-1], *alone, 1e-9)
    best, mean = float(alone.max()) / together, float(alone.mean()) / together
    facts = {"best single expert, part of all": best, "mean single expert, part of all": mean, **_lesions(subject)}
    known = len(hidden.classes) * NOTHING <= together
    return Finding(
        list(zip(map(float, counts), found, strict=True)),
        facts=facts,
        words=_words(best, mean) if known else "nobody knows anything",
        trained=float(experts),
    )


def _words(best: float, mean: float) -> str:
    if mean >= NEARLY:
        return "all alike"
    if best >= NEARLY:
        return "one knows all"
    return "a pattern over all" if best < HALF else "shared out"


def _lesions(subject: Subject) -> dict[str, float]:
    """What becomes of the score when at half of the life all experts but one forget, and when one does."""
    agent, kept, lost = subject.agent, [], []

    def score(keep: int, forget: bool) -> float:
        def lose(step: int, state: Any) -> Any:
            if step != subject.task.horizon // 2:
                return state
            memory = agent.memory(state)  # (B, E, H)
            one = torch.arange(memory.shape[1], device=memory.device) == keep  # (E,)
            return agent.reset_memory(state, (one if forget else ~one)[:, None].expand(memory.shape[1:]))

        return float(subject.score(before_step=lose).item())

    experts = agent.memory(subject.born(1)).shape[1]
    for expert in np.unique(np.linspace(0, experts - 1, min(experts, 4)).round().astype(int)).tolist():
        kept.append(score(expert, forget=False))
        lost.append(score(expert, forget=True))
    return {
        "score when all but one forget": float(np.mean(kept)),
        "score when one forgets": float(np.mean(lost)),
        "spread over who it is": float(np.std(lost)),
    }


def _linear(memories: Array, hidden: Hidden) -> Array:
    """Bits about all variables in each of (R, B, D), (R,)."""
    if not hidden.classes:
        return np.zeros(len(memories))
    return np.asarray(linear_reader(memories, hidden).bits().sum(axis=1))


def _both(memories: Array, hidden: Hidden) -> tuple[Array, Array]:
    """The same by linear readers and by networks, 2 x (R,)."""
    if not hidden.classes:
        return np.zeros(len(memories)), np.zeros(len(memories))
    reader = linear_reader(memories, hidden)
    by_network = network_reader(memories, hidden, reader).bits()  # (R, V)
    return np.asarray(reader.bits().sum(axis=1)), np.asarray(by_network.sum(axis=1))
