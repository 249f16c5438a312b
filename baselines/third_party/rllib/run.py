"""PPO on an id, and PPO with one policy for all ports through RLlib's own wrappers of both kinds of PettingZoo.

Processes of Ray import what they are told to: `badger_envs:` before the id is Gymnasium's way to say it. (Without it a
runner in another process says "Namespace Badger not found".) Python imports this module there to find the functions
that are registered, and `badger_envs` with it.
"""

import ray

# page: begin
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv, PettingZooEnv
from ray.tune.registry import register_env

from badger_envs.views import AECTaskEnv, ParallelTaskEnv

register_env("parallel", lambda config: ParallelPettingZooEnv(ParallelTaskEnv(config["id"])))
register_env("aec", lambda config: PettingZooEnv(AECTaskEnv(config["id"])))
# page: end
UPDATES, STEPS = 3, 400


def single(id):
    # page: begin
    config = PPOConfig().environment("badger_envs:" + id)
    # page: end
    return ppo(config.env_runners(num_env_runners=1))


def vector(id):
    # page: begin
    config = PPOConfig().environment("badger_envs:" + id)
    config.env_runners(num_envs_per_env_runner=4, gym_env_vectorize_mode="vector_entry_point")
    # page: end
    return ppo(config.env_runners(num_env_runners=0))


def ports_of(view):
    def run(id):
        # page: begin
        config = PPOConfig().environment(view, env_config={"id": id})
        config.multi_agent(policies={"shared"}, policy_mapping_fn=lambda agent, episode, **_: "shared")
        # page: end
        return ppo(config.env_runners(num_env_runners=1))

    return run


def ppo(config):
    config.training(train_batch_size=STEPS, minibatch_size=100, num_epochs=2).debugging(seed=0)
    ray.init(num_cpus=2, include_dashboard=False, ignore_reinit_error=True)
    # page: begin
    algorithm = config.build_algo()
    # page: end
    yield algorithm.get_weights
    # page: begin
    for _ in range(UPDATES):
        result = algorithm.train()
    # page: end
    algorithm.stop()
    return int(result["env_runners"]["num_env_steps_sampled_lifetime"])


RUNS = {
    "PPO": single,
    "PPO, our vector environment": vector,
    "PPO, `ParallelPettingZooEnv`, one policy": ports_of("parallel"),
    "PPO, `PettingZooEnv`, one policy": ports_of("aec"),
}
