"""Persistent evolution strategies: unbiased where truncated ones are not, and lives that go on between updates."""

import re

import numpy as np
import pytest
import torch

from agents import build_agent
from baselines.outer_loops.base import Stage
from baselines.outer_loops.evolution import PES
from baselines.outer_loops.pes_learner import PESLearner, pair_gradient
from baselines.outer_loops.rollout import BatchedEnv, rollout
from baselines.outer_loops.trainer import train
from tests.baselines.outer_loops.test_outer_loops import GUESSING, small_agent, weights

ROUTING = "Badger/Routing-v0"
DECAY, WANTED, SIGMA = 0.9, 5.0, 0.1


def toy_return(weight, state, steps):
    """A state that weights drive, (N,), and the return of some steps: minus the squared distance to what is wanted."""
    total = torch.zeros_like(state)
    for _ in range(steps):
        state = DECAY * state + weight
        total = total - (state - WANTED).square()
    return total, state


def toy_gradient(weight, windows, steps, *, accumulate, pairs=200_000):
    """The sum over the windows of a life of what pairs estimate, at one weight."""
    generator = torch.Generator().manual_seed(0)
    noise, state, gradient = torch.zeros(pairs, 1), torch.zeros(2 * pairs), 0.0
    for _ in range(windows):
        fresh = torch.randn(pairs, 1, generator=generator)
        returns, state = toy_return(weight + SIGMA * torch.cat([fresh, -fresh])[:, 0], state, steps)
        noise = noise + fresh
        gradient += pair_gradient(noise if accumulate else fresh, returns, SIGMA).item()
    return gradient


@pytest.mark.parametrize("weight", [0.2, 0.8])
def test_windows_of_a_life_add_up_to_the_gradient_of_the_life_and_truncated_ones_do_not(weight):
    parameter = torch.tensor([weight], requires_grad=True)
    toy_return(parameter, torch.zeros(1), 20)[0].sum().backward()
    true = parameter.grad.item()
    # Squares have no third derivative, so that what noise adds to a gradient of theirs is 0 in the mean.
    assert toy_gradient(weight, 10, 2, accumulate=True) == pytest.approx(true, rel=0.05)
    truncated = toy_gradient(weight, 10, 2, accumulate=False)
    assert abs(truncated - true) > 0.5 * abs(true)
    assert (truncated * true < 0.0) == (weight == 0.8)  # it even leads the wrong way


