"""Digits for agents trained on blobs, beside online softmax regression: `python -m benchmarks.digits RUN ...`.

RUN are folders of runs on `Badger/Stream-v0` with layout "split". Each agent, with its weights as they are, lives
lives of other sizes and data; accuracy is over the whole life, from the first example on. Softmax regression takes a
gradient step after every example, its rate the best of five ON THE TEST, which no agent gets.
"""

from pathlib import Path

import numpy as np
import torch
import tyro
from rich.console import Console
from rich.table import Table

from badger_envs import EpisodeSet, Stream, episode_keys
from badger_envs.core.episodes import Keys
from badger_envs.core.rollout import rollout
from baselines.experiments.stored import load_trained
from baselines.outer_loops.policy import AgentPolicy
from baselines.results.run import RUN_FILE, RunResult

RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Of softmax regression, for numbers as they are shown."""
LIVES = (("blobs", 4, 10, 30), ("blobs", 10, 40, 100), ("digits", 4, 10, 30), ("digits", 10, 64, 100))
"""Data, classes, inputs, examples."""


def softmax_regression(task: Stream, keys: Keys, rate: float) -> float:
    """Mean accuracy of online softmax regression, which begins each life with weights of 0."""
    shown = task.initial(keys).shown  # (B, T + 1, P, F)
    weights = np.zeros((len(keys), task.classes, task.inputs + 1))  # (B, C, I + 1)
    hits = []
    for step in range(task.horizon):
        example, _ = task.dealt.read(shown[:, step], task.classes)  # (B, 1, I)
        _, told = task.dealt.read(shown[:, step + 1], task.classes)  # (B, 1, C) what it was
        inputs = np.pad(example, ((0, 0), (0, 0), (0, 1)), constant_values=1.0)  # (B, 1, I + 1)
        logits = (weights @ inputs.transpose(0, 2, 1))[..., 0]  # (B, C)
        best = logits >= logits.max(axis=1, keepdims=True)  # (B, C) all of them, at first
        hits.append((best * told[:, 0]).sum(axis=1) / best.sum(axis=1))  # (B,)
        chance = np.exp(logits - logits.max(axis=1, keepdims=True))  # (B, C)
        chance /= chance.sum(axis=1, keepdims=True)
        weights += rate * (told[:, 0] - chance)[..., None] * inputs  # (B, C, I + 1)
    return float(np.mean(hits))


def main(folders: tyro.conf.Positional[tuple[Path, ...]], episodes: int = 50) -> None:
    """Print accuracies.

    Args:
        folders: of runs of agents, as `train` and `compare` keep them.
        episodes: test lives of each kind.
    """
    torch.set_num_threads(1)
    results = [RunResult.read(folder / RUN_FILE) for folder in folders]
    agents = [load_trained(folder, result) for folder, result in zip(folders, results, strict=True)]
    table = Table(title="Accuracy over a whole life")
    for column in ("data", "classes", "inputs", "examples", *(folder.name for folder in folders), "softmax", "rate"):
        table.add_column(column, justify="right")
    keys = episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
    for data, classes, inputs, examples in LIVES:
        task = Stream(learners=1, classes=classes, inputs=inputs, examples=examples, data=data, layout="split")
        found = [rollout(task, AgentPolicy(agent, task.ports), keys).state for agent in agents]
        mine = [f"{task.state_info(state)['accuracy'].mean():.3f}" for state in found]
        rated = {rate: softmax_regression(task, keys, rate) for rate in RATES}
        best = max(rated, key=lambda rate: rated[rate])
        sizes = map(str, (classes, inputs, examples))
        table.add_row(data, *sizes, *mine, f"{rated[best]:.3f}", f"{best:g}")
    Console(width=160).print(table)


if __name__ == "__main__":
    tyro.cli(main)
