"""The arrows between the rooms of the board: schema <- check <- evaluate, submit, site <- the command line."""

import ast

import pytest

from tests.helpers.paths import ROOT

BOARD = ROOT / "leaderboards"
MAY_IMPORT = {
    "schema": set(),
    "check": {"schema"},
    "evaluate": {"schema", "check"},
    "submit": {"schema", "check"},
    "site": {"schema", "check"},
    "commands": {"schema", "check", "evaluate", "submit", "site"},
    "__main__": {"schema", "commands"},
    "__init__": set(),
}
"""Room, or module beside the rooms -> rooms that it may import."""


def imports():
    """Module -> modules of the board that it imports, those inside of functions too."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in BOARD.rglob("*.py")}
    found = {}
    for module, path in modules.items():
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                names |= (full & modules.keys()) or ({node.module} & modules.keys())
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names} & modules.keys()
        found[module] = names
    return found


IMPORTS = imports()


def test_rooms_hold_every_module():
    assert {module.split(".")[1] for module in IMPORTS} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_in_one_direction(room):
    for module, names in IMPORTS.items():
        if module.split(".")[1] == room:
            strange = {name for name in names if name.split(".")[1] not in MAY_IMPORT[room] | {room}}
            assert not strange, f"{module} imports {strange}"


def test_rooms_import_without_circles():
    left = dict(IMPORTS)
    while left:
        ready = [module for module, names in left.items() if not names & left.keys()]
        assert ready, f"these import each other in a circle: {sorted(left)}"
        for module in ready:
            del left[module]