def plastic():
    torch.manual_seed(3)
    config = {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"}
    return build_agent("Badger", {"port_features": 4, **config})


def learner_of(agent, horizon=4, **settings):
    settings = PES(**{"updates": 100, "batch": 4, "window": 1, "cohorts": 1, "learning_rate": 1e-9, **settings})
    return PESLearner(agent, ROUTING, {"ports": 3, "horizon": horizon}, settings, seed=0)


def noted_gradients(learner, monkeypatch, updates):
    found, climb = [], learner.climb
    monkeypatch.setattr(learner, "climb", lambda gradient: found.append(gradient) or climb(gradient))
    for _ in range(updates):
        learner.update()
    return found


def test_learner_estimates_the_gradient_that_goes_through_memory(monkeypatch):
    agent = plastic()
    learner = learner_of(agent, population_size=20_000, sigma=0.01)
    first = learner.episode_batch(0)
    env = BatchedEnv(first.task)
    env.reset(first.keys)
    rewards, _ = rollout(env, agent, learner.initial_state(first), 4)  # (T, B)
    rewards.sum(dim=0).mean().backward()
    true = torch.cat([parameter.grad.flatten() for parameter in agent.parameters()])
    found = noted_gradients(learner, monkeypatch, 4)
    assert torch.nn.functional.cosine_similarity(sum(found), true, dim=0) > 0.97
    assert sum(found).norm() == pytest.approx(true.norm().item(), rel=0.2)


def test_lives_go_on_between_updates_and_begin_anew_with_their_noise(monkeypatch):
    learner = learner_of(plastic(), horizon=3, population_size=6)
    fresh = [
        torch.randn(3, 9, generator=torch.Generator().manual_seed(number))
        for number in range(4)  # seed 0
    ]
    expected = [fresh[0], fresh[0] + fresh[1], fresh[0] + fresh[1] + fresh[2], fresh[3]]
    for number in range(4):
        learner.update()
        (life,) = learner._lives
        assert torch.allclose(life.noise, expected[number])
        assert life.windows == [2, 1, 0, 2][number]
        assert life.task.steps_left.unique().tolist() == [[2.0], [1.0], [0.0], [2.0]][number]
        assert len(life.task.inputs) == 6 * 4
        routes = life.task.routes.reshape(6, -1)
        assert (routes == routes[0]).all()  # all members have the same episodes


def test_cohorts_are_born_at_different_times():
    learner = learner_of(plastic(), horizon=8, population_size=16, cohorts=4)
    left = []
    for _ in range(10):
        learner.update()
        left.append([life.windows for life in learner._lives])
    assert left[0] == [1, 3, 5, 7]
    assert left[-1] == [0, 2, 4, 6]
    assert learner.environment_steps == 10 * 16 * 4


def test_a_window_as_long_as_the_life_is_an_evolution_strategy_without_memory_of_noise(monkeypatch):
    learner = learner_of(plastic(), horizon=4, window=4, population_size=8)
    for number in range(3):
        learner.update()
        (life,) = learner._lives
        assert torch.equal(life.noise, torch.randn(4, 9, generator=torch.Generator().manual_seed(number)))
        assert life.windows == 0


def test_pes_resumes_in_the_middle_of_lives_and_of_stages_bit_for_bit(tmp_path):
    stages = (Stage(0.5, horizon=(4, 4)), Stage(1.0, horizon=(6, 6)))
    settings = PES(updates=12, batch=3, population_size=8, window=2, cohorts=2, stages=stages)
    whole = small_agent(identity="random")
    train(whole, GUESSING, {"dims": 2}, settings, seed=1, points=12)
    checkpoint = tmp_path / "checkpoint"
    for stop in (1, 5, 6, 7, 9):

        def interrupt(update, point, stop=stop):
            if update == stop:
                raise KeyboardInterrupt

        agent = small_agent(identity="random")
        with pytest.raises(KeyboardInterrupt):
            train(agent, GUESSING, {"dims": 2}, settings, seed=1, points=12, checkpoint=checkpoint, on_update=interrupt)
    agent = small_agent(identity="random")
    train(agent, GUESSING, {"dims": 2}, settings, seed=1, points=12, checkpoint=checkpoint)
    assert torch.equal(weights(whole), weights(agent))


def test_pes_learns_a_rule_in_windows_far_shorter_than_lives():
    agent = plastic()
    settings = PES(updates=150, batch=4, population_size=32, window=5, learning_rate=0.05)
    trained = train(agent, ROUTING, {"ports": 3, "horizon": 50}, settings, seed=0, points=30)
    scores = [point["score"] for point in trained.curve]
    assert np.mean(scores[:3]) < 0.2
    assert np.mean(scores[-10:]) > 0.5


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"window": 3}, "window must divide the 4 steps of a life, got 3"),
        ({"window": 8}, "window must divide the 4 steps of a life, got 8"),
        ({"window": 0}, "window must be an integer at least 1, got 0"),
        ({"cohorts": 0}, "cohorts must be an integer at least 1, got 0"),
        ({"cohorts": 3}, "population_size must be a multiple of 6, which makes pairs of 3 cohorts, got 64"),
        (
            {"stages": (Stage(horizon=(2, 4)),)},
            "horizon must be the same at both ends where lives outlast updates, got (2, 4)",
        ),
        (
            {"stages": (Stage(0.5), Stage(horizon=(7, 7))), "window": 2},
            "window must divide the 7 steps of a life, got 2",
        ),
    ],
)
def test_pes_refuses_what_does_not_fit(settings, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        learner_of(plastic(), **settings)


def test_pes_refuses_simulators():
    agent = small_agent(port_features=1)
    with pytest.raises(ValueError, match="task must be one whose states can be kept, got ModularRobot"):
        PESLearner(agent, "Badger/ModularRobot-v0", {"modules": 4, "steps": 100}, PES(), seed=0)
