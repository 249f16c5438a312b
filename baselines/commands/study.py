"""A single question about trained agents, answered from the folders of their runs.

What needs torch or matplotlib is imported when the command runs, so that its help is quick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tyro
from rich.console import Console
from rich.table import Table

from badger_envs.core.checks import LARGEST_COUNT
from badger_envs.registry import get_spec
from baselines.commands.usage import UsageError, make_folder
from baselines.results.data import ResultFileError
from baselines.results.run import RUN_FILE, RunResult, Specification

AsTrained = Literal["forgetting", "sources", "thinking", "dictionary", "rounds", "ages", "rules", "transition"]
"""What is asked at the size of the training: by the function `draw` of the module of its name."""
What = Literal["lives", "growing", "points", "transfer", "recall", AsTrained]
AS_TRAINED = get_args(AsTrained)
LIVES, GROWING_EPISODES, POINTS_EPISODES, RECALL_EPISODES = 10, 500, 1000, 1000
"""Test episodes, unless it is said how many."""


@dataclass(frozen=True)
class Study:
    """Draw what trained agents do, life by life or step by step; writes PNG, SVG and CSV."""

    what: Annotated[What, tyro.conf.Positional]
    """What is drawn: "lives", some lives in the guessing game, step by step; "growing", free experts that come or go in
    mid-life; "points", how well groups rank, beside people; "transfer", what who learned one landscape comes to on all,
    and on a bandit; "recall", what is still known in Memory by ports lost, pairs for each port, and shocks;
    "forgetting", what is left of classes when others were learned after them; "sources", what who learns one source
    comes to on others; "thinking", what free steps are worth in a maze; "dictionary", which word is said with which
    bit; "rounds", more of them and fewer than in training, and how many until all agree; "ages",
    rewards by age; "rules", the numbers of the rule that changes plastic synapses; or "transition", agents that split
    one memory among more and more experts, beside other architectures."""
    folders: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Folders of runs, as `train` and `compare` keep them: one for "lives"; for "growing" and "recall" those of one
    agent on one task with different seeds; for "points" any in the same groups, for "transfer" in the guessing game, on
    landscapes and on bandits, for "forgetting" and "sources" in the same streams of examples, for "thinking" in mazes
    of one kind; "dictionary" of those that say words, "rules" of synapses, the others on one task."""
    out: Path = Path("results/study")
    """Folder for the pictures."""
    size: int | None = None
    """Size of the task; that of the training by default."""
    experts: int | None = None
    """Experts (at first, with "growing"), where they are free; the agent's own number by default."""
    episodes: int | None = None
    """Test episodes; by default 10 lives, 500 with "growing", or 1,000 with "points", "recall" and "thinking"."""

    def run(self, console: Console) -> int:
        import torch

        torch.set_num_threads(1)
        if not self.folders:
            raise UsageError("DIR must be at least one folder of a run, got none")
        for name in ("size", "experts", "episodes"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= LARGEST_COUNT:
                raise UsageError(f"--{name} must be at least 1 and at most {LARGEST_COUNT}, got {value}")
        if self.what == "lives" and len(self.folders) > 1:
            raise UsageError(f"DIR must be one folder for lives, got {len(self.folders)}")
        if self.what in ("points", *AS_TRAINED) and (self.size or self.experts):
            raise UsageError(f"--size and --experts must be left out with {self.what}, which runs have as trained")
        read = [_read(folder) for folder in self.folders]
        if self.what == "transfer" and self.experts:
            raise UsageError("--experts must be left out with transfer, where agents have their own number")
        if self.what in ("lives", "growing", "recall"):
            _require_one_agent([result.specification for _, result in read])
        make_folder("--out", self.out)
        try:
            picture = self._picture(read, console)
        except ValueError as error:
            raise UsageError(str(error)) from error
        console.print(picture.caption, highlight=False)
        console.print(f"wrote {self.out / picture.name}.png, .svg and .csv", highlight=False)
        return 0

    def kept(self) -> str:
        return "the runs are untouched"

    def _picture(self, read: list[tuple[Any, RunResult]], console: Console) -> Any:
        if self.what == "lives":
            return self._lives(*read[0])
        if self.what == "growing":
            return self._growing(read, console)
        if self.what == "transfer":
            return self._transfer(read)
        if self.what == "recall":
            return self._recall(read)
        if self.what in AS_TRAINED:
            module = import_module(f"baselines.studies.{self.what}")
            return module.draw(read, self.episodes or POINTS_EPISODES, self.out)
        return self._points([result for _, result in read], console)

    def _task(self, result: RunResult) -> Any:
        specification = result.specification
        spec, arguments = get_spec(specification.task), dict(specification.arguments)
        if self.size is not None:
            arguments[spec.size_argument] = self.size
        return spec.make_task(**arguments)

    def _lives(self, agent: Any, result: RunResult) -> Any:
        from badger_envs import Guessing
        from baselines.studies.lives import lives_picture, record_lives

        task = self._task(result)
        if not isinstance(task, Guessing):
            raise UsageError(f"DIR must be a run of the guessing game for lives to be drawn, got {task}")
        lives = record_lives(agent, task, self.episodes or LIVES, self.experts)
        title = f"Lives of {result.specification.agent}"
        return lives_picture(lives, f"lives_{result.specification.agent}", title, self.out)

    def _growing(self, read: list[tuple[Any, RunResult]], console: Console) -> Any:
        from baselines.studies.growing import growing_picture, growth_curves

        curves, episodes = [], self.episodes or GROWING_EPISODES
        for agent, result in read:
            task, experts = self._task(result), self.experts or getattr(agent.config, "experts", None)
            if experts is None:
                raise UsageError(f"DIR must be a run of an agent with free experts, got {agent}")
            curves.append(growth_curves(agent, task, experts=experts, episodes=episodes))
        caption = f"{task}, {experts} experts at first, {episodes} test episodes."
        picture, second_half = growing_picture(
            curves, "What do experts do that come or go in mid-life?", caption, self.out
        )
        table = Table("after half of the life", "minus the reward of a step", "95 %", title_justify="left")
        for name, value in second_half.items():
            table.add_row(name, f"{value.estimate:.4f}", f"{value.low:.4f}..{value.high:.4f}" if value.known else "")
        console.print(table)
        return picture

    def _recall(self, read: list[tuple[Any, RunResult]]) -> Any:
        from badger_envs import Memory
        from baselines.outer_loops.policy import AgentPolicy
        from baselines.studies.recall import handcrafted, recall_curves, recall_picture

        task, episodes = self._task(read[0][1]), self.episodes or RECALL_EPISODES
        if not isinstance(task, Memory):
            raise UsageError(f"DIR must be runs of Memory for recall to be drawn, got {task}")
        curves = []
        for agent, result in read:
            if self.experts is not None and not agent.accepts_experts(self.experts):
                raise UsageError(f"experts must be a number that the agent can have, got {self.experts} for {agent}")
            policy = AgentPolicy(agent, task.ports, bins=result.specification.bins, experts=self.experts)
            curves.append(recall_curves(partial(_always, policy), task, episodes))
        return recall_picture(curves, recall_curves(handcrafted("moved_copy"), task, episodes), task, self.out)

    def _points(self, results: list[RunResult], console: Console) -> Any:
        from baselines.studies.points import lines_of, measured, points_picture

        found, task, episodes = measured(results), self._task(results[0]), self.episodes or POINTS_EPISODES
        lines = lines_of(task, episodes)
        table = Table("who", "rounds", "numbers in a message", "points", "runs", title_justify="left")
        for one in found:
            size = "" if one.message_size is None else str(one.message_size)
            table.add_row(one.agent, str(one.rounds), size, f"{one.mean:.1f}", str(len(one.points)))
        for name, value in lines.items():
            table.add_row(name, "", "", f"{value:.1f}", "")
        console.print(table)
        return points_picture(found, lines, f"{task.members} members, {task.items} items.", self.out)

    def _transfer(self, read: list[tuple[Any, RunResult]]) -> Any:
        from baselines.studies.transfer import transfer_picture, transfer_rows

        episodes = self.episodes or POINTS_EPISODES
        rows = transfer_rows(read, size=self.size, episodes=episodes)
        return transfer_picture(rows, f"40 steps, {episodes} test episodes of each landscape.", self.out)


def _always(policy: Any, task: Any) -> Any:
    """One policy, whatever the task; it forgets when a rollout begins."""
    return policy


def _require_one_agent(found: Sequence[Specification]) -> None:
    """Refuse runs that differ in more than their seed, or do not differ in it: no mean is over these."""
    kinds = {one.model_copy(update={"seed": 0}).model_dump_json() for one in found}
    seeds = [one.seed for one in found]
    if len(kinds) > 1 or len(set(seeds)) < len(seeds):
        who = ", ".join(f"{one.agent} on {one.task} of seed {one.seed}" for one in found)
        raise UsageError(f"DIR must be runs of one agent on one task that differ in their seeds alone, got {who}")


def _read(folder: Path) -> tuple[Any, RunResult]:
    from agents import AgentFileError
    from baselines.experiments.stored import load_trained

    try:
        result = RunResult.read(folder / RUN_FILE)
        return load_trained(folder, result), result
    except (ResultFileError, AgentFileError) as error:
        raise UsageError(f"DIR must be the folder of a run with a trained agent, got {folder} ({error})") from error
