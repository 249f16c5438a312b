"""The pages: their Python runs as it stands, their links lead somewhere, and who follows "how to add" arrives."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.helpers.paths import ROOT

PAGES = sorted(path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^```(?P<language>\w*)(?: (?P<path>\S+))?\n(?P<text>.*?)^```$", flags=re.DOTALL | re.MULTILINE)
BLOCKS = [
    pytest.param(block["text"], id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(FENCE.finditer((ROOT / page).read_text()))
    if block["language"] == "python" and not block["path"] and "adding" not in page.parts
]
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "results", "__pycache__", "*.egg-info", ".*_cache")


@pytest.mark.parametrize("block", BLOCKS)
def test_python_blocks_run_as_they_stand(block, tmp_path):
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{block}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=map(str, PAGES))
def test_links_lead_to_files_and_headings_that_exist(page):
    for target in re.findall(r"\]\((?!http)([^)]+)\)", (ROOT / page).read_text()):
        path, _, heading = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), flags=re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}, target


def test_readme_shows_python_on_the_first_screen_and_is_short():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 150
    assert "```python" in lines[:12]


def test_contributing_is_short():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 60


def test_citation_names_the_version_that_is_here():
    from badger_envs import __version__

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["version"] == __version__
    assert (
        f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()
        or "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
    )


def test_hooks_and_workflow_call_targets_of_the_makefile():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    (job,) = workflow["jobs"].values()
    commands = [hook["entry"] for hook in hooks] + [step["run"] for step in job["steps"] if "run" in step]
    made = [command.split()[1:] for command in commands if command.startswith("make ")]
    assert {"lint", "types", "test"} <= {target for targets_of in made for target in targets_of} <= targets
    supported = (ROOT / "setup.cfg").read_text()
    for version in job["strategy"]["matrix"]["python"]:
        assert f"Programming Language :: Python :: {version}" in supported


class Walk(NamedTuple):
    """What a page has its reader do."""

    created: dict[str, str]
    patches: list[str]
    commands: list[str]

    @property
    def edited(self) -> dict[str, int]:
        """Lines that the patches add, by file."""
        counts: dict[str, int] = {}
        for patch in self.patches:
            name = ""
            for line in patch.splitlines():
                if line.startswith("+++ b/"):
                    name = line.removeprefix("+++ b/")
                elif line.startswith("+"):
                    counts[name] = counts.get(name, 0) + 1
        return counts


def read_walk(name: str) -> Walk:
    blocks = list(FENCE.finditer((ROOT / "docs" / "adding" / f"{name}.md").read_text()))
    return Walk(
        {block["path"]: block["text"] for block in blocks if block["path"]},
        [block["text"] for block in blocks if block["language"] == "diff"],
        [
            line.removeprefix("$ ")
            for block in blocks
            if block["language"] == "console"
            for line in block["text"].splitlines()
            if line.startswith("$ ")
        ],
    )


def follow(walk: Walk, copy: Path) -> None:
    """Do what a page says in a copy of the repository."""
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    for path, text in walk.created.items():
        assert not (copy / path).exists(), path
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text)
    for patch in walk.patches:
        subprocess.run(["git", "apply", "-C1", "-"], cwd=copy, input=patch, text=True, check=True)
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for command in walk.commands:
        done = subprocess.run(
            command, shell=True, cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


@pytest.mark.slow
def test_adding_an_environment_takes_one_folder_one_line_and_one_test(tmp_path):
    walk = read_walk("environment")
    folders = {str(Path(path).parent) for path in walk.created}
    assert len([folder for folder in folders if folder.startswith("badger_envs/envs/")]) == 1
    assert len([path for path in walk.created if path.startswith("tests/")]) == 1
    assert list(walk.edited.values()) == [1]
    follow(walk, tmp_path / "copy")


@pytest.mark.slow
def test_adding_an_expert_takes_one_class_and_one_row(tmp_path):
    walk = read_walk("expert")
    assert set(walk.edited) == {"agents/parts/experts.py", "agents/parts/__init__.py"}
    assert all(path.startswith("tests/") for path in walk.created)
    follow(walk, tmp_path / "copy")


@pytest.mark.slow
def test_adding_an_outer_loop_takes_one_file_and_a_recipe(tmp_path):
    walk = read_walk("outer_loop")
    (created,) = (path for path in walk.created if not path.startswith("tests/"))
    assert created.startswith("baselines/outer_loops/")
    assert list(walk.edited) == ["baselines/experiments/recipes.py"]
    follow(walk, tmp_path / "copy")


@pytest.mark.slow
def test_adding_a_probe_takes_one_function_and_one_row(tmp_path):
    walk = read_walk("probe")
    assert list(walk.edited) == ["baselines/perturbations/probes.py"]
    assert all(path.startswith("tests/") for path in walk.created)
    follow(walk, tmp_path / "copy")


@pytest.mark.slow
def test_adding_a_board_field_takes_three_places(tmp_path):
    walk = read_walk("board_field")
    assert len(walk.edited) == 3
    assert all(path.startswith("tests/") for path in walk.created)
    follow(walk, tmp_path / "copy")
