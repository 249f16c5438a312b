"""Lives in the guessing game: what experts put out, what they should, and what they hear, step by step.

Figures 6, 8 and 9 of the technical report (Rosa et al. 2019). Axis letters as in `agents`; T steps, L lives.
"""

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import torch
from matplotlib.figure import Figure

from agents import Agent
from badger_envs import Guessing
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.envs.guessing.task import ERROR_SCALE
from baselines.outer_loops.rollout import BatchedEnv, born, rollout
from baselines.report.style import COLORS, RC_PARAMS, Picture, save

ROW, COLUMN = 0.75, 0.85
"""Height and width of a small picture, in inches."""


class Lives(NamedTuple):
    """Some lives."""

    targets: npt.NDArray[np.float32]  # (L, P)
    outputs: npt.NDArray[np.float32]  # (T, L, P)
    errors: npt.NDArray[np.float32]  # (T, L) of the outputs
    messages: npt.NDArray[np.float32]  # (T, L, E, M) what each expert heard before its output, last round


@torch.inference_mode()
def record_lives(agent: Agent, task: Guessing, lives: int = 10, experts: int | None = None) -> Lives:
    """The first test episodes of an agent, with another number of experts where they are free.

    Raises:
        ValueError: The agent can't have so many experts.
    """
    env, outputs, heard = BatchedEnv(task, agent.device), [], []
    env.reset(episode_keys(0, np.arange(lives), EpisodeSet.TEST))
    if experts is not None and not agent.accepts_experts(experts):
        raise ValueError(f"experts must be a number that the agent can have, got {experts} for {agent}")
    number: dict[str, Any] = {} if experts is None else {"experts": experts}
    state = born(agent, env, generator=torch.Generator().manual_seed(0), **number)
    hooks = []
    last: list[Any] = [torch.zeros(lives, 1, 0)]
    if agent.message_module is not None:
        hooks.append(agent.message_module.register_forward_hook(lambda module, inputs, received: last.append(received)))

    def keep(output: Any) -> Any:
        outputs.append(output[..., 0])
        heard.append(last[-1])
        return output

    try:
        rollout(env, agent, state, task.horizon, to_action=keep)
    finally:
        for hook in hooks:
            hook.remove()
    target = env.state.target  # (L, P)
    errors = [ERROR_SCALE * (output - target).square().mean(dim=1) for output in outputs]  # T x (L,)
    return Lives(target.cpu().numpy(), *(torch.stack(part).cpu().numpy() for part in (outputs, errors, heard)))


def lives_picture(lives: Lives, name: str, title: str, folder: Path) -> Picture:
    """Outputs and targets of every port, and under them what every expert hears: a column for each life."""
    steps, count, ports = lives.outputs.shape
    messages = lives.messages  # (T, L, E, M)
    alike = messages.shape[2] > 1 and bool(np.allclose(messages, messages[:, :, :1], atol=1e-5))
    messages = messages[:, :, :1] if alike else messages  # (T, L, E or 1, M)
    experts, entries = messages.shape[2:]
    with mpl.rc_context({**RC_PARAMS, "axes.grid": False, "font.size": 7.5}):
        rows = ports + (entries > 0)
        heights = [1.0] * ports + [1.6] * (entries > 0)
        figure = Figure(figsize=(COLUMN * count + 0.7, ROW * sum(heights) + 0.6), layout="constrained")
        grid = figure.subplots(rows, count, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
        largest = float(np.abs(messages).max()) if entries else 1.0
        for life in range(count):
            for port in range(ports):
                axes = grid[port, life]
                axes.axhline(lives.targets[life, port], color=COLORS[1], linestyle="--", linewidth=1)
                axes.plot(np.arange(1, steps + 1), lives.outputs[:, life, port], color=COLORS[0], linewidth=1.3)
                axes.set(ylim=(-1.05, 1.05), yticks=[-1, 0, 1] if life == 0 else [])
            if entries:
                shown = messages[:, life].reshape(steps, experts * entries).T  # (E * M, T)
                grid[-1, life].imshow(
                    shown, aspect="auto", cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest",
                    extent=(0.5, steps + 0.5, experts, 0),
                )  # fmt: skip
                named = range(experts) if life == 0 and not alike else ()
                grid[-1, life].set_yticks([expert + 0.5 for expert in named], [str(expert) for expert in named])
        for port in range(ports):
            grid[port, 0].set_ylabel(f"port {port}")
        if entries:
            grid[-1, 0].set_ylabel("heard by\nall" if alike else "heard by\nexpert")
        figure.supxlabel("step of the life; a column for each life", fontsize=8)
    caption = (
        "Blue: output. Red, dashed: target. Below: the messages that each expert hears, one line for each entry, "
        f"orange and violet for the two signs. Error of the last output: {lives.errors[-1].mean():.3f} "
        f"(mean of these {count} lives)."
    )
    table = [
        {"life": life, "port": port, "step": step + 1, "target": float(lives.targets[life, port])}
        | {"output": float(lives.outputs[step, life, port]), "error": float(lives.errors[step, life])}
        for life in range(count)
        for port in range(ports)
        for step in range(steps)
    ]
    return save(figure, folder, name, title, caption, table)
