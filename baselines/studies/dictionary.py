"""The dictionary of a language: which word experts say, by the bit that they alone see. Axis letters as in `agents`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from agents import Agent, Badger
from agents.parts.words import Words
from badger_envs import EpisodeSet, HiddenXOR, episode_keys
from baselines.outer_loops.rollout import BatchedEnv, rollout
from baselines.report.style import COLORS, FAINT, Picture, canvas, legend, save
from baselines.results.run import RunResult

ID = "Badger/HiddenXOR-v0"
BITS = (-1.0, 1.0)
"""What a port may hold."""


class Dictionary(NamedTuple):
    """How often each word is said with each bit."""

    who: str
    """The agent and its seed."""
    counts: npt.NDArray[np.int64]  # (T, bits, M) in each step of the episode

    def table(self) -> npt.NDArray[np.float64]:
        """Of what is said with a bit, the part that is each word, in the step that tells most of it, (bits, M)."""
        spoken = self.counts[int(np.argmax(self.information()))]  # (bits, M)
        parts: npt.NDArray[np.float64] = spoken / spoken.sum(axis=1, keepdims=True)
        return parts

    def information(self) -> npt.NDArray[np.float64]:
        """What a word tells of the bit in each step, in bits: their mutual information (Shannon 1948), (T,)."""
        joint = self.counts / self.counts.sum(axis=(1, 2), keepdims=True)  # (T, bits, M)
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=2, keepdims=True)  # (T, bits, M)
        ratio = np.where(joint > 0.0, joint / np.where(apart > 0.0, apart, 1.0), 1.0)
        found: npt.NDArray[np.float64] = (joint * np.log2(ratio)).sum(axis=(1, 2))
        return found


@torch.inference_mode()
def dictionary_of(agent: Agent, result: RunResult, episodes: int) -> Dictionary:
    """What all ports of an agent say on test episodes, in the first round of each step.

    What is said in a step was decided by what was shown in those before it.

    Raises:
        ValueError: The run is of another task, or of an agent without words.
    """
    said = result.specification
    task = said.make_task()
    if not isinstance(task, HiddenXOR) or task.questions > 1:
        raise ValueError(f"runs must be of {ID} with one question, got {said.agent} on {task}")
    if not isinstance(agent, Badger) or not isinstance(agent.messages, Words):
        raise ValueError(f"runs must be of agents whose messages are words, got {agent}")
    env = BatchedEnv(task, agent.device)
    env.reset(episode_keys(0, np.arange(episodes), EpisodeSet.TEST))
    bits = env.observation()[..., 0].cpu().numpy()  # (B, P)
    heard: list[Tensor] = []
    hook = agent.messages.register_forward_pre_hook(partial(_listen, heard))
    try:
        start = agent.initial_state(episodes, task.ports, generator=torch.Generator().manual_seed(0))
        rollout(env, agent, start, task.horizon)
    finally:
        hook.remove()
    first = heard[:: len(heard) // task.horizon]  # T x (B, E, M), of the first round
    words = torch.stack(first)[:, :, : task.ports].argmax(dim=-1).cpu().numpy()  # (T, B, P)
    count = heard[0].shape[-1]
    counts = np.asarray(
        [[np.bincount(step[bits == bit], minlength=count) for bit in BITS] for step in words], np.int64
    )  # (T, bits, M)
    return Dictionary(f"{said.agent}, seed {said.seed}", counts)


def _listen(heard: list[Tensor], module: Any, arguments: tuple[Any, ...]) -> None:
    heard.append(module.messages(arguments[0]))


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """The dictionary of each run as bars, and in words; raises as `dictionary_of`."""
    found = [dictionary_of(agent, result, episodes) for agent, result in read]
    rows, lines = [], []
    with canvas(height=0.6 + 0.45 * len(found)) as (figure, axes):
        for place, one in enumerate(found):
            table, told = one.table(), one.information()
            for number, bit in enumerate(BITS):
                left = 0.0
                for word, part in enumerate(table[number]):
                    label = f"word {word}" if place == number == 0 else None
                    color = COLORS[word % len(COLORS)]
                    axes.barh(place + 0.4 * number - 0.2, part, height=0.36, left=left, color=color, label=label)
                    left += part
                    rows.append({"who": one.who, "bit": bit, "word": word, "part": float(part)})
            said = ", ".join(
                f"{bit:+.0f} is " + " or ".join(f"word {word} ({part:.0%})" for word, part in _common(table[number]))
                for number, bit in enumerate(BITS)
            )
            lines.append(f"{one.who}: {said}; a word tells {told.max():.2f} bits in step {told.argmax() + 1}.")
        axes.axvline(0.5, color=FAINT, linestyle=":", linewidth=1)
        axes.set_yticks(range(len(found)), [one.who for one in found])
        axes.set(xlabel="part of what is said with bit -1 (below) and +1 (above)", xlim=(0, 1))
        legend(figure, axes)
    caption = f"{episodes} test episodes.\n" + "\n".join(lines)
    return save(figure, folder, "dictionary", "What do the words mean?", caption, rows)


def _common(parts: npt.NDArray[np.float64]) -> list[tuple[int, float]]:
    """Words that are said in at least one of a hundred cases, the most common first."""
    order = np.argsort(-parts, kind="stable")
    return [(int(word), float(parts[word])) for word in order if parts[word] >= 0.01]
