"""Bits that are read out of memories; here of memories of which it is known what they hold."""

import numpy as np
import pytest
import torch

from agents import build_agent
from agents.rules.rule import Rule
from badger_envs.registry import SPECS, get_spec
from baselines.perturbations.information.linear import linear_reader
from baselines.perturbations.information.network import network_reader
from baselines.perturbations.information.readers import Parts, entropy, hidden_variables
from baselines.perturbations.probes import PROBES, ask
from baselines.perturbations.subject import Subject
from tests.helpers.mid_life import KINDS

XOR = "Badger/HiddenXOR-v0"
XOR3 = get_spec(XOR).make_task(bits=3)
B = 300
READERS = (linear_reader, network_reader)


def subject(agent, episodes=100):
    return Subject(agent, XOR, XOR3, None, episodes)


def handcrafted(rule=None, **config):
    agent = build_agent("Handcrafted", {"port_features": XOR3.port_features, "rule": "parity", **config})
    if rule is not None:
        agent.rule = rule({})
    return agent


@pytest.fixture
def drawn():
    """Two signs, one of three classes and a number; and noise of 20 numbers."""
    random = np.random.default_rng(0)
    signs, which = random.integers(0, 2, (B, 2)) * 2.0 - 1.0, random.integers(0, 3, (B, 1)) * 1.0
    return np.concatenate([signs, which, random.uniform(-1.0, 1.0, (B, 1))], axis=1), random.normal(size=(B, 20))


@pytest.mark.parametrize("reader", READERS)
def test_memory_that_holds_the_variable_is_worth_its_entropy(reader, drawn):
    values, noise = drawn
    hidden = hidden_variables(values, most=9)
    assert hidden.classes == (2, 2, 3, 0)
    bits = reader(np.concatenate([values, noise], axis=1)[None], hidden).bits()[0]
    measured = hidden.values[Parts.of(B).measure]
    most = [entropy(measured[:, variable]) for variable in range(3)]
    assert (bits[:3] <= np.array(most) + 1e-9).all(), "never above the entropy"
    assert bits[:3] == pytest.approx(most, abs=0.06)
    assert bits[3] > 9.0


@pytest.mark.parametrize("reader", READERS)
def test_memory_that_is_constant_or_noise_is_worth_nothing(reader, drawn):
    values, noise = drawn
    hidden = hidden_variables(values, most=9)
    constant, shuffled = np.full((B, 20), 0.3), np.roll(values, 7, axis=0)
    bits = reader(np.stack([constant, noise, np.tile(shuffled, 5)]), hidden).bits()
    assert (bits[0] == 0.0).all()
    assert bits.max() < 0.03


@pytest.mark.parametrize("reader", READERS)
def test_number_with_noise_is_worth_half_the_logarithm_of_variance_over_error(reader):
    random = np.random.default_rng(1)
    number = random.normal(size=(3000, 1))
    seen = number + 0.5 * random.normal(size=(3000, 1))
    (bits,) = reader(seen[None], hidden_variables(number, 1)).bits()[0]
    assert bits == pytest.approx(0.5 * np.log2(1.0 + 4.0), abs=0.08)


def test_product_of_two_signs_is_read_by_the_network_alone(drawn):
    values, _ = drawn
    hidden = hidden_variables(values[:, :1] * values[:, 1:2], 1)
    memory = values[None, :, :2]
    assert linear_reader(memory, hidden).bits().item() < 0.02
    assert network_reader(memory, hidden).bits().item() > 0.95


def test_variables_that_never_vary_are_left_out_and_many_are_thinned():
    values = np.stack([np.ones(50), np.arange(50.0), np.arange(50) % 3 + 0.0], axis=1)
    assert hidden_variables(values, 9).classes == (0, 3)
    assert len(hidden_variables(np.random.default_rng(0).normal(size=(50, 100)), 12).classes) == 12
    assert hidden_variables(np.ones((50, 2)), 9).classes == ()


def test_decode_of_parity_finds_the_bits_by_lines_and_their_product_by_networks():
    found = ask("decode", subject(handcrafted()))
    assert found["x"] == [1.0, 2.0, 3.0]
    assert found["score"] == pytest.approx([3.0] * 3, abs=0.05)
    assert found["others"]["small network"] == pytest.approx([4.0] * 3, abs=0.06)
    assert found["others"]["all there is"] == pytest.approx([4.0] * 3, abs=0.02)
    assert found["trained"] is None


