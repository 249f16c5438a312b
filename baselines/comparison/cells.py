"""A cell: one agent, one outer loop, one task, one seed, one budget. Its result is a function of its specification.

A result is stored in a folder named by the hash of the specification, so a second run finds it and does nothing. The
file `cell.json` is written last: a folder without it is a cell that did not finish. Probes have a file each, so that a
later probe asks agents that were trained before it was there. A lock that the system takes back from dead processes
keeps two runs from working on the same cell.
"""

import contextlib
import hashlib
import json
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from agents import build_agent, load_agent, save_agent
from agents.storage import AgentFileError
from badger_envs.episodes import EpisodeSet
from badger_envs.evaluation import evaluate
from badger_envs.files import write_json
from badger_envs.policies import Policy
from badger_envs.registry import find_row
from badger_envs.version import __version__
from baselines.comparison.probes import PROBE_VERSION, Subject, ask
from baselines.costs import costs
from baselines.outer_loops.interface import OuterLoop
from baselines.outer_loops.training import train
from baselines.policy import AgentPolicy

CELL_VERSION = 3
"""Goes into the hash; raise it when the same specification gives another result than before."""

OnUpdate = Callable[[int, dict[str, float]], None]


@dataclass(frozen=True)
class Cell:
    """The specification."""

    agent: str
    """Name of the contestant."""
    task: str
    """Id of the environment."""
    arguments: dict[str, Any]
    """Of the task, for training and for the main test."""
    seed: int
    """Draws the weights and names the training episodes."""
    kind: str | None = None
    """Kind of agent, as in `agents.build_agent`; None for a handcrafted policy."""
    config: dict[str, Any] | None = None
    """Of the agent."""
    policy: str | None = None
    """Name of a handcrafted policy in the registry's row; None for an agent that is trained."""
    outer_loop: OuterLoop | None = None
    """Settings of the outer loop; None for a handcrafted policy."""
    test_sizes: tuple[int, ...] = ()
    """Sizes to test at besides the task's own, where the agent can."""
    episode_set: str = EpisodeSet.TEST.name
    """TEST, or VALIDATION for trials of the tuning."""
    episodes: int = 1000
    """How many to test on, at each size."""
    problem: str = ""
    """Name of the recipe, for people; the same training under another name is the same cell, as with all below."""
    probes: tuple[str, ...] = ()
    """What is asked besides, by name; each in a file of its own."""
    probe_episodes: int = 200
    """Test episodes at each point of a probe."""

    def specification(self) -> dict[str, Any]:
        """Plain numbers, lists and words, complete; just what is read back from a file."""
        specification = {"cell_version": CELL_VERSION, "badger_envs": __version__, **asdict(self)}
        for name in ("problem", "probes", "probe_episodes"):
            del specification[name]
        if self.outer_loop is not None:
            specification["outer_loop"]["kind"] = self.outer_loop.kind
        plain: dict[str, Any] = json.loads(json.dumps(specification))
        return plain

    @property
    def hash(self) -> str:
        """Of the specification: 16 hexadecimal digits."""
        text = json.dumps(self.specification(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def updates(self) -> int:
        """Updates of the outer loop."""
        return self.outer_loop.updates if self.outer_loop else 0

    @property
    def training_episodes(self) -> int:
        """Lifetimes that the outer loop trains on: how much work the cell is."""
        return self.outer_loop.updates * self.outer_loop.batch if self.outer_loop else 0

    @property
    def work(self) -> float:
        """How much there is to do, roughly: steps of lifetimes that are trained on, and a little for the tests."""
        if self.outer_loop is None:
            return 1_000.0
        members = getattr(self.outer_loop, "members", 1)
        return 1_000.0 + self.training_episodes * members * find_row(self.task).horizon(**self.arguments)

    @property
    def title(self) -> str:
        """What a person calls this cell."""
        who = f"{self.problem}: {self.agent}" if self.problem else self.agent
        if self.outer_loop is None:
            return who
        if self.episode_set == EpisodeSet.TEST.name:
            return f"{who}, seed {self.seed}"
        return f"{who}, trial at lr {self.outer_loop.learning_rate:g}"


def find_result(cell: Cell, root: Path) -> dict[str, Any] | None:
    """The stored result of a cell with all its probes, or None where something is not there or is cut off."""
    folder = root / cell.hash
    found = read_object(folder / "cell.json")
    if found is None or found.get("specification") != cell.specification():
        return None
    probes = {name: read_object(folder / _probe_file(cell, name)) for name in cell.probes}
    return None if None in probes.values() else {**found, "probes": probes}


def run_cell(
    cell: Cell,
    root: Path,
    *,
    device: str = "cpu",
    on_update: OnUpdate | None = None,
    points: int = 100,
    patience: float = -1.0,
) -> dict[str, Any]:
    """Train, test, probe and store one cell, or find it already stored.

    Files that are cut off are as good as not there; a checkpoint that can't be read is set aside.

    Args:
        cell: the specification.
        root: folder of all cells.
        device: where tensors live.
        on_update: called now and then during training, as in `baselines.outer_loops.training.train`.
        points: length of the learning curve.
        patience: seconds to wait while another process works on this cell; below 0 for as long as it takes.

    Returns:
        The result: plain numbers, lists and words. `failed` holds the traceback of a cell that raised; such a result
        is stored as `failed.json` where that can be, is no score, and is tried again by the next run.

    Raises:
        filelock.Timeout: Another process works on this cell.
    """
    folder = root / cell.hash
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=patience):
            found = find_result(cell, root)
            if found is not None:
                return found
            for left_over in folder.glob("*.tmp"):  # by a process that was killed while it wrote
                left_over.unlink()
            result = _trained_before(cell, folder)
            if result is None:
                result = _train_and_test(cell, folder, device, on_update, points)
                write_json(folder / "cell.json", result)
            result["probes"] = {name: _probed(cell, folder, name, device) for name in cell.probes}
            (folder / "failed.json").unlink(missing_ok=True)
            return result
    except Timeout:
        raise
    except Exception:  # whatever went wrong in one cell, the others go on
        result = failure(cell, traceback.format_exc())
        with contextlib.suppress(OSError):  # where not even this can be written, the run still tells of it
            write_json(folder / "failed.json", result)
        return result


def failure(cell: Cell, reason: str) -> dict[str, Any]:
    """The result of a cell that has none."""
    return {"hash": cell.hash, "specification": cell.specification(), "failed": reason}


def read_object(path: Path) -> dict[str, Any] | None:
    """What a JSON file holds; None where it is missing, cut off or no object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _trained_before(cell: Cell, folder: Path) -> dict[str, Any] | None:
    """The stored result without its probes, if it is of this cell and its agent can still be asked."""
    found = read_object(folder / "cell.json")
    if found is None or found.get("specification") != cell.specification():
        return None
    try:
        if cell.kind is not None:
            load_agent(folder)
    except AgentFileError:
        return None
    return found


def _probe_file(cell: Cell, name: str) -> str:
    return f"probe_{name}_v{PROBE_VERSION}_{cell.probe_episodes}.json"


def _probed(cell: Cell, folder: Path, name: str, device: str) -> dict[str, Any]:
    """A probe of a trained cell, as it is stored or asked now."""
    path = folder / _probe_file(cell, name)
    found = read_object(path)
    if found is None:
        task, choices = find_row(cell.task).make_task(**cell.arguments), getattr(cell.outer_loop, "choices", None)
        agent = load_agent(folder, device=device)
        found = ask(name, Subject(agent, cell.task, task, choices, cell.probe_episodes))
        write_json(path, found)
    return found


def _set_aside_if_damaged(checkpoint: Path) -> None:
    """Rename a checkpoint that can't be read, so that the training starts anew."""
    try:
        torch.load(checkpoint, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        pass
    except Exception:  # torch says it in many ways
        checkpoint.replace(checkpoint.with_suffix(".damaged"))


def _train_and_test(cell: Cell, folder: Path, device: str, on_update: OnUpdate | None, points: int) -> dict[str, Any]:
    row = find_row(cell.task)
    task = row.make_task(**cell.arguments)
    result: dict[str, Any] = {"hash": cell.hash, "specification": cell.specification(), "device": device}
    result["training_cpu_seconds"] = 0.0
    agent = None
    if cell.outer_loop is not None:
        assert cell.kind is not None
        assert cell.config is not None
        torch.manual_seed(cell.seed)
        agent = build_agent(cell.kind, cell.config).to(device)
        checkpoint = folder / "checkpoint.pt"
        _set_aside_if_damaged(checkpoint)
        trained = train(
            agent,
            cell.task,
            cell.arguments,
            cell.outer_loop,
            seed=cell.seed,
            on_update=on_update,
            points=points,
            checkpoint=checkpoint,
        )
        save_agent(agent, folder)
        checkpoint.unlink(missing_ok=True)
        result |= costs(agent, task)
        result["environment_steps"] = trained.environment_steps
        result["episodes"] = cell.training_episodes
        result["curve"] = trained.curve
        result["training_cpu_seconds"] = trained.cpu_seconds

    tests, cannot = {}, []
    for size in sorted({getattr(task, row.size), *cell.test_sizes}):
        sized = row.make_task(**{**cell.arguments, row.size: size})
        policy: Policy
        if agent is None:
            assert cell.policy is not None
            policy = row.policy(cell.policy, sized)
        elif agent.accepts(sized.ports):
            policy = AgentPolicy(agent, sized.ports, choices=getattr(cell.outer_loop, "choices", None))
        else:
            cannot.append(size)
            continue
        test = evaluate(
            policy, cell.task, episodes=cell.episodes, episode_set=EpisodeSet[cell.episode_set], **sized.arguments()
        )
        tests[str(size)] = test.as_json()
    result["tests"], result["cannot_have_size"] = tests, cannot
    return result
