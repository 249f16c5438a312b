"""Outer loops and probes on a task whose ports come and go: nobody earns what only a cheat could."""

import numpy as np
import pytest
import torch

from agents import Handcrafted, HandcraftedConfig, build_agent
from agents.rules.rule import Rule
from badger_envs.core.episodes import episode_keys
from badger_envs.core.rollout import rollout as play
from badger_envs.registry import SPECS
from baselines.experiments.agents import AGENTS
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.evolution import CMAES, EvolutionStrategy
from baselines.outer_loops.policy import AgentPolicy
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.trainer import train
from baselines.perturbations.probes import PROBES, ask
from baselines.perturbations.subject import Subject
from tests.helpers.handover import HANDOVER, Handover


@pytest.fixture
def handover(monkeypatch):
    monkeypatch.setitem(SPECS, HANDOVER.id, HANDOVER)
    return HANDOVER.make_task()


class PassItOn(Rule):
    """Keeps the sign that it sees or hears of, and answers it; a messenger that outlives its port by two rounds."""

    message_size = 1

    def memory_size(self, experts):
        return 1

    def observe(self, own, memory):
        sign = own.observation[:, :1]
        return torch.where(sign != 0.0, sign, memory)

    def send(self, own, memory):
        return memory

    def receive(self, own, memory, messages):
        return torch.where(memory != 0.0, memory, messages[:, :, 0].sum(dim=1, keepdim=True).sign())

    def act(self, own, memory):
        return memory


def pass_it_on(presence_changes):
    config = HandcraftedConfig(port_features=2, rule="parity", rounds=2, presence_changes=presence_changes)
    agent = Handcrafted(config)
    agent.rule = PassItOn({})
    return agent


@pytest.mark.parametrize(("presence_changes", "earns"), [(True, 0.0), (False, 2.0)])
def test_absent_expert_with_a_message_earns_nothing_from_the_evaluator(presence_changes, earns):
    task = Handover()
    policy = AgentPolicy(pass_it_on(presence_changes), task.ports)
    assert (play(task, policy, episode_keys(0, np.arange(9))).returns == earns).all()


LOOPS = {
    "bptt": BPTT(updates=2, batch=4),
    "ppo": PPO(updates=2, batch=4),
    "es": EvolutionStrategy(updates=2, batch=4, population_size=4),
    "cmaes": CMAES(updates=2, batch=4, population_size=4),
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_every_outer_loop_trains_agents_that_mind_presence_and_refuses_others(handover, loop):
    for name in ("badger", "badger_free", "monolithic", "commnet", "independent"):
        config = AGENTS[name].fitted(handover, 1500, bins=loop.bins) if loop.kind != "cmaes" else {}
        if not config:
            continue
        assert config["presence_changes"]
        agent = build_agent(AGENTS[name].kind, config)
        assert len(train(agent, HANDOVER.id, {}, loop, seed=0).curve) == 2
        blind_to_it = build_agent(AGENTS[name].kind, config | {"presence_changes": False})
        with pytest.raises(ValueError, match="presence_changes must be True for Handover"):
            train(blind_to_it, HANDOVER.id, {}, loop, seed=0)


def test_no_probe_lets_an_absent_expert_speak(handover):
    subject = Subject(pass_it_on(True), HANDOVER.id, handover, None, episodes=16)
    for name, probe in PROBES.items():
        # Longer lives there are none; noise and old signs score by chance; bits are no scores.
        if probe.y == "score" and name not in ("life", "noise", "switch"):
            assert set(ask(name, subject)["score"]) <= {0.0}
    with pytest.raises(ValueError, match="presence_changes must be True for Handover"):
        ask("cut", Subject(pass_it_on(False), HANDOVER.id, handover, None, episodes=16))
