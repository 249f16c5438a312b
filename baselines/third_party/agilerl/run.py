"""PPO on an id, and IPPO, which shares one policy among the ports since the names of all begin with `port`.

AgileRL wants PettingZoo below 1.27, where there is no `pettingzoo.make` yet: `ParallelTaskEnv` is what that makes.
AgileRL 2.58.0 needs `peft` and asks for it only with its extra for language models.
"""

import torch

# page: begin
from agilerl.models import IPPOSpec, PPOSpec, TrainingSpec
from agilerl.models.env import GymEnvSpec
from agilerl.training.trainer import LocalTrainer

# page: end
STEPS, ROLLOUT = 400, 100
torch.set_num_threads(1)


def ppo(id):
    # page: begin
    environment = GymEnvSpec(name="badger_envs:" + id, num_envs=2)
    # page: end
    return train(PPOSpec(learn_step=ROLLOUT, batch_size=50), environment)


def ippo(id):
    # page: begin
    environment = GymEnvSpec(name=id, factory="badger_envs.views:ParallelTaskEnv", entrypoint=id, num_envs=2)
    # page: end
    return train(IPPOSpec(learn_step=ROLLOUT, batch_size=50), environment)


def discrete(id):
    # page: begin
    environment = GymEnvSpec(
        name=id, factory="badger_envs.views:ParallelTaskEnv", entrypoint=id, env_config={"bins": 2}, num_envs=2
    )
    # page: end
    return train(IPPOSpec(learn_step=ROLLOUT, batch_size=50), environment)


def train(algorithm, environment):
    # page: begin
    trainer = LocalTrainer(algorithm, environment, training=TrainingSpec(max_steps=STEPS, evo_steps=STEPS // 2))
    # page: end
    (agent,) = trainer.population
    yield (agent.actors if hasattr(agent, "actors") else agent.actor).state_dict
    # page: begin
    trainer.train()
    # page: end
    trainer.env.close()
    return agent.steps[-1] if isinstance(agent.steps, list) else agent.steps


RUNS = {"PPO": ppo, "IPPO": ippo, "IPPO, `bins=2`": discrete}
