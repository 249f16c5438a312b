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
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "__pycache__", "*.egg-info", ".*_cache")


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
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    jobs = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())["jobs"]
    commands = [hook["entry"] for hook in hooks]
    for job in jobs.values():
        for case in job["strategy"]["matrix"].get("include", [{}]):
            for step in (step["run"] for step in job["steps"] if "run" in step):
                commands.append(step.replace("${{ matrix.target }}", case.get("target", "")))
    commands += (ROOT / ".ci" / "run").read_text().splitlines()
    made = [word for command in commands if command.startswith("make ") for word in command.split()[1:]]
    called = {word for word in made if "=" not in word}
    assert {"lint", "types", "test", "test-oldest", "test-newest"} <= called <= targets
    supported = (ROOT / "setup.cfg").read_text()
    for version in jobs["test"]["strategy"]["matrix"]["python"]:
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


def not_copied(folder: str, names: list[str]) -> set[str]:
    """What a copy does without: the results of runs are at the root, and `baselines/results` is a package."""
    return NOT_COPIED(folder, names) | ({"results"} if Path(folder) == ROOT else set())


def follow(walk: Walk, copy: Path) -> None:
    """Do what a page says in a copy of the repository."""
    shutil.copytree(ROOT, copy, ignore=not_copied)
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
@pytest.mark.parametrize(
    ("page", "new", "edited"),
    [
        ("environment", "badger_envs/envs/echo/", {"badger_envs/envs/__init__.py": 1}),
        ("expert", "", {"agents/parts/experts.py": 13, "agents/parts/__init__.py": 1}),
        ("outer_loop", "baselines/outer_loops/hill_climbing.py", {"baselines/experiments/recipes.py": 2}),
        ("probe", "", {"baselines/perturbations/lesions.py": 17, "baselines/perturbations/probes.py": 4}),
        (
            "board_field",
            "",
            {
                "leaderboards/schema/submission.py": 2,
                "leaderboards/commands/submit.py": 2,
                "leaderboards/site/templates/entry.html": 1,
            },
        ),
    ],
)
def test_page_of_how_to_add_touches_few_places_and_arrives(page, new, edited, tmp_path):
    """`new` is the folder or file that is created besides one test, `edited` the lines added to files there are."""
    walk = read_walk(page)
    created = [path for path in walk.created if not path.startswith("tests/")]
    assert len(walk.created) - len(created) == 1
    assert bool(created) == bool(new)
    assert all(path.startswith(new) for path in created)
    assert walk.edited == edited
    follow(walk, tmp_path / "copy")
