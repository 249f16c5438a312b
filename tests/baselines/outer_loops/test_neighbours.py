"""Agents whose topology is given by the task, in every loop that plays: links of a mesh fail in mid-life."""

import gymnasium as gym
import numpy as np
import pytest
import torch

from agents import build_agent
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout as play
from badger_envs.registry import get_spec
from baselines.execution.costs import costs
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.evolution import EvolutionStrategy
from baselines.outer_loops.imitation import Imitation
from baselines.outer_loops.named_episodes import NamedEpisodesPolicy
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.rollout import BatchedEnv, born, followed, rollout
from baselines.outer_loops.trainer import train
from baselines.perturbations.subject import Subject

MESH = "Badger/MeshRouting-v0"
SIZES = {"ports": 6, "horizon": 12, "failures": 2}
KEYS = episode_keys(0, np.arange(3), EpisodeSet.TEST)


@pytest.fixture
def task():
    return get_spec(MESH).make_task(**SIZES)


def mesh_agent(task, **config):
    torch.manual_seed(0)
    sizes = {"port_features": task.port_features, "port_actions": task.port_actions, "topology": "given"}
    return build_agent("Badger", {**sizes, "identity": "none", "rounds": 2, **config})


class Watched:
    """Keeps the neighbours that a policy was told, step by step."""

    def __init__(self, policy):
        self.policy, self.told = policy, []
        self.reset, self.act = policy.reset, policy.act

    def hear(self, neighbours):
        self.told.append(neighbours)
        self.policy.hear(neighbours)


@torch.no_grad()
def test_agent_is_told_when_links_fail_by_both_loops_alike(task):
    agent, env = mesh_agent(task), BatchedEnv(task)
    env.reset(KEYS)
    state = born(agent, env, generator=torch.Generator().manual_seed(0))
    rewards, last = rollout(env, agent, state, task.horizon)
    assert not torch.equal(state.neighbours, last.neighbours)
    policy = Watched(AgentPolicy(agent, task.ports))
    played = play(task, policy, KEYS)
    assert np.allclose(played.rewards, rewards, atol=1e-5)
    assert np.array_equal(policy.told[0], task.neighbours(task.initial(KEYS)))
    assert np.array_equal(policy.told[-1], last.neighbours.numpy())


@torch.no_grad()
def test_followed_tells_neighbours_step_by_step(task):
    agent = mesh_agent(task)
    state = agent.initial_state(2, 6, neighbours=torch.full((2, 6, 4), -1))
    shown, lists = torch.randn(3, 2, 6, task.port_features), torch.randint(-1, 6, (3, 2, 6, 4))
    outputs, memories, last = followed(agent, shown, lists, state)
    for seen, now, output, memory in zip(shown, lists, outputs, memories, strict=True):
        action, state = agent(seen, agent.with_neighbours(state, now))
        assert torch.equal(action, output)
        assert torch.equal(state.memory, memory)
    assert torch.equal(last.neighbours, lists[-1])


@pytest.mark.parametrize(
    "outer_loop",
    [
        PPO(updates=2, batch=4, critic="memory"),
        EvolutionStrategy(updates=2, batch=4, population_size=4),
        Imitation(updates=2, batch=4, teacher="reference"),
    ],
)
def test_every_outer_loop_trains_an_agent_on_given_neighbours(outer_loop, task):
    agent = mesh_agent(task)
    before = [parameter.clone() for parameter in agent.parameters()]
    train(agent, MESH, SIZES, outer_loop, seed=0)
    assert not any(torch.equal(*both) for both in zip(agent.parameters(), before, strict=True))


def test_back_propagation_goes_through_given_neighbours():
    task = get_spec("Badger/ModularReacher-v0").make_task()
    agent = mesh_agent(task)
    before = agent.messages.speak.weight.clone()
    train(agent, "Badger/ModularReacher-v0", {}, BPTT(updates=1, batch=4), seed=0)
    assert not torch.equal(agent.messages.speak.weight, before)


def test_probes_and_costs_take_agents_on_given_neighbours(task):
    agent = mesh_agent(task)
    subject = Subject(agent, MESH, task, None, 3)
    assert subject.born(3).neighbours.shape == (3, 6, task.max_degree)
    assert subject.score().isfinite().all()
    assert costs(agent, task).flops_per_step > 0


def test_a_policy_that_is_not_told_refuses_to_act_and_others_need_not_be_told(task):
    policy = AgentPolicy(mesh_agent(task), task.ports)
    policy.reset(3)
    shown = np.zeros((3, task.ports * task.port_features), np.float32)
    with pytest.raises(ValueError, match=r"neighbours must be told, by hear\(neighbours\), before this agent acts"):
        policy.act(shown, np.zeros(3, np.float32))
    assert AgentPolicy(mesh_agent(task, topology="all"), task.ports).hear is None


@torch.no_grad()
def test_named_episodes_hear_neighbours_too(task):
    agent = mesh_agent(task, identity="random")
    alone = [
        play(task, NamedEpisodesPolicy(agent, task.ports, episodes=KEYS[[i]], seed=3), KEYS[[i]]).rewards
        for i in range(3)
    ]
    together = play(task, NamedEpisodesPolicy(agent, task.ports, episodes=KEYS, seed=3), KEYS).rewards  # (T, B)
    assert np.allclose(together, np.concatenate(alone, axis=1), atol=1e-5)


def test_costs_count_attention_to_all_though_it_is_fused(task):
    flops = [costs(mesh_agent(task, topology=topology, messages="attention"), task).flops_per_step for topology in
             ("all", "star")]  # fmt: skip
    assert flops[0] == costs(mesh_agent(task, topology="all_and_self", messages="attention"), task).flops_per_step
    assert flops[0] > costs(mesh_agent(task, topology="all", message_size=1), task).flops_per_step


def test_neighbours_of_a_gymnasium_view_are_what_a_policy_hears(task):
    import badger_envs

    badger_envs.register_all()
    env = gym.make(MESH, **SIZES)
    env.reset(options={"episode": 0})
    policy = AgentPolicy(mesh_agent(task), task.ports)
    policy.reset(1)
    policy.hear(env.unwrapped.neighbours()[None])
    assert policy.act(env.unwrapped.observation_space.sample()[None], np.zeros(1, np.float32)).shape[0] == 1
