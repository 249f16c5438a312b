import subprocess
import sys

import pytest

import agents
from agents.parts import EXPERTS, MEMBRANES, MESSAGES, load_part
from agents.parts.experts import Expert
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


@pytest.mark.parametrize(
    ("entry_points", "base"),
    [
        (EXPERTS.values(), Expert),
        (MESSAGES.values(), Messages),
        (MEMBRANES.values(), Membrane),
        ([spec.entry_point for spec in RULES.values()], Rule),
    ],
)
def test_entry_points_lead_to_classes_of_that_part(entry_points, base):
    assert all(issubclass(load_part(entry_point), base) for entry_point in entry_points)
