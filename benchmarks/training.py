"""How fast reinforcement learning is, ours beside sb3-contrib's, in one process: `python -m benchmarks.training`.

The guessing game with 3 numbers, a monolithic LSTM of 64 units, 4 epochs, whole episodes in every minibatch, of which
an epoch has as many on both sides; in the last row theirs has minibatches of ten episodes, as its users advise. Rates
are environment steps per CPU-second of training, everything included; both sides take turns and the median ratio is
shown.
"""

import time
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import tyro
from rich.console import Console
from rich.table import Table
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.vec_env import DummyVecEnv

import badger_envs
from agents import build_agent
from baselines.experiments.recipes import GUESSING
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.trainer import train

UNITS, EPOCHS = 64, 4
ADVISED = 10
"""Episodes in a minibatch of RecurrentPPO."""
ARGUMENTS: dict[str, Any] = {"dims": 3}


def ours(environments: int, minibatches: int, updates: int) -> float:
    """Environment steps per CPU-second of our PPO."""
    task = badger_envs.Guessing(**ARGUMENTS)
    config = {"port_features": task.port_features, "ports": task.ports, "hidden_size": UNITS, "cell": "lstm"}
    agent = build_agent("Monolithic", config)
    settings = PPO(updates=updates, batch=environments, update_epochs=EPOCHS, num_minibatches=minibatches)
    began = time.process_time()
    trained = train(agent, GUESSING, dict(ARGUMENTS), settings, seed=0)
    return trained.environment_steps / (time.process_time() - began)


def theirs(environments: int, batch_size: int, updates: int) -> float:
    """Environment steps per CPU-second of sb3-contrib's RecurrentPPO, with an LSTM that actor and critic share."""

    def make() -> gym.Env[Any, Any]:
        return gym.make(GUESSING, disable_env_checker=True, **ARGUMENTS)

    horizon = badger_envs.Guessing(**ARGUMENTS).horizon
    model = RecurrentPPO(
        "MlpLstmPolicy",
        DummyVecEnv([make] * environments),
        n_steps=horizon,
        batch_size=batch_size,
        n_epochs=EPOCHS,
        policy_kwargs={
            "lstm_hidden_size": UNITS,
            "enable_critic_lstm": False,
            "shared_lstm": True,
            "net_arch": [UNITS],
        },
        seed=0,
        device="cpu",
    )
    began = time.process_time()
    model.learn(updates * horizon * environments)
    return updates * horizon * environments / (time.process_time() - began)


def main(rounds: int = 3, max_copies: int = 1024) -> None:
    """Print how fast recurrent PPO is, ours and sb3-contrib's.

    Args:
        rounds: of each comparison.
        max_copies: most environments.
    """
    torch.set_num_threads(1)
    table = Table(title="PPO with an LSTM of 64 on the guessing game: environment steps per CPU-second")
    for column in ("environments", "minibatches", "ours", "sb3-contrib RecurrentPPO", "ratio", "wanted"):
        table.add_column(column, justify="right")
    horizon = badger_envs.Guessing(**ARGUMENTS).horizon
    for environments, minibatches, of_theirs, updates, wanted in (
        (64, 4, 4, 6, 5),
        (64, 1, 1, 6, 5),
        (1024, 4, 4, 2, 10),
        (1024, 4, 1024 // ADVISED, 1, 10),
    ):
        copies = min(environments, max_copies)
        batch_size = max(horizon * copies // of_theirs, horizon)
        pairs = np.asarray(
            [(ours(copies, minibatches, updates * 4), theirs(copies, batch_size, updates)) for _ in range(rounds)]
        )  # (rounds, 2)
        fast, slow = np.median(pairs, axis=0)
        ratio = np.median(pairs[:, 0] / pairs[:, 1])
        parts = f"{minibatches}" if of_theirs == minibatches else f"{minibatches}, theirs {of_theirs}"
        table.add_row(f"{copies:,}", parts, f"{fast:,.0f}", f"{slow:,.0f}", f"{ratio:.1f}x", f">= {wanted}x")
    Console(width=110).print(table)


if __name__ == "__main__":
    tyro.cli(main)
