"""`wrap_env` takes the Gymnasium view, the vector view and the parallel view of PettingZoo; skrl's `Runner` makes the
models, memory, agent and trainer of a dict of settings. On the parallel view every port has networks of its own.

skrl 2.1.1 refuses its own default for several agents, whatever the environment: `IPPO_CFG()` raises "Specified keys
(set()) do not match possible agents" when it is used, until `learning_rate_scheduler_kwargs` has a key by agent.
"""

import tempfile

# page: begin
import badger_envs
import gymnasium as gym
import pettingzoo
from skrl.envs.wrappers.torch import wrap_env
from skrl.utils.runner.torch import Runner

# page: end
STEPS = 256


def settings(agent, names):
    network = [{"name": "net", "input": "OBSERVATIONS", "layers": [32], "activations": "tanh"}]
    return {
        "seed": 0,
        "models": {
            "separate": True,
            "policy": {"class": "GaussianMixin", "network": network, "output": "ACTIONS"},
            "value": {"class": "DeterministicMixin", "network": network, "output": "ONE"},
        },
        "memory": {"class": "RandomMemory", "memory_size": -1},
        "agent": {
            "class": agent,
            "rollouts": STEPS // 4,
            "learning_rate_scheduler_kwargs": {name: {} for name in names},
            "experiment": {"directory": tempfile.mkdtemp(), "write_interval": 0, "checkpoint_interval": 0},
        },
        "trainer": {
            "class": "SequentialTrainer",
            "timesteps": STEPS,
            "headless": True,
            "close_environment_at_exit": False,
        },
    }


def ppo(id):
    # page: begin
    env = wrap_env(gym.make(id))
    # page: end
    return train(env, "PPO")


def ppo_vector(id):
    # page: begin
    env = wrap_env(gym.make_vec(id, num_envs=4))
    # page: end
    return train(env, "PPO")


def ippo(id):
    # page: begin
    env = wrap_env(pettingzoo.make("parallel", id))
    # page: end
    return train(env, "IPPO")


def mappo(id):
    return train(wrap_env(pettingzoo.make("parallel", id)), "MAPPO")


def train(env, agent):
    config = settings(agent, getattr(env, "possible_agents", ()))
    # page: begin
    runner = Runner(env, config)  # "PPO"; on the parallel view "IPPO" or "MAPPO"
    # page: end
    policies = getattr(runner.agent, "policies", None) or {"agent": runner.agent.policy}
    yield lambda: [list(policy.parameters()) for policy in policies.values()]
    # page: begin
    runner.run("train")
    # page: end
    return STEPS * env.num_envs


RUNS = {"PPO": ppo, "PPO, `make_vec`": ppo_vector, "IPPO": ippo, "MAPPO": mappo}
