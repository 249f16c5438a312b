"""Records episodes, stores them in a local folder, loads them and makes the environment anew from them: the same seeds
and actions give the same observations and rewards there. Minari trains nothing; the record has a linear policy that is
fitted to the actions of the dataset.

Minari 0.5.4 needs `pillow` for either of its formats and asks for it nowhere.
"""

import os
import tempfile

import numpy as np

os.environ["MINARI_DATASETS_PATH"] = tempfile.mkdtemp()

# page: begin
import badger_envs
import gymnasium as gym
import minari

# page: end
EPISODES = 20


def clone(id):
    name = f"{id.removeprefix('Badger/').removesuffix('-v0').lower()}/random-v0"
    # page: begin
    env = minari.DataCollector(gym.make(id), record_infos=True)
    env.action_space.seed(0)
    for episode in range(EPISODES):
        env.reset(seed=episode)
        over = False
        while not over:
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            over = terminated or truncated
    env.create_dataset(dataset_id=name, algorithm_name="random", eval_env=id)
    # page: end
    env.close()
    policy = np.zeros((env.observation_space.shape[0] + 1, env.action_space.shape[0]))
    yield lambda: policy
    # page: begin
    dataset = minari.load_dataset(name)
    env = dataset.recover_environment()
    # page: end
    inputs, outputs = [], []
    for seed, episode in zip(range(EPISODES), dataset.iterate_episodes(), strict=True):
        observation, _ = env.reset(seed=seed)
        np.testing.assert_array_equal(observation, episode.observations[0])
        for number, action in enumerate(episode.actions):
            observation, reward, *_ = env.step(action)
            np.testing.assert_array_equal(observation, episode.observations[number + 1])
            assert reward == episode.rewards[number]
            inputs.append([*episode.observations[number], 1.0])
            outputs.append(action)
    policy[:] = np.linalg.lstsq(np.array(inputs), np.array(outputs), rcond=None)[0]
    return dataset.total_steps


RUNS = {"`DataCollector`, `recover_environment`": clone}
