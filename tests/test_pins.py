"""The files that say which versions of other packages are used agree with each other."""

import re
from configparser import ConfigParser

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.helpers.paths import ROOT


def pins(name):
    """package -> version that a file pins it to."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {canonical(line.split("==")[0]): line.split("==")[1] for line in lines if "==" in line}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


CONFIG = ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")
NEEDED = [Requirement(line) for line in CONFIG["options"]["install_requires"].split("\n") if line]
EXTRAS = [
    Requirement(line)
    for lines in CONFIG["options.extras_require"].values()
    for line in lines.split("\n")
    if line and not line.startswith("badger-envs")
]
ELSEWHERE = {"benchmarl"}
"""What has a virtual environment of its own, for it needs other versions."""
OLDEST, ALL = pins("constraints-oldest.txt"), pins("constraints.txt")


def test_the_oldest_versions_are_the_lower_bounds_of_what_is_needed():
    bounds = {}
    for needed in NEEDED:
        (bound,) = needed.specifier  # a lower one, and no upper one
        assert bound.operator == ">=", needed
        bounds[canonical(needed.name)] = Version(bound.version)
    assert {name: Version(version) for name, version in OLDEST.items()} == bounds


def test_the_makefile_upgrades_all_that_is_needed():
    (line,) = re.findall(r"^PACKAGES := (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert line.split() == [needed.name for needed in NEEDED]


@pytest.mark.parametrize("needed", [each for each in (*NEEDED, *EXTRAS) if each.name not in ELSEWHERE], ids=str)
def test_what_everything_is_installed_with_is_allowed(needed):
    assert ALL[canonical(needed.name)] in needed.specifier


def test_torch_alone_has_an_upper_bound():
    bounded = {needed.name for needed in EXTRAS if any(bound.operator != ">=" for bound in needed.specifier)}
    assert bounded == {"torch"}


def test_one_module_alone_tells_versions_of_gymnasium_and_pettingzoo_apart():
    telling = re.compile(r"(getattr|hasattr)\((gym|gymnasium|pettingzoo)\b|(gym|gymnasium|pettingzoo)\.__version__")
    told = [path.name for path in (ROOT / "badger_envs").rglob("*.py") if telling.search(path.read_text("utf-8"))]
    assert told == ["libraries.py"]
