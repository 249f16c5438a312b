"""What holds for every outer loop: it learns, repeats itself, goes on where it stopped, and keeps what was good."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from agents import build_agent
from agents.config import config_fields
from agents.storage import TRAINABLE
from baselines.experiments.recipes import RECIPES
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.evolution import CMAES, EvolutionStrategy
from baselines.outer_loops.evolution_learner import EvolutionStrategyLearner, mean_ranks
from baselines.outer_loops.learner import NotFiniteError
from baselines.outer_loops.ppo import PPO
from baselines.outer_loops.ppo_learner import advantages
from baselines.outer_loops.trainer import train

GUESSING = "Badger/Guessing-v0"
BUDGET = {"updates": 6, "batch": 4, "population_size": 8, "num_minibatches": 2, "update_epochs": 2, "window": 1}
LOOPS = list(dict.fromkeys(type(recipe.outer_loop) for recipe in RECIPES.values()))
SMALL = [loop(**{field.name: BUDGET[field.name] for field in fields(loop) if field.name in BUDGET}) for loop in LOOPS]
every_loop = pytest.mark.parametrize("settings", SMALL, ids=lambda settings: settings.kind)


def small_agent(kind="Badger", outputs=1, **config):
    torch.manual_seed(0)
    of_ports = {"ports": 2, "max_ports": 3}
    ports = {name: count for name, count in of_ports.items() if name in config_fields(kind)}
    return build_agent(kind, {"port_features": 3, "port_actions": outputs, "hidden_size": 6, **ports, **config})


def weights(agent):
    return torch.cat([parameter.detach().flatten() for parameter in agent.parameters()])


@every_loop
@pytest.mark.parametrize("kind", list(TRAINABLE))
def test_train_twice_gives_the_same_weights_and_another_seed_gives_others(settings, kind):
    found = []
    for seed in (3, 3, 4):
        agent = small_agent(kind)
        trained = train(agent, GUESSING, {"dims": 2, "horizon": 4}, settings, seed=seed, points=2)
        found.append(weights(agent))
    assert (
        trained.environment_steps
        == settings.updates * settings.batch * settings.population_size * settings.steps_per_update(4)
    )
    assert [point["update"] for point in trained.curve] == [3, 6]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert not torch.equal(found[0], weights(small_agent(kind)))


@pytest.mark.parametrize(
    "settings",
    [*SMALL, replace(SMALL[LOOPS.index(CMAES)], full_until=0)],
    ids=[*(loop.kind for loop in LOOPS), "cmaes, diagonal"],
)
def test_train_resumes_from_a_checkpoint_bit_for_bit(settings, tmp_path):
    whole, cut = small_agent(identity="random"), small_agent(identity="random")
    arguments = {"dims": 2, "horizon": 4}
    expected = train(whole, GUESSING, arguments, settings, seed=1, points=6)

    def interrupt(update, point):
        if update == 3:
            raise KeyboardInterrupt

    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train(cut, GUESSING, arguments, settings, seed=1, points=6, checkpoint=checkpoint, on_update=interrupt)
    assert checkpoint.exists()
    other = small_agent(identity="random", hidden_size=6)
    found = train(other, GUESSING, arguments, settings, seed=1, points=6, checkpoint=checkpoint)
    assert torch.equal(weights(whole), weights(other))
    for curve in (found.curve, expected.curve):
        assert all(point.pop("cpu_seconds") > 0.0 for point in curve)
    assert found.curve == expected.curve
    assert found.environment_steps == expected.environment_steps
    with pytest.raises(ValueError, match="checkpoint must be of this training"):
        train(other, GUESSING, arguments, settings, seed=2, checkpoint=checkpoint)


@every_loop
def test_train_stops_where_an_update_is_not_finite_and_keeps_the_agent(settings, tmp_path):
    agent = small_agent()
    with torch.no_grad():
        next(agent.parameters())[0] = torch.nan
    before = weights(agent)
    checkpoint = tmp_path / "checkpoint"
    with pytest.raises((NotFiniteError, ValueError), match="finite|NaN"):
        train(agent, GUESSING, {"dims": 2}, settings, seed=0, checkpoint=checkpoint)
    assert torch.equal(before.nan_to_num(), weights(agent).nan_to_num())
    assert checkpoint.exists()


@every_loop
def test_stage_sets_arguments_and_sizes(settings):
    stages = (Stage(until=0.5, arguments=(("horizon", 2),)), Stage(sizes=(3, 3), horizon=(5, 5)))
    trained = train(small_agent(), GUESSING, {"dims": 2}, replace(settings, stages=stages), seed=0, points=6)
    assert trained.environment_steps == settings.batch * settings.population_size * sum(
        3 * settings.steps_per_update(horizon) for horizon in (2, 5)
    )


def test_mean_ranks_are_shared_by_those_that_are_equal():
    found = mean_ranks(torch.tensor([3.0, 1.0, 3.0, 2.0, 3.0, 1.0]))
    assert found.tolist() == [4.0, 0.5, 4.0, 2.0, 4.0, 0.5]
    values = torch.randn(256, generator=torch.Generator().manual_seed(0))
    assert torch.equal(mean_ranks(values), values.argsort().argsort().float())
    assert mean_ranks(torch.ones(4)).tolist() == [1.5] * 4


def test_evolution_strategy_stays_where_all_members_return_the_same(monkeypatch):
    agent = small_agent()
    before = weights(agent)

    def equal(self, population, episodes):
        return torch.ones(len(population), len(episodes.keys)), {}

    monkeypatch.setattr(EvolutionStrategyLearner, "rollout", equal)
    settings = EvolutionStrategy(updates=3, batch=2, population_size=8)
    train(agent, GUESSING, {"dims": 2}, settings, seed=0)
    assert torch.allclose(weights(agent), before, atol=1e-6)


def test_advantages_are_discounted_sums_of_td_errors():
    rewards, values = torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1), torch.tensor([0.5, 0.25, 0.125]).view(3, 1, 1)
    found = advantages(rewards, values, torch.tensor([[4.0]]), gamma=0.5, gae_lambda=0.5).flatten().tolist()
    surprises = [1 + 0.5 * 0.25 - 0.5, 2 + 0.5 * 0.125 - 0.25, 3 + 0.5 * 4 - 0.125]
    third = surprises[2]
    second = surprises[1] + 0.25 * third
    assert found == [surprises[0] + 0.25 * second, second, third]


def test_ppo_values_the_state_after_a_cut_and_not_after_the_end(monkeypatch):
    seen = []

    def spy(rewards, values, next_value, gamma, gae_lambda):
        seen.append((len(rewards), next_value.clone()))
        return advantages(rewards, values, next_value, gamma, gae_lambda)

    monkeypatch.setattr("baselines.outer_loops.ppo_learner.advantages", spy)
    settings = PPO(updates=1, batch=4, num_minibatches=1, update_epochs=1, num_steps=3)
    train(small_agent(), GUESSING, {"dims": 2, "horizon": 7}, settings, seed=0)
    assert [steps for steps, _ in seen] == [3, 3, 1]
    assert [bool(next_value.any()) for _, next_value in seen] == [True, True, False]


@pytest.mark.parametrize("critic", ["memory", "port", "central"])
@pytest.mark.parametrize("per_port", [False, True])
@pytest.mark.parametrize("bins", [None, 3])
def test_ppo_runs_with_every_critic_and_distribution(critic, per_port, bins):
    settings = PPO(
        updates=2, batch=8, num_minibatches=2, update_epochs=1, critic=critic, per_port=per_port, bins=bins, num_steps=2
    )
    agent = small_agent(outputs=bins or 1)
    before = weights(agent)
    trained = train(agent, GUESSING, {"dims": 2, "horizon": 3}, settings, seed=0, points=1)
    assert not torch.equal(before, weights(agent))
    assert np.isfinite(trained.curve[-1]["score"])


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (PPO, {"num_minibatches": 3}, "num_minibatches must divide the batch of 256, got 3"),
        (PPO, {"num_steps": 0}, "num_steps must be an integer at least 1, got 0"),
        (PPO, {"bins": 1}, "bins must be an integer at least 2, got 1"),
        (PPO, {"gamma": 1.5}, "gamma must be at most 1, got 1.5"),
        (PPO, {"ent_coef": -1.0}, "ent_coef must not be negative, got -1.0"),
        (PPO, {"critic": "all"}, "critic must be one of 'memory', 'port', 'central', got 'all'"),
        (PPO, {"update_epochs": 0}, "update_epochs must be an integer at least 1, got 0"),
        (EvolutionStrategy, {"population_size": 7}, "population_size must be an even number, got 7"),
        (EvolutionStrategy, {"sigma": 0.0}, "sigma must be positive, got 0.0"),
        (CMAES, {"population_size": 3}, "population_size must be an integer at least 4, got 3"),
        (BPTT, {"loss": "first"}, "loss must be one of 'every_step', 'last_step', got 'first'"),
        (BPTT, {"loss": "last_step", "num_steps": 3}, "num_steps must be None with loss='last_step', got 3"),
        (BPTT, {"learning_rate": "0.1"}, "learning_rate must be a number, got '0.1'"),
        (BPTT, {"learning_rate": True}, "learning_rate must be a number, got True"),
        (BPTT, {"learning_rate": float("nan")}, "learning_rate must be positive, got nan"),
        (BPTT, {"decay_from": "early"}, "decay_from must be a number in .0, 1., got 'early'"),
        (PPO, {"ent_coef": None}, "ent_coef must be a number, got None"),
        (Stage, {"experts": (3, 2)}, "experts must be .smallest, largest., both integers of at least 1 .*, got .3, 2."),
        (Stage, {"horizon": (0, 2)}, "horizon must be"),
        (Stage, {"sizes": (4, 2)}, "sizes must be"),
        (Stage, {"sizes": (2,)}, "sizes must be .smallest, largest., both integers of at least 1 .*, got .2,."),
        (Stage, {"horizon": ("1", "2")}, "horizon must be"),
        (Stage, {"until": "end"}, "until must be a number in .0, 1., got 'end'"),
    ],
)
def test_outer_loop_refuses_bad_settings(kind, settings, said):
    with pytest.raises(ValueError, match=said):
        kind(**settings)


@every_loop
def test_train_refuses_stages_that_do_not_fit_before_it_begins(settings):
    for stage, said in (
        (Stage(0.9, sizes=(1, 10**6)), "dims must make at most 16384 ports, got 1000000"),
        (Stage(0.9, horizon=(1, 2)), "a score needs a reference above chance"),
        (Stage(0.9, arguments=(("colour", 1),)), "colour"),
        (Stage(0.9, experts=(1, 2)), "experts must be None, or numbers that the agent can have, got"),
    ):
        agent = small_agent()
        with pytest.raises((ValueError, TypeError), match=said):
            train(agent, GUESSING, {"dims": 2}, replace(settings, stages=(stage, Stage())), seed=0)
    with pytest.raises(ValueError, match="ports must be"):
        train(
            small_agent("Monolithic"), GUESSING, {"dims": 2}, replace(settings, stages=(Stage(sizes=(2, 3)),)), seed=0
        )


@every_loop
def test_train_works_with_the_least_of_everything_and_with_numbers_of_numpy(settings):
    least = {"updates": np.int64(1), "batch": 1, "warmup": 0, "num_minibatches": 1, "update_epochs": 1, "num_steps": 1}
    least |= {
        "population_size": 4,
        "learning_rate": np.float32(0.5),
        "decay_from": 1,
        "full_until": 0,
        "window": 1,
        "cohorts": 1,
    }
    names = {field.name for field in fields(settings)}
    smallest = type(settings)(**{name: value for name, value in least.items() if name in names})
    agent = small_agent()
    trained = train(agent, GUESSING, {"dims": 1, "horizon": 2}, smallest, seed=0)
    assert len(trained.curve) == 1
    assert torch.isfinite(weights(agent)).all()


def test_ppo_refuses_agents_that_do_not_fit():
    with pytest.raises(ValueError, match="port_actions must be 3 for bins=3, got 1"):
        train(small_agent(), GUESSING, {"dims": 2}, PPO(bins=3), seed=0)
    with pytest.raises(ValueError, match="critic must be 'memory' or 'central' where experts are not ports"):
        train(small_agent("Monolithic"), GUESSING, {"dims": 2}, PPO(critic="port"), seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["Badger", "Monolithic"])
def test_ppo_finds_two_numbers(kind):
    agent = small_agent(kind, hidden_size=32)
    trained = train(agent, GUESSING, {"dims": 2, "horizon": 10}, PPO(updates=80), seed=0)
    assert np.mean([point["score"] for point in trained.curve[-5:]]) > 0.6  # noise of exploration included


@pytest.mark.slow
@pytest.mark.parametrize("settings", [EvolutionStrategy(updates=300), CMAES(updates=150)], ids=lambda s: s.kind)
def test_evolution_beats_the_plateaus_on_two_numbers(settings):
    agent = small_agent("Monolithic", hidden_size=6)
    trained = train(agent, GUESSING, {"dims": 2, "horizon": 10}, settings, seed=0)
    assert np.mean([point["score"] for point in trained.curve[-5:]]) > 0.4
