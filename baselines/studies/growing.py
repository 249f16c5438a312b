"""Growing in life: what experts that come or go in mid-life do to a frozen agent, step by step.

The technical report's procedure (Rosa et al. 2019): find the policy with few experts, freeze it, let it live at another
size, and give it more experts on the way. Axis letters as in `agents`; T steps.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.ticker import MaxNLocator

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.statistics import Interval, stratified_bootstrap
from baselines.outer_loops.rollout import BatchedEnv, born, rollout
from baselines.perturbations.subject import Draws
from baselines.report.style import COLORS, FAINT, Picture, canvas, legend, logarithmic, save

Change = Callable[[Any, Any, Draws], Any]
"""Takes the agent, its state and what chance decides; returns the state it goes on with."""


def _nobody(agent: Any, state: Any, draws: Draws) -> Any:
    return state


def _clones(factor: int) -> Change:
    def change(agent: Any, state: Any, draws: Draws) -> Any:
        experts = torch.arange(state.memory.shape[1])
        return agent.clone_experts(state, experts.repeat(factor - 1), generator=draws.generator)

    return change


def _newborn(factor: int) -> Change:
    def change(agent: Any, state: Any, draws: Draws) -> Any:
        return agent.add_experts(state, (factor - 1) * state.memory.shape[1], generator=draws.generator)

    return change


def _half_lost(agent: Any, state: Any, draws: Draws) -> Any:
    experts = state.memory.shape[1]
    return agent.remove_experts(state, draws.permutation(experts) < max(experts // 2, 1))


CHANGES: dict[str, Change] = {
    "nobody comes": _nobody,
    "cloned, x2": _clones(2),
    "cloned, x4": _clones(4),
    "newborn, x2": _newborn(2),
    "newborn, x4": _newborn(4),
    "half are lost": _half_lost,
}
"""What happens after half of the life, by name."""


@torch.inference_mode()
def growth_curves(agent: Any, task: Task[Any], *, experts: int, episodes: int) -> dict[str, npt.NDArray[np.float64]]:
    """Rewards (T,) of each step, mean over episodes, by what happens after half of the life.

    Args:
        agent: an `agents.Agent` with free experts.
        task: at any size.
        experts: how many there are at first.
        episodes: test episodes, the same for all.

    Raises:
        ValueError: The agent's experts are tied to ports.
    """
    keys, curves = episode_keys(0, np.arange(episodes), EpisodeSet.TEST), {}
    for name, change in CHANGES.items():
        env, draws = BatchedEnv(task, agent.device), Draws()
        env.reset(keys)
        state = born(agent, env, generator=torch.Generator().manual_seed(0), experts=experts)
        first, state = rollout(env, agent, state, task.horizon // 2)  # (T / 2, B)
        state = change(agent, state, draws)
        second, _ = rollout(env, agent, state, task.horizon - task.horizon // 2)  # (T - T / 2, B)
        curves[name] = torch.cat([first, second]).mean(dim=1).double().cpu().numpy()  # (T,)
    return curves


def growing_picture(
    curves: list[dict[str, npt.NDArray[np.float64]]], title: str, caption: str, folder: Path
) -> tuple[Picture, dict[str, Interval]]:
    """What each step costs (minus its reward), and what the second half costs.

    Args:
        curves: of `growth_curves`, one for each training seed.
        title: of the picture.
        caption: begins what is said below it.
        folder: for PNG, SVG and CSV.

    Returns:
        The picture; and by what happened, the cost of a step in the second half, interquartile mean over
        runs with its interval.
    """
    rows, second_half = [], {}
    with canvas() as (figure, axes):
        for name, color in zip(CHANGES, COLORS, strict=False):
            costs = -np.stack([curve[name] for curve in curves])  # (runs, T)
            steps = np.arange(1, costs.shape[1] + 1)
            axes.plot(steps, costs.mean(axis=0), color=color, label=name)
            axes.fill_between(steps, costs.min(axis=0), costs.max(axis=0), color=color, alpha=0.12, linewidth=0)
            rows += [
                {"what": name, "step": step, "mean": mean, "low": low, "high": high, "n": len(costs)}
                for step, mean, low, high in zip(
                    steps.tolist(), *(part(axis=0).tolist() for part in (costs.mean, costs.min, costs.max)), strict=True
                )
            ]
            late = costs[:, costs.shape[1] // 2 :].mean(axis=1)  # (runs,)
            second_half[name] = stratified_bootstrap(late[:, None])
        axes.axvline(costs.shape[1] // 2 + 0.5, color=FAINT, linestyle="--", linewidth=1)
        logarithmic(axes.yaxis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="step of the life", ylabel="minus the reward of a step, less is better")
        legend(figure, axes)
    said = f"{caption} Mean over {len(curves)} runs; bands: lowest and highest. Dashed: when experts come or go."
    return save(figure, folder, "growing", title, said, rows), second_half
