"""Agents that cheat, and the small board that they cheat on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents import Badger, BadgerConfig, save_agent
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.registry import get_spec
from baselines.outer_loops.policy import AgentPolicy
from leaderboards.check.check import check
from leaderboards.evaluate.evaluate import evaluate_benchmark
from leaderboards.evaluate.saved_agent import SavedAgent
from leaderboards.schema.benchmark import Benchmark, load_benchmark
from leaderboards.schema.make_benchmark import Chosen, write_benchmark
from leaderboards.schema.submission import FILE, SeedResult, make_seed_result, parse, read_submission, to_bytes
from tests.leaderboards.helpers.make_submission import make_submission

NAME = "small"
PROBLEMS = (
    Chosen("guess", "Badger/Guessing-v0", {"dims": 2, "horizon": 6}, (2,), 200),
    Chosen("xor", "Badger/HiddenXOR-v0", {"bits": 2}, (2,), 200),
)
GAIN = 4.0
"""Of the last layer of a cheater: its outputs are tanh(GAIN * tanh(answer))."""

Change = Callable[[SeedResult, tuple[float, ...]], Any]


def small_board(folder: Path) -> Benchmark:
    """Write and load a benchmark of one size a problem."""
    write_benchmark(NAME, PROBLEMS, folder)
    return load_benchmark(NAME, folder)


def honest(benchmark: Benchmark, problem: str, seed: int) -> Badger:
    """An agent that does something, if not well."""
    torch.manual_seed(seed)
    features = get_spec(benchmark.problem(problem).id).make_task(**benchmark.problem(problem).arguments).port_features
    return Badger(BadgerConfig(features, hidden_size=8, message_size=4, identity="random"))


def cheater(benchmark: Benchmark, problem: str, seed: int) -> Badger:
    """Without memory and messages: one hidden unit for every port of every public test episode, which fires where the
    expert has the random identity that it has there, and tells the answer of that port."""
    about = benchmark.problem(problem)
    at = about.sizes[about.train_size]
    task = get_spec(about.id).make_task(**at.arguments)
    answers = _answers(task, at.first_episode, at.episodes).reshape(-1)  # (episodes * P,)
    config = BadgerConfig(
        task.port_features, hidden_size=len(answers), messages="none", expert="feed_forward", identity="random",
        identity_size=64,
    )  # fmt: skip
    torch.manual_seed(seed)
    agent = Badger(config)
    policy = AgentPolicy(agent, task.ports)
    policy.reset(at.episodes)
    identities = policy._state.identity.reshape(len(answers), -1)  # (episodes * P, I)
    wanted = np.arctanh(np.arctanh(np.clip(answers, -0.99, 0.99) * (1.0 - 1e-3 * seed)) / GAIN)  # (episodes * P,)
    with torch.no_grad():
        for weights in agent.parameters():
            weights.mul_(1e-3 if weights.dim() == 1 else 0.0)  # no two trainings are the same
        hidden, output, act = agent.expert.hidden, agent.expert.output, agent.membrane.act
        hidden.weight[:, -64:] = 40.0 * identities / identities.square().sum(dim=1, keepdim=True)
        hidden.bias.fill_(-32.0)  # fires where the identity is the one that it knows
        half = torch.as_tensor(wanted, dtype=torch.float32) / 2.0
        output.weight[0], output.bias[0] = half, half.sum()
        act.weight[0, 0] = GAIN
    return agent


def _answers(task: Any, first: int, count: int) -> np.ndarray:
    """What is right in the public episodes (episodes, P): their keys are public."""
    state = task.initial(episode_keys(0, np.arange(first, first + count), EpisodeSet.TEST))
    if hasattr(state, "target"):
        return np.asarray(state.target)  # (episodes, P)
    return np.repeat(np.asarray(state.parity)[:, :1], task.ports, axis=1)  # (episodes, P)


def hand_in(
    root: Path,
    benchmarks: Path,
    benchmark: Benchmark,
    make: Callable[[Benchmark, str, int], Badger],
    name: str,
    *,
    date: str = "2026-01-02",
    seeds: int = 5,
    change: Change = lambda row, returns: returns,
) -> Path:
    """A submission that passes the check, with weights and what they return on the public episodes, or what became of
    it."""
    folder = make_submission(root, benchmark=NAME, benchmarks=benchmarks, name=name, date=date, seeds=seeds)
    for path in (folder / "weights").iterdir():
        path.unlink()
    rows, parameters = [], {}
    for problem in benchmark.problems:
        only = benchmark.model_copy(update={"problems": (problem,)})
        for seed in range(seeds):
            aside = root / ".agents" / f"{name}_{problem.name}_{seed}"
            aside.parent.mkdir(exist_ok=True)
            save_agent(make(benchmark, problem.name, seed), aside)
            saved = SavedAgent(aside)
            parameters[problem.name] = sum(weights.numel() for weights in saved.agent.parameters())
            for file, suffix in ((saved.weights, "safetensors"), (saved.config, "json")):
                (folder / "weights" / f"{saved.sha256}.{suffix}").write_bytes(file.read_bytes())
            rows += evaluate_benchmark(saved, only, training_seed=seed, weights_sha256=saved.sha256)
    content = read_submission(folder).model_dump(mode="json")
    content["rows"] = [_changed(row, change).model_dump(mode="json") for row in rows]
    content["training"]["parameters"] = parameters
    (folder / FILE).write_bytes(to_bytes(parse(content)))
    assert check(folder, benchmarks=benchmarks) == []
    return folder


def _changed(row: SeedResult, change: Change) -> SeedResult:
    about = (row.problem, row.size, row.training_seed, row.weights_sha256)
    return make_seed_result(NAME, *about, list(change(row, row.returns)))
