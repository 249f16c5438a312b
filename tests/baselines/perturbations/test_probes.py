"""Probes ask trained agents; here agents whose answers are known."""

import numpy as np
import pytest
import torch

from agents import build_agent
from badger_envs.evaluation import evaluate
from badger_envs.registry import get_spec, reference_returns
from baselines.outer_loops.policy import AgentPolicy
from baselines.perturbations.probes import PROBES, ask
from baselines.perturbations.subject import Subject, score_episodes

XOR = "Badger/HiddenXOR-v0"
XOR3 = get_spec(XOR).make_task(bits=3)


def subject(agent, episodes=64):
    return Subject(agent, XOR, XOR3, None, episodes)


def parity():
    """Experts that solve parity by messages alone."""
    return build_agent("Handcrafted", {"port_features": XOR3.port_features, "rule": "parity"})


def untrained(kind, **config):
    torch.manual_seed(0)
    return build_agent(kind, {"port_features": XOR3.port_features, "hidden_size": 6, **config})


def test_score_episodes_equals_evaluate():
    agent = untrained("Badger")
    scores = score_episodes(agent, XOR3, episodes=40)
    assert scores.shape == (1, 40)
    expected = evaluate(AgentPolicy(agent, 3), XOR, episodes=40, bits=3)
    assert np.allclose(scores[0].numpy(), reference_returns(XOR3).score(expected.returns), atol=1e-5)


def test_cut_leaves_nothing_of_parity():
    found = ask("cut", subject(parity()))
    assert found["x"] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert found["score"][0] == pytest.approx(1.0)
    assert found["score"][-1] == pytest.approx(0.0, abs=0.05)
    assert found["score"] == sorted(found["score"], reverse=True)
    assert found["trained"] == 0.0


def test_noise_and_delay_of_zero_change_nothing():
    asked = subject(parity())
    for name in ("noise", "delay"):
        found = ask(name, asked)
        assert found["score"][0] == pytest.approx(1.0)
        assert found["score"][-1] < 0.9


def test_probe_leaves_the_agent_as_it_was():
    agent = untrained("Badger")
    before = score_episodes(agent, XOR3, episodes=16)
    for name in PROBES:
        ask(name, subject(agent, episodes=16))
    assert torch.equal(score_episodes(agent, XOR3, episodes=16), before)


def test_life_is_scored_by_the_reference_returns_of_its_length():
    found = ask("life", subject(parity()))
    assert found["x"] == [1, 3, 10]
    assert found["score"] == pytest.approx([1.0, 1.0, 1.0])


def test_switch_scores_hidden_task_by_hidden_task():
    found = ask("switch", subject(parity()))
    assert found["score"] == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("kind", "config"), [("Badger", {}), ("Monolithic", {"ports": 3}), ("CommNet", {}), ("Independent", {"ports": 3})]
)
def test_forget_lowers_or_raises_the_score_of_every_kind(kind, config):
    agent = untrained(kind, **config)
    found = ask("forget", subject(agent))
    assert len(found["score"]) == 5
    assert found["score"][0] == pytest.approx(score_episodes(agent, XOR3, episodes=64).mean().item())
    assert found["score"][-1] != found["score"][0]


def test_probe_that_does_not_apply_has_no_curve():
    alone = untrained("Monolithic", ports=3)
    for name in ("cut", "noise", "delay", "rounds", "experts", "newcomers"):
        found = ask(name, subject(alone))
        assert (found["x"], found["score"], found["trained"]) == ([], [], None)


def test_experts_and_newcomers_run_with_an_attention_membrane():
    swarm = untrained("Badger", membrane="attention", experts=4, identity="random")
    experts, newcomers = (ask(name, subject(swarm)) for name in ("experts", "newcomers"))
    assert experts["x"] == [1, 2, 4, 8, 16, 32]
    assert experts["trained"] == 4
    assert newcomers["x"] == [0.25, 0.5, 0.75, 1.0, 1.5, 2.0]
    own = score_episodes(swarm, XOR3, episodes=64).mean().item()
    assert experts["score"][2] == pytest.approx(own)
    assert newcomers["score"][3] == pytest.approx(own)
    assert len(set(newcomers["score"])) > 1


def test_rounds_runs_with_other_numbers_of_rounds():
    found = ask("rounds", subject(untrained("Badger", rounds=2)))
    assert found["x"] == [1, 2, 3, 4, 6]
    assert found["trained"] == 2