class Forgetful(Rule):
    """Remembers nothing."""

    message_size = 1

    def memory_size(self, experts):
        return 2

    def observe(self, own, memory):
        return torch.zeros_like(memory)

    def send(self, own, memory):
        return memory[:, :1]

    def receive(self, own, memory, messages):
        return memory

    def act(self, own, memory):
        return memory[:, :1]


class EverybodyTells(Forgetful):
    """Remembers its own bit and those of all others."""

    def memory_size(self, experts):
        return experts

    def observe(self, own, memory):
        return torch.cat([own.observation[:, :1], memory[:, 1:]], dim=1)

    def receive(self, own, memory, messages):
        return torch.cat([memory[:, :1], messages[:, :, 0]], dim=1)

    def act(self, own, memory):
        return memory.prod(dim=1, keepdim=True)


class OneIsTold(EverybodyTells):
    """As before, but only the first expert listens, and the others forget their own."""

    def receive(self, own, memory, messages):
        first = own.number[:, None] == own.number.max()
        return torch.where(first, super().receive(own, memory, messages), 0.0)


def test_memory_without_anything_is_worth_nothing():
    found = ask("decode", subject(handcrafted(Forgetful)))
    assert set(found["score"] + found["others"]["small network"]) == {0.0}
    assert ask("one_or_all", subject(handcrafted(Forgetful)))["words"] == "nobody knows anything"


@pytest.mark.parametrize(
    ("rule", "words", "first", "last"),
    [
        (EverybodyTells, "all alike", 3.0, 3.0),
        (OneIsTold, "one knows all", 3.0, 3.0),
        (None, "a pattern over all", 1.0, 3.0),
    ],
)
def test_one_or_all_says_who_knows(rule, words, first, last):
    found = ask("one_or_all", subject(handcrafted(rule)))
    assert found["x"] == [1.0, 2.0, 3.0]
    assert (found["score"][0], found["score"][-1]) == pytest.approx((first, last), abs=0.05)
    assert found["words"] == words


def test_one_or_all_says_what_is_left_when_all_but_one_forget():
    facts = ask("one_or_all", subject(handcrafted()))["facts"]
    assert facts["score when all but one forget"] == pytest.approx(1.0), "bits are shown again in every step"
    assert facts["spread over who it is"] == pytest.approx(0.0)


@pytest.mark.parametrize(("kind", "config"), [("Badger", {"rounds": 2}), ("CommNet", {})])
def test_rethink_knows_nothing_of_bits_before_they_are_shown(kind, config):
    torch.manual_seed(0)
    agent = build_agent(kind, {"port_features": XOR3.port_features, **config})
    found = ask("rethink", subject(agent))
    assert found["x"] == [0, 1, 2, 3, 4, 5, 6]
    assert found["score"][0] == 0.0
    assert min(found["score"][1:]) > 2.0
    assert found["trained"] == 2


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_agent_is_read(name):
    kind, config = KINDS[name]
    torch.manual_seed(0)
    agent = build_agent(
        kind, {"port_features": XOR3.port_features, **config} | ({"ports": 3} if "ports" in config else {})
    )
    asked = subject(agent, episodes=16)
    for probe in ("decode", "rethink", "one_or_all"):
        found = ask(probe, asked)
        applies = {
            "decode": True,
            "rethink": agent.update_module is not None and hasattr(agent.config, "rounds"),
            "one_or_all": agent.memory(asked.born(1)).shape[1] > 1,
        }[probe]
        assert bool(found["x"]) == applies
        assert np.isfinite(found["score"]).all()


@pytest.mark.parametrize("id", [id for id, spec in SPECS.items() if spec.task.functional])
def test_every_environment_is_read(id):
    spec = get_spec(id)
    task = spec.make_task()
    torch.manual_seed(0)
    config = {"port_features": task.port_features, "port_actions": task.port_actions, "hidden_size": 5}
    agent = build_agent("Badger", config | {"presence_changes": task.presence_changes})
    found = PROBES["decode"].ask(Subject(agent, id, task, None, 16))
    assert 1 <= len(found.curve) <= 8
    assert all(0.0 <= bits < 200.0 for _, bits in found.curve)


def test_too_few_lives_are_not_read():
    for probe in ("decode", "rethink", "one_or_all"):
        assert ask(probe, subject(handcrafted(), episodes=14))["x"] == []
