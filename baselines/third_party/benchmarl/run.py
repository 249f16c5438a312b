"""`BadgerTask` comes with the wheel (extra "benchmarl"), and BenchMARL takes it as it takes its own tasks. Longer runs,
scored on the test episodes, are [here](../baselines/third_party/benchmarl/README.md).

BenchMARL 1.5 wants a torchrl below 0.12, older than what the tests of this project have.
"""

import tempfile

# page: begin
from badger_envs.views.benchmarl import BadgerTask
from benchmarl.algorithms import IppoConfig, MappoConfig
from benchmarl.experiment import Experiment, ExperimentConfig
from benchmarl.models.mlp import MlpConfig

# page: end


def config():
    made = ExperimentConfig.get_from_yaml()
    made.max_n_iters, made.on_policy_collected_frames_per_batch, made.on_policy_n_envs_per_worker = 2, 800, 8
    made.on_policy_minibatch_size, made.on_policy_n_minibatch_iters = 200, 2
    made.evaluation, made.render, made.loggers, made.create_json = False, False, [], False
    made.save_folder = tempfile.mkdtemp()
    return made


def ippo(id):
    # page: begin
    task = BadgerTask.of(id)  # continuous; with discrete actions BadgerTask.of(id, bins=2)
    # page: end
    return train(IppoConfig, task)


def mappo(id):
    return train(MappoConfig, BadgerTask.of(id, bins=2))


def train(algorithm, task):
    # page: begin
    mlp = MlpConfig.get_from_yaml()
    experiment = Experiment(task, algorithm.get_from_yaml(), mlp, seed=0, config=config(), critic_model_config=mlp)
    # page: end
    yield experiment.policy.parameters
    # page: begin
    experiment.run()
    # page: end
    return experiment.total_frames


RUNS = {"IPPO, continuous actions": ippo, "MAPPO, discrete actions": mappo}
