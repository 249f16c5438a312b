import subprocess
import sys

import pytest

import agents
from agents.parts import MEMBRANES, MESSAGES, TOPOLOGIES, load_part
from agents.parts.membrane import Membrane
from agents.parts.messages import Messages
from agents.rules import RULES
from agents.rules.rule import Rule


def test_config_imports_without_torch():
    script = "import sys, agents.config; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_package_offers_each_public_name_and_no_other():
    for name in agents.__all__:
        assert getattr(agents, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'agents' has no attribute 'Badgers'"):
        _ = agents.Badgers


@pytest.mark.parametrize(("table", "base"), [(MESSAGES, Messages), (MEMBRANES, Membrane)])
def test_part_entry_points_lead_to_classes_of_that_part(table, base):
    for entry_point in table.values():
        assert issubclass(load_part(entry_point), base)


def test_topology_and_rule_entry_points_lead_somewhere():
    assert all(callable(load_part(entry_point)) for entry_point in TOPOLOGIES.values())
    assert all(issubclass(load_part(spec.entry_point), Rule) for spec in RULES.values())
