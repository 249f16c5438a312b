"""A cell: one agent, one outer loop, one task, one seed, one budget. Its result is a function of its specification.

A result is stored in a folder named by the hash of the specification, so a second run finds it and does nothing. The
file `cell.json` is written last: a folder without it is a cell that did not finish.
"""

import hashlib
import json
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from agents import build_agent, save_agent
from badger_envs.episodes import EpisodeSet
from badger_envs.evaluation import evaluate
from badger_envs.files import write_json
from badger_envs.policies import Policy
from badger_envs.registry import find_row
from badger_envs.version import __version__
from baselines.costs import costs
from baselines.outer_loops.interface import OuterLoop
from baselines.outer_loops.training import train
from baselines.policy import AgentPolicy

CELL_VERSION = 2
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

    def specification(self) -> dict[str, Any]:
        """Plain numbers, lists and words, complete; just what is read back from a file."""
        specification = {"cell_version": CELL_VERSION, "badger_envs": __version__, **asdict(self)}
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
    def title(self) -> str:
        """What a person calls this cell."""
        if self.outer_loop is None:
            return self.agent
        if self.episode_set == EpisodeSet.TEST.name:
            return f"{self.agent}, seed {self.seed}"
        return f"{self.agent}, lr {self.outer_loop.learning_rate:g}, trial {self.seed}"


def find_result(cell: Cell, root: Path) -> dict[str, Any] | None:
    """The stored result of a cell, or None where there is none, or it is cut off or of another specification."""
    try:
        found: dict[str, Any] = json.loads((root / cell.hash / "cell.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("specification") == cell.specification() else None


def run_cell(
    cell: Cell, root: Path, *, device: str = "cpu", on_update: OnUpdate | None = None, points: int = 100
) -> dict[str, Any]:
    """Train, test and store one cell, or find it already stored.

    Args:
        cell: the specification.
        root: folder of all cells.
        device: where tensors live.
        on_update: called now and then during training, as in `baselines.outer_loops.training.train`.
        points: length of the learning curve.

    Returns:
        The result: plain numbers, lists and words. `failed` holds the traceback of a cell that raised; such a result
        is stored as `failed.json`, is no score, and is tried again by the next run.
    """
    found = find_result(cell, root)
    if found is not None:
        return found
    folder = root / cell.hash
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = _train_and_test(cell, folder, device, on_update, points)
    except Exception:  # whatever went wrong in one cell, the others go on
        result = {"hash": cell.hash, "specification": cell.specification(), "failed": traceback.format_exc()}
        write_json(folder / "failed.json", result)
        return result
    write_json(folder / "cell.json", result)
    (folder / "failed.json").unlink(missing_ok=True)
    return result


def _train_and_test(cell: Cell, folder: Path, device: str, on_update: OnUpdate | None, points: int) -> dict[str, Any]:
    row = find_row(cell.task)
    task = row.make_task(**cell.arguments)
    result: dict[str, Any] = {"hash": cell.hash, "specification": cell.specification(), "device": device}
    wall, cpu = time.perf_counter(), time.process_time()
    agent = None
    if cell.outer_loop is not None:
        assert cell.kind is not None
        assert cell.config is not None
        torch.manual_seed(cell.seed)
        agent = build_agent(cell.kind, cell.config).to(device)
        checkpoint = folder / "checkpoint.pt"
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
    result["training_wall_seconds"] = time.perf_counter() - wall
    result["training_cpu_seconds"] = time.process_time() - cpu

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
