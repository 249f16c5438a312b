"""What is left of classes when others were learned after them: exams after every block of a school, and what they say.

Axis letters as in `badger_envs.core.task`; R[i, j] is the accuracy on block j after block i, both counted from 1, and
R[0, j] that of who was taught nothing.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from agents import Agent
from badger_envs import EpisodeSet, Stream, episode_keys
from badger_envs.core.episodes import Keys
from badger_envs.core.policy import Policy, tell
from badger_envs.envs.stream.policies import Bayes
from badger_envs.envs.stream.schedule import CLASSES_OF_A_BLOCK
from badger_envs.registry import get_spec
from baselines.outer_loops.policy import AgentPolicy
from baselines.report.style import COLORS, DASHES, FAINT, Picture, canvas, legend, save
from baselines.results.run import RunResult

ID = "Badger/Stream-v0"
Floats = npt.NDArray[np.float64]


class Kept(NamedTuple):
    """What agents of one kind keep."""

    who: str
    accuracies: Floats  # (runs, blocks + 1, blocks): R of each run

    def measures(self) -> dict[str, Floats]:
        """Average accuracy, backward and forward transfer (Lopez-Paz, Ranzato 2017), forgetting (Chaudhry et al. 2018).

        Returns:
            Name -> (runs,).
        """
        r = self.accuracies
        end, blocks = r[:, -1], np.arange(r.shape[2])  # (runs, blocks)
        when_taught, before = r[:, blocks + 1, blocks], r[:, blocks, blocks]  # 2 x (runs, blocks)
        return {
            "average accuracy": end.mean(axis=1),
            "backward transfer": (end - when_taught)[:, :-1].mean(axis=1),
            "forward transfer": (before - r[:, 0])[:, 1:].mean(axis=1),
            "forgetting": (r[:, 1:-1].max(axis=1) - end)[:, :-1].mean(axis=1),
        }


def block_accuracies(task: Stream, policy: Policy, keys: Keys) -> Floats:
    """R of a policy on these episodes: exams in which a learner was taught but the first blocks, (blocks + 1, blocks).

    After a block the lifetime goes on with the exam at once. It is the same exam every time.

    Raises:
        ValueError: The task has no blocks, or an exam in which ports are no whole learners.
    """
    plan = task.schedule
    if plan.blocks < 2 or not task.dealt.whole:
        raise ValueError(f"runs must be of a school in blocks with a learner at each port, got {task}")
    ends = [[plan.block(step) for step in range(plan.examples)].index(block) for block in range(1, plan.blocks)]
    return np.asarray([_exam(task, policy, keys, taught) for taught in (0, *ends, plan.examples)])


def _exam(task: Stream, policy: Policy, keys: Keys, taught: int) -> Floats:
    """Accuracy on the classes of each block after so many steps of school, (blocks,)."""
    state, batch, plan = task.initial(keys), len(keys), task.schedule
    shown = state.shown.copy()  # (B, T + 1, P, F)
    told = slice(task.inputs, task.inputs + task.classes)
    # What was shown last is told in the first step of the exam.
    shown[:, plan.examples, :, told] = state.shown[:, taught, :, told]
    state = state._replace(shown=shown)
    policy.reset(batch)
    hits, asked = np.zeros(plan.blocks), np.zeros(plan.blocks)
    for step in (*range(taught), *range(plan.examples, task.horizon)):
        state = state._replace(step=np.full(batch, step))
        tell(policy, partial(task.neighbours, state))
        answers = policy.act(task.observation(state).reshape(batch, -1), state.scores[:, 0])  # (B, P * A)
        if step >= plan.examples:
            right = task.right_answers(state).argmax(axis=2)  # (B, P)
            said = answers.reshape(batch, task.ports, -1)  # (B, P, A)
            best = said >= said.max(axis=2, keepdims=True)  # (B, P, A) several where they are alike
            hit = np.take_along_axis(best, right[..., None], axis=2)[..., 0] / best.sum(axis=2)  # (B, P)
            for block in range(plan.blocks):
                of_block = right // CLASSES_OF_A_BLOCK == block  # (B, P)
                hits[block] += hit[of_block].sum()
                asked[block] += of_block.sum()
    return hits / asked


def kept_by(read: Sequence[tuple[Agent, RunResult]], episodes: int) -> list[Kept]:
    """What trained agents keep, runs that differ in their seed alone together, the reference last.

    Raises:
        ValueError: A run is of another task, or the runs are not of the same lifetimes.
    """
    keys = episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
    rows: dict[str, list[Floats]] = {}
    tasks: set[Any] = set()
    for agent, result in read:
        said = result.specification
        trained = said.make_task()
        if not isinstance(trained, Stream) or not trained.exam:
            raise ValueError(f"runs must be of {ID} with an exam, got {said.agent} on {trained}")
        task = get_spec(ID).make_task(**{**said.arguments, "order": "blocks"})
        assert isinstance(task, Stream)
        tasks.add(task)
        who = f"{said.agent}, trained on {'blocks' if trained.order == 'blocks' else 'mixed classes'}"
        policy = AgentPolicy(agent, task.ports, bins=said.bins)
        rows.setdefault(who, []).append(block_accuracies(task, policy, keys))
    if len(tasks) > 1:
        raise ValueError(f"runs must be of the same lifetimes but for the order of classes, got {len(tasks)} kinds")
    (task,) = tasks
    rows["reference (Bayes)"] = [block_accuracies(task, Bayes(task), keys)]
    return [Kept(who, np.asarray(found)) for who, found in rows.items()]


def draw(read: Sequence[tuple[Agent, RunResult]], episodes: int, folder: Path) -> Picture:
    """Accuracy on the classes of the first block by blocks taught since, and the measures of forgetting."""
    rows = kept_by(read, episodes)
    blocks = rows[0].accuracies.shape[2]
    with canvas() as (figure, axes):
        for number, row in enumerate(rows):
            mean = row.accuracies.mean(axis=0)  # (blocks + 1, blocks)
            style: Any = {"color": COLORS[number % len(COLORS)], "marker": "o", "markersize": 4.0}
            axes.plot(range(blocks + 1), mean[:, 0], label=row.who, linestyle=DASHES[0], **style)
            axes.plot(range(blocks + 1), mean[:, -1], linestyle=DASHES[1], **style)
        axes.axhline(1.0 / (blocks * CLASSES_OF_A_BLOCK), color=FAINT, linestyle=":", linewidth=1)
        axes.set_xticks(range(blocks + 1))
        axes.set(xlabel="blocks taught", ylabel="accuracy", ylim=(0, 1))
        legend(figure, axes)
    measures = {row.who: row.measures() for row in rows}
    said = "; ".join(f"{who}: {value['forgetting'].mean():.2f}" for who, value in measures.items())
    caption = (
        f"Classes of the first block (lines) and of the last (dashes), {episodes} test episodes, means over runs; "
        f"dots: chance. Forgetting: {said}."
    )
    table = [
        {"who": row.who, "measure": name, "mean": float(values.mean()), "low": float(values.min())}
        | {"high": float(values.max()), "n": len(values)}
        for row in rows
        for name, values in [*measures[row.who].items(), *_named(row.accuracies)]
    ]
    return save(figure, folder, "forgetting", "What is left of the first classes?", caption, table)


def _named(accuracies: Floats) -> list[tuple[str, Floats]]:
    """Each R[i, j] by its name."""
    return [(f"R[{i}, {j + 1}]", accuracies[:, i, j]) for i, j in np.ndindex(accuracies.shape[1:])]
