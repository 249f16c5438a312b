from dataclasses import fields

import pytest

from agents import build_agent, count_parameters
from agents.config import CONFIGS
from agents.storage import AGENT_CLASSES, LARGEST_BYTES
from leaderboards.check.agent_schema import MAX_SIZE, MAX_SIZES, config_errors
from leaderboards.check.weights import MAX_BYTES as LARGEST_WEIGHTS

SMALL = {
    "Badger": {"port_features": 3},
    "CommNet": {"port_features": 3},
    "Independent": {"port_features": 3, "ports": 2},
    "Monolithic": {"port_features": 3, "ports": 2},
    "PaddedMonolithic": {"port_features": 3, "max_ports": 2},
    "Hypernetwork": {"port_features": 3, "max_ports": 2},
    "TransformerOverTime": {"port_features": 3, "max_ports": 2},
    "OverPorts": {"port_features": 3},
    "Handcrafted": {"port_features": 5, "rule": "parity"},
}
NONSENSE = [None, True, 0, -1, 2.5, "nonsense", "1", [], {}, [1.0], 10**400]
ALLOWED = [("settings", []), ("error_feature", 0), ("presence_changes", True)]


def test_schema_has_the_classes_that_agents_can_be_loaded_as():
    assert {kind: agent_class.config_class for kind, agent_class in AGENT_CLASSES.items()} == CONFIGS
    assert LARGEST_WEIGHTS <= LARGEST_BYTES
    assert set(MAX_SIZES) <= {field.name for config in CONFIGS.values() for field in fields(config)}


@pytest.mark.parametrize("kind", SMALL)
def test_schema_refuses_nonsense_in_every_field_by_name(kind):
    assert config_errors(kind, SMALL[kind], 2) == []
    for field in fields(CONFIGS[kind]):
        for value in NONSENSE:
            if value == field.default or (field.name, value) in ALLOWED:
                continue
            ((name, reason),) = config_errors(kind, {**SMALL[kind], field.name: value}, 2)
            assert name == field.name
            assert reason.startswith("must be ")
            assert ", got " in reason
        if field.type is int:
            most = MAX_SIZES.get(field.name, MAX_SIZE)
            assert config_errors(kind, {**SMALL[kind], field.name: most + 1}, 2) == [
                (field.name, f"must be at most {most}, got {most + 1}")
            ]


def test_schema_reads_both_formats_and_names_fields_as_their_file_does():
    assert config_errors("Badger", {"port_features": 3, "memory": 4, "hears": 1}, 1) == []
    assert config_errors("Badger", {"port_features": 3, "memory": 0}, 1) == [
        ("memory", "must be an integer of at least 1, got 0")
    ]
    for format, name in ((1, "hidden_size"), (2, "memory")):
        assert config_errors("CommNet", {name: 4}, format) == [
            ("port_features", "must be there"),
            (name, "is no field of this kind, got 4"),
        ]


@pytest.mark.parametrize("kind", SMALL)
def test_weights_of_agents_are_float32_and_counted_as_parameters(kind):
    agent = build_agent(kind, SMALL[kind])
    assert {str(tensor.dtype) for tensor in agent.state_dict().values()} == {"torch.float32"}
    assert sum(tensor.numel() for tensor in agent.state_dict().values()) == count_parameters(agent)


@pytest.mark.parametrize("value", [None, "x", [1] * 99, *([v] * 6 for v in (float("nan"), float("inf"), "1", True))])
def test_schema_refuses_settings_that_are_not_the_numbers_of_the_rule(value):
    wave = {"port_features": 17, "rule": "wave"}
    assert config_errors("Handcrafted", {**wave, "settings": [0.5, 2, 1, 1, 1, 1]}, 2) == []
    ((name, reason),) = config_errors("Handcrafted", {**wave, "settings": value}, 2)
    assert name == "settings"
    assert reason.startswith("must be numbers (backwards_turn, ")
