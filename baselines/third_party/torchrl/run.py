"""`GymEnv` and `PettingZooWrapper`, collected by a `Collector`, trained by a loop of PPO as in TorchRL's tutorials.

`PettingZooEnv(id)` is not for us: it knows PettingZoo's own environments alone, by the names of their modules, and with
PettingZoo 1.27 it fails for those too ("MPE has been moved into its own package").
"""

import torch
from tensordict.nn import NormalParamExtractor, TensorDictModule
from torchrl.modules import MultiAgentMLP, ProbabilisticActor, TanhNormal, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

# page: begin
import badger_envs
import pettingzoo
from torchrl.collectors import Collector
from torchrl.envs import GymEnv, PettingZooWrapper

# page: end
BATCHES, FRAMES, EPOCHS = 3, 200, 4


def single(id):
    # page: begin
    env = GymEnv(id)
    # page: end
    features, numbers = env.observation_spec["observation"].shape[-1], env.action_spec.shape[-1]
    network = torch.nn.Sequential(
        torch.nn.Linear(features, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2 * numbers), NormalParamExtractor()
    )
    yield network.parameters
    return ppo(env, network, torch.nn.Linear(features, 1))


def ports(id):
    # page: begin
    env = PettingZooWrapper(pettingzoo.make("parallel", id))
    # page: end
    (group, agents), *_ = env.group_map.items()
    features, numbers = env.observation_spec[group, "observation"].shape[-1], env.action_spec[group, "action"].shape[-1]
    made = {"n_agents": len(agents), "share_params": True, "depth": 1, "num_cells": 32}
    together = MultiAgentMLP(features, 2 * numbers, centralized=False, **made)
    network = torch.nn.Sequential(together, NormalParamExtractor())
    yield network.parameters
    return ppo(env, network, MultiAgentMLP(features, 1, centralized=True, **made), (group,))


def ppo(env, network, critic, group=()):
    """A few updates of PPO; returns the steps taken."""
    key = (lambda name: (*group, name)) if group else (lambda name: name)
    to_numbers = TensorDictModule(network, in_keys=[key("observation")], out_keys=[key("loc"), key("scale")])
    action = env.full_action_spec_unbatched[key("action")]
    actor = ProbabilisticActor(
        to_numbers,
        spec=env.action_spec_unbatched,
        in_keys=[key("loc"), key("scale")],
        out_keys=[key("action")],
        distribution_class=TanhNormal,
        distribution_kwargs={"low": action.space.low, "high": action.space.high},
        return_log_prob=True,
        log_prob_key=key("log_prob"),
    )
    value = ValueOperator(critic, in_keys=[key("observation")], out_keys=[key("state_value")])
    loss = ClipPPOLoss(actor, value)
    loss.set_keys(action=key("action"), sample_log_prob=key("log_prob"), value=key("state_value"))
    advantage = GAE(gamma=0.99, lmbda=0.95, value_network=value)
    for part in (loss, advantage):
        part.set_keys(reward=key("reward"), done=key("done"), terminated=key("terminated"), value=key("state_value"))
    optimizer = torch.optim.Adam(loss.parameters(), lr=1e-3)
    # page: begin
    collector = Collector(env, actor, frames_per_batch=FRAMES, total_frames=BATCHES * FRAMES)
    for batch in collector:
        for _ in range(EPOCHS):
            advantage(batch)
            losses = loss(batch)
            optimizer.zero_grad()
            sum(losses[name] for name in ("loss_objective", "loss_critic", "loss_entropy")).backward()
            optimizer.step()
    # page: end
    collector.shutdown()
    return BATCHES * FRAMES


RUNS = {"PPO, `GymEnv`": single, "MAPPO, `PettingZooWrapper`": ports}
