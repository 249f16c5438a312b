"""Ids in Tianshou's vector environments, in one process or many. By its `PettingZooEnv` ports act one after the other,
each with a learner of its own.
"""

import torch
from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.utils.net.common import Net
from tianshou.utils.net.continuous import ContinuousActorProbabilistic, ContinuousCritic

# page: begin
import badger_envs
import gymnasium as gym
import pettingzoo
from tianshou.algorithm import DQN, PPO
from tianshou.algorithm.multiagent.marl import MultiAgentOffPolicyAlgorithm
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv, PettingZooEnv, SubprocVectorEnv
from tianshou.trainer import OffPolicyTrainerParams, OnPolicyTrainerParams

# page: end
COPIES, STEPS = 4, 200
HOW = {"epoch_num_steps": STEPS, "max_epochs": 1, "collection_step_num_env_steps": STEPS // 2, "batch_size": 32}


def make_dqn(space, actions):
    network = Net(state_shape=space.shape, action_shape=actions.n, hidden_sizes=[32])
    policy = DiscreteQLearningPolicy(model=network, action_space=actions, observation_space=space, eps_training=0.2)
    return DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-3), target_update_freq=20)


def ppo(id):
    # page: begin
    envs = DummyVectorEnv([lambda: gym.make(id) for _ in range(COPIES)])
    # page: end
    space, actions = envs.observation_space[0], envs.action_space[0]
    body, value = (Net(state_shape=space.shape, hidden_sizes=[32]) for _ in range(2))
    actor = ContinuousActorProbabilistic(preprocess_net=body, action_shape=actions.shape, unbounded=True)
    policy = ProbabilisticActorPolicy(
        actor=actor,
        dist_fn=lambda ends: torch.distributions.Independent(torch.distributions.Normal(*ends), 1),
        action_space=actions,
        observation_space=space,
    )
    critic = ContinuousCritic(preprocess_net=value)
    algorithm = PPO(policy=policy, critic=critic, optim=AdamOptimizerFactory(lr=1e-3))
    yield actor.parameters
    collector = Collector(algorithm, envs, VectorReplayBuffer(STEPS, COPIES))
    # page: begin
    algorithm.run_training(OnPolicyTrainerParams(training_collector=collector, **HOW))
    # page: end
    return collector.collect_step


def dqn(id):
    # page: begin
    envs = SubprocVectorEnv([lambda: gym.make(id, bins=2, joint=True) for _ in range(COPIES)])
    # page: end
    algorithm = make_dqn(envs.observation_space[0], envs.action_space[0])
    yield algorithm.policy.model.parameters
    steps = train(algorithm, envs)
    envs.close()
    return steps


def dqn_of_each_port(id):
    # page: begin
    envs = DummyVectorEnv(
        [lambda: PettingZooEnv(pettingzoo.make("aec", id, bins=2, joint=True)) for _ in range(COPIES)]
    )
    # page: end
    env = PettingZooEnv(pettingzoo.make("aec", id, bins=2, joint=True))
    learners = [make_dqn(env.observation_space, env.action_space) for _ in env.agents]
    algorithm = MultiAgentOffPolicyAlgorithm(algorithms=learners, env=env)
    yield lambda: [list(learner.policy.model.parameters()) for learner in learners]
    return train(algorithm, envs) // len(env.agents)


def train(algorithm, envs):
    # page: begin
    collector = Collector(algorithm, envs, VectorReplayBuffer(STEPS, COPIES), exploration_noise=True)
    algorithm.run_training(
        OffPolicyTrainerParams(training_collector=collector, **HOW, update_step_num_gradient_steps_per_sample=0.1)
    )
    # page: end
    return collector.collect_step


RUNS = {
    "PPO, `DummyVectorEnv`": ppo,
    "DQN, `SubprocVectorEnv`": dqn,
    "DQN of each port, `PettingZooEnv`": dqn_of_each_port,
}
