"""Videos: a trained agent playing one test episode, as an animated GIF."""

import io
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import DependencyNotInstalled
from PIL import Image

import badger_envs
from agents import AgentFileError
from badger_envs.core.files import write_whole
from badger_envs.core.policy import tell
from baselines.experiments.stored import load_trained
from baselines.outer_loops.policy import AgentPolicy
from baselines.results.comparison import RUNS, Problem
from baselines.results.data import ResultFileError
from baselines.results.run import RUN_FILE, RunResult

MAX_BYTES = 300_000
WIDTH = 480
"""In pixels, at most."""
MAX_FRAMES = 60
SECONDS_OF_A_VIDEO = 8.0
"""About; the last picture stays a little longer."""
SECONDS_AT_THE_END = 1.5
SMALLER = ((1.0, 64, 1), (1.0, 32, 1), (0.75, 32, 1), (0.75, 32, 2), (0.5, 32, 2), (0.5, 16, 4))
"""What is tried until a video is small enough: part of the width, colours, every so many frames."""


class NoVideoError(Exception):
    """No video can be made; the message says why."""


def record_video(run_folder: Path, problem: Problem, path: Path) -> None:
    """Let the agent of a run play the first test episode, and write a video of it.

    Args:
        run_folder: holds `agent.json`, `agent.safetensors` and `run.json`.
        problem: that it was trained on.
        path: where the GIF goes.

    Raises:
        NoVideoError: There is no agent in the folder, or nothing to draw with.
    """
    try:
        frames = _play(run_folder, problem)
    except (ResultFileError, AgentFileError) as error:
        raise NoVideoError(f"no trained agent can be read in {RUNS}/{run_folder.name}") from error
    except DependencyNotInstalled as error:
        raise NoVideoError(str(error)) from error
    write_whole(path, _small_gif(frames))


def _play(run_folder: Path, problem: Problem) -> list[Any]:
    """Pictures uint8 (height, width, 3), at most so many of the whole episode, the last one too."""
    result = RunResult.read(run_folder / RUN_FILE)
    badger_envs.register_all()
    env = gym.make(problem.task, render_mode="rgb_array", **problem.arguments)
    try:
        task: Any = env.unwrapped
        policy = AgentPolicy(load_trained(run_folder, result), task.task.ports, bins=result.specification.bins)
        policy.reset(1)
        step = max(-(-task.task.horizon // MAX_FRAMES), 1)
        observation, _ = env.reset(options={"episode": 0})
        frames, count, over, reward = [np.asarray(env.render())], 0, False, 0.0
        while not over:
            tell(policy, lambda: task.neighbours()[None])
            action = policy.act(observation[None], np.asarray([reward], np.float32))[0]  # (P * A,)
            observation, got, terminated, truncated, _ = env.step(action)
            reward, over, count = float(got), terminated or truncated, count + 1
            if count % step == 0 or over:
                frames.append(np.asarray(env.render()))
    finally:
        env.close()
    return frames


def _small_gif(frames: list[Any]) -> bytes:
    """The best of the forms of `SMALLER` that is small enough, or the smallest."""
    for part, colors, every in SMALLER:
        made = _gif(frames[:-1:every] + frames[-1:], part, colors)
        if len(made) <= MAX_BYTES:
            break
    return made


def _gif(frames: list[Any], part: float, colors: int) -> bytes:
    width = round(min(WIDTH, frames[0].shape[1]) * part)
    height = round(frames[0].shape[0] * width / frames[0].shape[1])
    images = [Image.fromarray(frame).resize((width, height), Image.Resampling.LANCZOS) for frame in frames]
    # One palette for all, of the first, the middle and the last picture, so that nothing flickers.
    chosen = [images[0], images[len(images) // 2], images[-1]]
    strip = Image.new("RGB", (width, height * len(chosen)))
    for place, image in enumerate(chosen):
        strip.paste(image, (0, place * height))
    palette = _palette(strip, colors)
    few = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    milliseconds = round(max(1000.0 * SECONDS_OF_A_VIDEO / len(few), 60.0) / 10.0) * 10
    times = [milliseconds] * (len(few) - 1) + [milliseconds + round(1000.0 * SECONDS_AT_THE_END)]
    out = io.BytesIO()
    few[0].save(out, format="GIF", save_all=True, append_images=few[1:], duration=times, loop=0, optimize=False)
    return out.getvalue()


def _palette(image: Image.Image, colors: int) -> Image.Image:
    """The most frequent colours as they are, so that paper stays paper, and others that lie far apart, so that the
    colour of a small dot is not lost."""
    found, counts = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)  # (colours, 3), (colours,)
    first = np.argsort(-counts, kind="stable")[: colors // 4]  # (colors // 4,)
    frequent = found[first].reshape(-1).tolist()  # red, green, blue, red, ...
    apart = image.quantize(colors - colors // 4, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(frequent + apart[: 3 * (colors - colors // 4)])
    return palette
