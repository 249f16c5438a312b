"""Train with BenchMARL, and score what was trained on the named test episodes; part of `referee`.

Axis letters as in `badger_envs.core.task`: B episodes, T steps.
"""

import copy
import tempfile
from typing import Any

import numpy as np

from badger_envs.core.episodes import EpisodeSet
from badger_envs.core.extras import needs_extra
from badger_envs.core.task import Task
from badger_envs.evaluation import Result
from badger_envs.registry import reference_returns
from badger_envs.views.benchmarl import GROUP, BadgerTask

with needs_extra("benchmarl", "training by BenchMARL"):
    import torch
    from benchmarl.algorithms import IppoConfig, MappoConfig
    from benchmarl.experiment import Callback, Experiment, ExperimentConfig
    from benchmarl.models.gru import GruConfig
    from benchmarl.models.mlp import MlpConfig
    from tensordict import TensorDictBase
    from torchrl.envs.utils import ExplorationType, set_exploration_type

FRAMES_PER_BATCH = 6_000
"""About how many environment steps are collected between two updates; always whole lifetimes."""
LEAST_COPIES = 16
"""Environments played together, however long their lifetimes are."""
MINIBATCHES, EPOCHS = 4, 10
"""Into how many parts a batch is cut for PPO, and how often it goes over all of them."""
HIDDEN = 128
"""Units of the GRU, and of each layer of the feed-forward networks."""
EVALUATED_TOGETHER = 100
"""Test episodes played at once."""


class Curve(Callback):
    """Keeps, for each batch collected, the environment steps so far and the mean return of its episodes."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[tuple[int, float]] = []

    def on_batch_collected(self, batch: TensorDictBase) -> None:
        self.points.append((self.experiment.total_frames, self.experiment.mean_return))


def train(
    task: Task[Any],
    wanted: dict[str, Any],
    *,
    algorithm: str,
    recurrent: bool,
    frames: int,
    lr: float,
    entropy: float,
    seed: int,
) -> tuple[Experiment, list[tuple[int, float]]]:
    """Train one policy for all ports.

    Args:
        task: what is played.
        wanted: the arguments of `BadgerTask.of`.
        algorithm: "mappo" or "ippo".
        recurrent: whether the policy is a GRU instead of a feed-forward network.
        frames: environment steps, rounded up to whole batches.
        lr: learning rate.
        entropy: weight of the entropy bonus.
        seed: of the environments and of the trainer.

    Returns:
        The finished experiment; and for each batch the environment steps so far and the mean return in it, of the
        policy as it explores.
    """
    torch.set_num_threads(1)  # the networks are so small that more threads only get in each other's way
    copies = max(FRAMES_PER_BATCH // task.horizon, LEAST_COPIES)
    config = ExperimentConfig.get_from_yaml()
    config.gamma, config.lr, config.max_n_frames = 0.99, lr, frames
    # One lifetime of each copy: what a GRU learns from is never cut short, nor does it begin within a lifetime.
    config.on_policy_n_envs_per_worker = copies
    config.on_policy_collected_frames_per_batch = copies * task.horizon
    config.on_policy_minibatch_size = -(-copies // MINIBATCHES) * task.horizon
    config.on_policy_n_minibatch_iters = EPOCHS
    config.evaluation, config.render, config.loggers, config.create_json = False, False, [], False
    config.evaluation_episodes = EVALUATED_TOGETHER
    how = {"mappo": MappoConfig, "ippo": IppoConfig}[algorithm].get_from_yaml()
    how.entropy_coef = entropy
    feed_forward, gru = MlpConfig.get_from_yaml(), GruConfig.get_from_yaml()
    feed_forward.num_cells = [HIDDEN, HIDDEN]
    gru.hidden_size, gru.mlp_num_cells = HIDDEN, [HIDDEN]
    policy = gru if recurrent else feed_forward
    # MAPPO's critic sees the state, with what is hidden in it, and needs no memory; IPPO's sees what its port sees.
    critic = feed_forward if algorithm == "mappo" else policy
    curve = Curve()
    with tempfile.TemporaryDirectory() as folder:  # for what BenchMARL writes unasked
        config.save_folder = folder
        experiment = Experiment(
            task=BadgerTask.of(**wanted),
            algorithm_config=how,
            model_config=policy,
            critic_model_config=copy.deepcopy(critic),
            seed=seed,
            config=config,
            callbacks=[curve],
        )
        experiment.run()
    return experiment, curve.points


def score(experiment: Experiment, task: Task[Any], *, episodes: int, greedy: bool) -> Result:
    """Play test episodes 0, 1, ... with a trained policy.

    Args:
        experiment: from `train`.
        task: the same.
        episodes: how many.
        greedy: whether the likeliest action is taken; else actions are drawn, as in training.
    """
    env = experiment.test_env
    rewards, metrics = [], []
    exploration = ExplorationType.DETERMINISTIC if greedy else ExplorationType.RANDOM
    with torch.no_grad(), set_exploration_type(exploration):
        for first in range(0, episodes, EVALUATED_TOGETHER):
            env.name_episodes(first)
            played = env.rollout(task.horizon, policy=experiment.policy)
            rewards.append(
                played["next", GROUP, "reward"][:, :, 0, 0].double().numpy()
            )  # (B, T) the same for all ports
            metrics += env.metrics
    reward = np.concatenate(rewards)[:episodes]  # (episodes, T)
    return Result(
        id=experiment.task.config["id"],
        arguments=task.arguments(),
        episode_set=EpisodeSet.TEST.name,
        first_episode=0,
        returns=reward.sum(axis=1),
        metrics={
            name: np.asarray([float(found[name]) for found in metrics[:episodes]])
            for name in metrics[0]
            if name != "agent_mask"
        },
        reference_returns=reference_returns(task),
        curve=reward.mean(axis=0),
    )
