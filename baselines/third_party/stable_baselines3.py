"""Well-known trainers of others, as an independent check of the environments and of our own PPO.

- `recurrent_ppo`: sb3-contrib's RecurrentPPO on the Gymnasium view with `LifetimeObservation`, which is RL2.
- `shared_ppo`: stable-baselines3's PPO with one policy for all ports, on the parameter-sharing view.

Axis letters as in `badger_envs.core.task`.
"""

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from sb3_contrib import RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv

from badger_envs import Channel, LifetimeObservation
from badger_envs.core.arrays import FloatArray
from badger_envs.core.task import Task
from badger_envs.registry import get_spec
from badger_envs.views import SharedTaskVectorEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv

MIN_EPISODES_IN_A_BATCH = 10
"""Fewest episodes in a minibatch of RecurrentPPO, which otherwise silently truncates the gradient of the memory."""


def recurrent_ppo(
    task_id: str, arguments: dict[str, Any], *, steps: int, seed: int, copies: int = 16, hidden_size: int = 32
) -> RecurrentPPO:
    """Train RL2 with sb3-contrib: a recurrent policy that sees its previous action and reward.

    Args:
        task_id: an id of the registry.
        arguments: of the task.
        steps: environment steps of all copies together.
        seed: of the environments and of the trainer.
        copies: environments played together.
        hidden_size: units of the LSTM, which actor and critic share.
    """
    horizon = get_spec(task_id).make_task(**arguments).horizon

    def make() -> gym.Env[Any, Any]:
        return LifetimeObservation(gym.make(task_id, disable_env_checker=True, **arguments))

    episodes = -(-MIN_EPISODES_IN_A_BATCH // copies)
    env = DummyVecEnv([make] * copies)
    env.seed(seed * copies)
    model = RecurrentPPO(
        "MlpLstmPolicy",
        env,
        n_steps=episodes * horizon,
        batch_size=episodes * horizon * copies,
        n_epochs=4,
        learning_rate=1e-3,
        gamma=0.99,
        policy_kwargs={
            "lstm_hidden_size": hidden_size,
            "enable_critic_lstm": False,
            "shared_lstm": True,
            "net_arch": [hidden_size],
        },
        seed=seed,
        device="cpu",
    )
    model.learn(steps)
    return model


def shared_ppo(
    task_id: str,
    arguments: dict[str, Any],
    *,
    steps: int,
    seed: int,
    copies: int = 16,
    bins: int | None = None,
    channel: Channel | None = None,
) -> PPO:
    """Train one feed-forward policy for all ports with stable-baselines3.

    Args:
        task_id: an id of the registry.
        arguments: of the task.
        steps: environment steps of all copies together; each is a step of every port.
        seed: of the environments and of the trainer.
        copies: environments played together.
        bins: values that each number of an action is chosen from; None for all.
        channel: over which the ports send messages; None for none.
    """
    env = SharedVecEnv(task_id, copies=copies, bins=bins, channel=channel, **arguments)
    task = env.shared.task
    model = PPO(
        "MlpPolicy",
        env,
        n_steps=max(task.horizon, 2),
        batch_size=max(task.horizon, 2) * env.num_envs // 4,
        n_epochs=4,
        learning_rate=1e-3,
        gamma=0.99,
        seed=seed,
        device="cpu",
    )
    model.learn(steps * task.ports)
    return model


def shared_returns(
    model: PPO,
    task_id: str,
    arguments: dict[str, Any],
    *,
    episodes: int,
    bins: int | None = None,
    channel: Channel | None = None,
) -> npt.NDArray[np.float64]:
    """Returns of the first so many test episodes, (episodes,), when every port acts by the model without exploring."""
    view = SharedTaskVectorEnv(task_id, copies=episodes, bins=bins, channel=channel, **arguments)
    observation, _ = view.reset(options={"episode": np.arange(episodes)})
    returns, alive = np.zeros(episodes), np.ones(episodes, np.bool_)  # (episodes,), (episodes,)
    for _ in range(view.task.horizon):
        actions, _ = model.predict(observation, deterministic=True)
        observation, rewards, terminated, _, _ = view.step(actions)
        returns += rewards[:: view.task.ports] * alive
        alive &= ~terminated[:: view.task.ports]
    return returns


class RecurrentPolicy:
    """A trained RecurrentPPO as `badger_envs.evaluation` runs it; implements `badger_envs.core.policy.Policy`.

    Args:
        model: trained on `LifetimeObservation` with one inner episode.
        task: that it plays.
    """

    def __init__(self, model: RecurrentPPO, task: Task[Any]) -> None:
        self._model, self._task = model, task

    def reset(self, batch: int) -> None:
        self._state: Any = None
        self._step = 0
        self._action = np.zeros((batch, self._task.ports * self._task.port_actions), np.float32)  # (B, P * A)

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        batch = len(observation)
        elapsed = np.full(batch, self._step / self._task.horizon)  # (B,)
        beside = np.stack([reward, np.zeros(batch), elapsed], axis=1)  # (B, 3)
        inputs = np.concatenate([observation, self._action, beside], axis=1).astype(np.float32)
        begins = np.full(batch, self._step == 0)  # (B,)
        action, self._state = self._model.predict(inputs, state=self._state, episode_start=begins, deterministic=True)
        self._step += 1
        self._action = action
        return action
