from dataclasses import MISSING, fields

import pytest

from agents import build_agent, count_parameters
from agents.storage import LARGEST_BYTES, STORED_KINDS
from leaderboards.check.agent_schema import KINDS, LARGEST, Numbers, Whole, Words
from leaderboards.check.weights import MAX_BYTES as LARGEST_WEIGHTS

SMALL = {
    "Badger": {"port_features": 3},
    "CommNet": {"port_features": 3},
    "Independent": {"port_features": 3, "ports": 2},
    "Monolithic": {"port_features": 3, "ports": 2},
    "Handcrafted": {"port_features": 5, "rule": "parity"},
}

RULES = {int: Whole, int | None: Whole, tuple[float, ...]: Numbers, str: Words}


def test_kinds_are_those_that_agents_can_be_loaded_as():
    assert set(KINDS) == set(STORED_KINDS)
    for name, kind in KINDS.items():
        parts = fields(STORED_KINDS[name].config_class)
        assert set(kind.fields) == {part.name for part in parts}
        assert set(kind.required) == {part.name for part in parts if part.default is MISSING}
        for part in parts:
            rule = kind.fields[part.name]
            assert isinstance(rule, RULES[part.type])
            assert getattr(rule, "optional", False) == (part.type == int | None)
    assert LARGEST_WEIGHTS <= LARGEST_BYTES


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_says_of_its_config_what_we_say(kind):
    for field, rule in KINDS[kind].fields.items():
        if isinstance(rule, Words):
            for word in rule.allowed:
                more = {"experts": 2} if word == "attention" and field == "membrane" else {}
                more |= {"port_features": 17, "settings": (1.0,) * 6} if word == "wave" else {}
                build_agent(kind, {**SMALL[kind], **more, field: word})
            with pytest.raises(ValueError, match=field):
                build_agent(kind, {**SMALL[kind], field: "nonsense"})
            assert rule.complaint("nonsense") is not None
        if isinstance(rule, Whole):
            assert rule.complaint(1) is None
            for nonsense in (0, -1, True, 1.0, "1", LARGEST + 1):
                assert rule.complaint(nonsense) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_an_agent_saves_is_float32_and_counted_as_parameters(kind):
    agent = build_agent(kind, SMALL[kind])
    assert {str(tensor.dtype) for tensor in agent.state_dict().values()} == {"torch.float32"}
    assert sum(tensor.numel() for tensor in agent.state_dict().values()) == count_parameters(agent)


@pytest.mark.parametrize("value", [None, 1, "x", [1] * 99, [float("nan")], [float("inf")], ["1"], [True], [10**400]])
def test_settings_of_a_rule_are_a_few_numbers(value):
    assert Numbers().complaint(value) is not None
    assert Numbers().complaint([0.5, 2]) is None
