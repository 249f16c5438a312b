"""Messages and memories that are handed on, or made less; here by agents whose answers are known."""

from dataclasses import replace

import pytest
import torch

from agents import build_agent
from agents.rules.rule import Rule
from badger_envs.registry import get_spec
from baselines.perturbations.compression import Squeezed
from baselines.perturbations.probes import ask
from baselines.perturbations.subject import Subject
from tests.helpers.mid_life import KINDS

ROUTING = "Badger/Routing-v0"
ROUTING3 = get_spec(ROUTING).make_task(ports=3, horizon=10)
NEW = ("swap", "transplant", "squeeze", "bandwidth", "shocks", "ratio")


def subject(agent, episodes=60):
    return Subject(agent, ROUTING, ROUTING3, None, episodes)


def elimination():
    """Experts that find out whom to listen to and put out what they hear from there."""
    return build_agent("Handcrafted", {"port_features": ROUTING3.port_features, "rule": "elimination"})


def delta_rule():
    """Synapses that learn by the normalised delta rule, and forget nothing."""
    config = {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"}
    agent = build_agent("Badger", {"port_features": ROUTING3.port_features, **config})
    with torch.no_grad():
        for name, weights in agent.named_parameters():
            # What a port shows: its input, its last output, what was wanted, the time left.
            known = {"post": [[0.0, -1.0, 1.0, 0.0]], "kept": 20.0}
            weights.copy_(next((torch.tensor(value) for part, value in known.items() if part in name), torch.zeros(())))
    return agent


def test_wrong_words_cost_more_than_silence_where_they_are_believed():
    found = ask("swap", subject(elimination()))
    assert found["score"][0] == pytest.approx(found["others"]["silence"][0], abs=0.02)
    assert found["score"] == sorted(found["score"], reverse=True)
    assert found["facts"]["score that wrong words cost more than silence"] > 0.1


def test_words_that_nobody_listens_to_may_be_wrong():
    torch.manual_seed(0)
    agent = build_agent("Badger", {"port_features": ROUTING3.port_features})
    with torch.no_grad():
        agent.messages.speak.weight.zero_()
        agent.messages.speak.bias.zero_()
    found = ask("swap", subject(agent))
    assert found["score"] == pytest.approx(found["others"]["silence"])
    assert len(set(found["score"])) == 1


def test_transplant_hands_a_skill_to_the_same_hidden_task_alone():
    found = ask("transplant", subject(delta_rule()))
    strange = found["others"]["memories of another hidden task"]
    assert found["score"][0] == strange[0]
    assert found["score"][0] < 0.95 < found["score"][-1]
    assert found["score"] == sorted(found["score"])
    assert strange[-1] < strange[0]
    assert found["facts"]["gain in the first quarter of the new life"] > 0.2
    assert found["facts"]["the same by memories of another task"] < 0.0


def test_squeezed_keeps_what_lies_in_few_components():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(500, 2, generator=generator) @ torch.randn(2, 10, generator=generator) + 3.0
    squeezed = Squeezed(rows)
    assert torch.allclose(squeezed.components(rows, 2), rows, atol=1e-4)
    assert not torch.allclose(squeezed.components(rows, 1), rows, atol=0.1)
    assert 1.0 < squeezed.effective_rank <= 2.0
    assert len(squeezed.rounded(rows, 1).unique(dim=1).unique()) <= 20
    assert torch.allclose(squeezed.rounded(rows, 16), rows, atol=1e-3)


def test_messages_of_one_number_need_one_component():
    found = ask("bandwidth", subject(elimination()))
    assert found["score"] == pytest.approx([found["score"][0]] * 5)
    assert found["facts"]["components that keep 95 % of the score"] == 1.0
    assert found["others"]["bits of each number"][0] < 0.6, "a routed number is no sign"
    assert found["others"]["bits of each number"][-1] > 0.9


def test_memory_of_the_delta_rule_needs_about_its_hidden_permutation():
    found = ask("squeeze", subject(delta_rule()))
    assert found["facts"]["numbers that are carried"] == 36.0
    assert found["score"][0] < found["score"][-1]


class Amnesiac(Rule):
    """Puts out what was wanted last, which it is shown, and remembers nothing."""

    message_size = 1

    def memory_size(self, experts):
        return 1

    def observe(self, own, memory):
        return memory

    def send(self, own, memory):
        return memory

    def receive(self, own, memory, messages):
        return memory

    def act(self, own, memory):
        return own.observation[:, 2:3]


def test_shocks_cost_nothing_where_nothing_is_remembered_and_more_each_time_where_it_is():
    agent = elimination()
    agent.rule = Amnesiac({})
    assert len(set(ask("shocks", subject(agent))["score"])) == 1
    found = ask("shocks", subject(delta_rule()))
    assert found["x"] == [0.0, 1.0, 2.0, 3.0]
    assert found["score"] == sorted(found["score"], reverse=True)


def test_ratio_counts_what_changes_and_scores_other_sizes():
    found = ask("ratio", subject(delta_rule()))
    assert found["facts"]["parameters"] == 9.0
    assert found["facts"]["numbers that change in a life"] == 36.0, "weights, what they put out, and what they saw"
    assert found["x"] == [0.25]
    assert 0.3 < next(iter(found["others"].values()))[0] < found["score"][0]
    fixed = build_agent("Monolithic", {"port_features": ROUTING3.port_features, "ports": 3})
    assert ask("ratio", subject(fixed))["others"] == {}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_agent_is_asked(name):
    kind, config = KINDS[name]
    if kind == "Handcrafted":
        return
    torch.manual_seed(0)
    sized = {"ports": 3} if "ports" in config else {}
    agent = build_agent(kind, {**config, "port_features": ROUTING3.port_features, "port_actions": 1, **sized})
    asked = subject(agent, episodes=6)
    for probe in NEW:
        found = ask(probe, asked)
        assert bool(found["x"]) == (probe not in ("swap", "bandwidth") or agent.message_module is not None)
        assert torch.isfinite(torch.tensor(found["score"])).all()


def test_bottleneck_says_which_loop_limits_an_agent():
    learner = delta_rule()
    slow = delta_rule()
    with torch.no_grad():
        for name, weights in slow.named_parameters():
            if "post" in name:
                weights.mul_(0.1)
    assert ask("bottleneck", subject(learner))["x"] == [], "no earlier agents were kept"
    trained = replace(subject(learner), earlier={0.5: learner, 0.25: learner})
    found = ask("bottleneck", trained)
    assert found["x"] == [1, 3, 10]
    assert list(found["others"]) == ["after 0.25 of the training", "after 0.5 of the training"]
    assert all(line == found["score"] for line in found["others"].values())
    assert found["words"] == "limited by its life"
    assert found["facts"]["score per doubling of the training"] == 0.0
    found = ask("bottleneck", replace(subject(learner), earlier={0.25: slow}))
    assert found["words"] == "limited by its training"
