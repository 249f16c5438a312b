"""Moving pictures of the problems of a benchmark: the reference policy plays one test episode.

They are made once, with `python -m leaderboards.site.moving_pictures v1`, and kept beside this file, so that a build
needs neither a simulator nor anything that draws, and gives the same bytes everywhere. A picture is shown only where
its problem is still the one that was played, see `key_of`.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.extras import needs_extra
from badger_envs.core.files import write_whole
from badger_envs.registry import get_spec
from badger_envs.views.rendering import Renderer
from leaderboards.schema.benchmark import Benchmark, BenchmarkProblem, load_benchmark
from leaderboards.site.titles import title_of

PICTURES = Path(__file__).parent / "pictures"
"""Where they lie, in a folder for each benchmark."""
LIST = "pictures.json"
MAX_BYTES = 300_000
MAX_FRAMES = 50
SECONDS, LONGEST = 7.0, 1.2
"""Of a picture, about, and of a frame at most."""
LOOPS = 3
"""Times that it is played; then it rests at the end, since what never rests keeps people from reading."""
FORMS = ((1.0, 75), (1.0, 50), (0.75, 60), (0.75, 40), (0.5, 40))
"""Part of the width, and quality, which are tried until a picture is small enough."""


class MovingPicture(NamedTuple):
    """One picture of a problem."""

    file: str
    """Moving, in WebP."""
    still: str
    """The last frame alone, for those who want nothing to move."""
    width: int
    height: int
    episode: int
    """Of the set TEST."""
    value: float
    """What was returned in it."""
    key: str
    """See `key_of`."""


def key_of(problem: BenchmarkProblem) -> str:
    """What a picture was made for: the environment with its arguments and the episode, as a hash."""
    level = problem.sizes[problem.train_size]
    about = [problem.id, problem.arguments, level.arguments, level.first_episode]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]


def pictures_of(benchmark: Benchmark, folder: Path = PICTURES) -> dict[str, MovingPicture]:
    """The pictures of a benchmark by problem, without those that were made for something else."""
    path = folder / benchmark.name / LIST
    if not path.is_file():
        return {}
    listed = {name: MovingPicture(**about) for name, about in json.loads(path.read_text(encoding="utf-8")).items()}
    current = {problem.name: key_of(problem) for problem in benchmark.problems}
    return {name: picture for name, picture in listed.items() if current.get(name) == picture.key}


def make_pictures(benchmark: Benchmark, folder: Path = PICTURES) -> None:
    """Play and write all pictures of a benchmark, and their list.

    Raises:
        ModuleNotFoundError: naming what draws and is not installed.
    """
    made = {}
    (folder / benchmark.name).mkdir(parents=True, exist_ok=True)
    for problem in benchmark.problems:
        frames, value = play(problem, title_of(benchmark.name, problem).title)
        moving, still, (width, height) = encode(frames)
        names = f"{problem.name}.webp", f"{problem.name}-still.webp"
        for name, content in zip(names, (moving, still), strict=True):
            write_whole(folder / benchmark.name / name, content)
        episode = problem.sizes[problem.train_size].first_episode
        made[problem.name] = MovingPicture(*names, width, height, episode, float(f"{value:.6g}"), key_of(problem))
    listed = json.dumps({name: picture._asdict() for name, picture in made.items()}, indent=1)
    write_whole(folder / benchmark.name / LIST, (listed + "\n").encode())


def play(problem: BenchmarkProblem, title: str) -> tuple[list[Any], float]:
    """Frames uint8 (height, width, 3) of the reference policy in the first test episode, and what it returned."""
    spec = get_spec(problem.id)
    task = spec.make_task(**problem.arguments)
    policy, first = spec.policy("reference", task), problem.sizes[problem.train_size].first_episode
    state = task.initial(episode_keys(EpisodeSet.TEST, range(first, first + 1)))
    renderer, every = Renderer(title, task), max(-(-task.horizon // MAX_FRAMES), 1)
    renderer.start(state)
    policy.reset(1)
    frames, value, reward = [renderer.render("rgb_array")], 0.0, np.zeros(1, np.float32)
    for step in range(1, task.horizon + 1):
        action = policy.act(task.observation(state).reshape(1, -1), reward).reshape(1, task.ports, -1)  # (1, P, A)
        action = np.clip(action, -task.action_limit, task.action_limit)
        after = task.transition(state, action)
        reward = task.reward(state, action, after)  # (1,)
        value, state = value + float(reward[0]), after
        renderer.add(state)
        if step % every == 0 or step == task.horizon:
            frames.append(renderer.render("rgb_array"))
    return frames, value


def encode(frames: list[Any]) -> tuple[bytes, bytes, tuple[int, int]]:
    """Frames as a moving picture of the best of `FORMS` that is small enough, the last one as a still, and the size."""
    with needs_extra("render", "moving pictures"):
        from PIL import Image
    height, width = frames[0].shape[:2]
    milliseconds = round(1000 * min(SECONDS / len(frames), LONGEST))
    for part, quality in FORMS:
        size = round(width * part), round(height * part)
        images = [Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS) for frame in frames]
        moving, still = io.BytesIO(), io.BytesIO()
        more: dict[str, Any] = {"save_all": True, "append_images": images[1:], "duration": milliseconds}
        images[0].save(moving, format="WEBP", quality=quality, method=6, loop=LOOPS, **more)
        images[-1].save(still, format="WEBP", quality=quality, method=6)
        if len(moving.getvalue()) <= MAX_BYTES:
            break
    return moving.getvalue(), still.getvalue(), size


if __name__ == "__main__":
    import sys

    make_pictures(load_benchmark(*sys.argv[1:2]))
