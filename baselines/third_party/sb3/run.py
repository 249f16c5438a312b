"""stable-baselines3 and sb3-contrib take the ids as they are.

DQN wants one Discrete action: `bins=2, joint=True`. `SharedVecEnv` makes every port an environment of its own, so that
all ports share one policy.
"""

# page: begin
import badger_envs
import gymnasium as gym
from badger_envs.views.stable_baselines3 import SharedVecEnv
from sb3_contrib import RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3

MODELS = {
    "PPO": lambda id: PPO("MlpPolicy", id, n_steps=100, batch_size=50),
    "A2C": lambda id: A2C("MlpPolicy", id),
    "SAC": lambda id: SAC("MlpPolicy", id, learning_starts=100),
    "TD3": lambda id: TD3("MlpPolicy", id, learning_starts=100),
    "DQN, `joint=True`": lambda id: DQN("MlpPolicy", gym.make(id, bins=2, joint=True), learning_starts=100),
    "RecurrentPPO": lambda id: RecurrentPPO("MlpLstmPolicy", id, n_steps=100, batch_size=50),
    "PPO, `SharedVecEnv`": lambda id: PPO("MlpPolicy", SharedVecEnv(id, copies=COPIES), n_steps=100, batch_size=50),
}
# page: end
STEPS, COPIES = 600, 2


def run_of(make):
    def run(id):
        model = make(id)
        yield model.policy.parameters
        # page: begin
        model.learn(STEPS)
        # page: end
        views = model.get_env().num_envs if make is MODELS["PPO, `SharedVecEnv`"] else COPIES
        return model.num_timesteps * COPIES // views  # it counts the steps of every port

    return run


RUNS = {name: run_of(make) for name, make in MODELS.items()}
