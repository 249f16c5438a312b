"""What a newcomer writes who adds an outer loop: settings and a learner in one file, and a recipe. Nothing else."""

from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch
from rich.console import Console
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from agents import build_agent
from badger_envs.registry import reference_returns
from baselines.execution.monitor import ConsoleMonitor
from baselines.execution.scheduler import run_all
from baselines.experiments.plan import plan
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import GUESSING
from baselines.experiments.search import Search
from baselines.experiments.suites import Suite
from baselines.outer_loops.base import OuterLoop, Range
from baselines.outer_loops.learner import Learner
from baselines.outer_loops.rollout import rollout
from baselines.outer_loops.trainer import train


@dataclass(frozen=True)
class RandomSearch(OuterLoop):
    """Settings of random search over weights: a perturbation is kept where it returns more on the same episodes."""

    kind: ClassVar[str] = "random_search"
    learner: ClassVar[str] = f"{__name__}:RandomSearchLearner"
    space: ClassVar[dict[str, Range]] = {"sigma": Range(0.01, 1.0)}

    sigma: float = 0.1
    """Standard deviation of the perturbations."""


class RandomSearchLearner(Learner[RandomSearch]):
    @torch.no_grad()
    def training_step(self, episodes):
        env, initial = self.env(episodes.task), self.initial_state(episodes)

        def mean_return():
            env.reset(episodes.keys)
            rewards, _ = rollout(env, self.agent, initial, episodes.task.horizon)  # (T, B)
            self.environment_steps += rewards.numel()
            return rewards.sum(dim=0).mean().item()

        before, weights = mean_return(), parameters_to_vector(self.agent.parameters())
        noise = torch.randn(weights.shape, generator=episodes.generator)
        vector_to_parameters(weights + self.settings.sigma * noise, self.agent.parameters())
        after = mean_return()
        if after < before:
            vector_to_parameters(weights, self.agent.parameters())
        return {"score": float(reference_returns(episodes.task).score(max(before, after))), **env.state_info()}


class Here:
    """An executor that runs everything at once, in this process."""

    def submit(self, function, /, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future


def test_train_runs_an_outer_loop_of_one_file_and_resumes_it(tmp_path):
    def small_agent():
        torch.manual_seed(0)
        return build_agent("Monolithic", {"port_features": 3, "ports": 2, "hidden_size": 4})

    def interrupt(update, point):
        if update == 5:
            raise KeyboardInterrupt

    how = {"settings": RandomSearch(updates=40, batch=16), "seed": 0}
    agent, cut, resumed = small_agent(), small_agent(), small_agent()
    trained = train(agent, GUESSING, {"dims": 2, "horizon": 4}, **how)
    assert trained.environment_steps == 40 * 16 * 4 * 2
    assert trained.curve[-1]["score"] > trained.curve[0]["score"]
    how["checkpoint"] = tmp_path / "checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train(cut, GUESSING, {"dims": 2, "horizon": 4}, on_update=interrupt, **how)
    train(resumed, GUESSING, {"dims": 2, "horizon": 4}, **how)
    assert torch.equal(*(parameters_to_vector(each.parameters()) for each in (agent, resumed)))


def test_compare_tunes_an_outer_loop_of_one_file_in_its_own_space(tmp_path):
    recipe = Recipe(
        "guessing_random", "guessing 2 numbers", GUESSING, {"dims": 2, "horizon": 4}, RandomSearch(updates=4, batch=4),
        agents=("monolithic",), parameters=1000, test_episodes=10, probe_episodes=4,
    )  # fmt: skip
    suite = Suite("newcomer", "random search", (recipe,), seeds=1, search=Search(trials=2), probes=("life", "forget"))
    plans = plan(suite, recipe)
    sigmas = [trial.outer_loop.sigma for trial in plans[0].trials]
    assert sigmas == [draw["sigma"] for draw in suite.search.draws(recipe.outer_loop)]
    assert 0.01 < min(sigmas) < max(sigmas) < 1.0
    monitor = ConsoleMonitor(Console(quiet=True), "quiet")
    results = run_all(plans, tmp_path, executor=Here(), device="cpu", monitor=monitor)
    assert not [result.failure for result in results.values() if result.failure]
    (run,) = (result for result in results.values() if len(result.probes) == 2)
    assert run.specification.outer_loop.kind == "random_search"
    assert run.specification.outer_loop.sigma in sigmas
    assert run.hash != replace(plans[0].runs[0], outer_loop=replace(recipe.outer_loop, sigma=0.5)).hash
