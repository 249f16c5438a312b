"""Imitation learns what a handcrafted policy would do."""

import pytest
import torch

from agents import build_agent
from badger_envs.registry import get_spec
from baselines.outer_loops.imitation import Imitation
from baselines.outer_loops.imitation_learner import ImitationLearner
from baselines.outer_loops.trainer import train

MAZE = "Badger/Maze-v0"
SMALL = {"side": 2, "think": 1, "steps": 4}


def small_badger(**config):
    torch.manual_seed(0)
    sizes = {"port_features": 16, "port_actions": 4, "hidden_size": 12, "message_size": 6}
    return build_agent("Badger", {**sizes, "identity": "none", "messages": "attention", "topology": "grid", **config})


def test_imitation_raises_the_score_that_it_does_not_look_at():
    settings = Imitation(updates=200, batch=16, learning_rate=1e-2, warmup=10, teacher="wave", caution=3.0)
    trained = train(small_badger(), MAZE, SMALL, settings, seed=0, points=10)
    assert trained.curve[-1]["score"] > trained.curve[0]["score"] + 0.2
    assert trained.environment_steps == 200 * 16 * 5


def test_loss_is_the_squared_difference_and_counts_more_where_the_teacher_says_no():
    agent = small_badger()
    learner = ImitationLearner(agent, MAZE, SMALL, Imitation(caution=3.0), seed=0)
    outputs, target = torch.tensor([[[0.5, 0.5, -1.0, 0.0]]]), torch.tensor([[[1.0, -1.0, -1.0, 0.0]]])
    assert learner.loss(outputs, target).tolist() == [[[0.25, 3 * 2.25, 0.0, 0.0]]]


def test_task_is_not_differentiated_and_agents_see_what_they_did_themselves():
    task = get_spec(MAZE).make_task(**SMALL)
    agent = small_badger()
    learner = ImitationLearner(agent, MAZE, SMALL, Imitation(updates=1, batch=4, warmup=0), seed=0)
    point = learner.update()
    assert point["environment_steps"] == 4 * task.horizon
    assert not learner.env(task).observation().requires_grad
    assert all(parameter.grad is not None for parameter in agent.parameters())


def test_teachers_that_there_are_not_and_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"teacher must be a policy of Badger/Maze-v0, one of 'chance', .*'oracle'"):
        ImitationLearner(small_badger(), MAZE, SMALL, Imitation(teacher="oracle"), seed=0)
    for settings, said in (({"caution": 0.0}, "caution must be positive, got 0"), ({"teacher": 3}, "teacher must be")):
        with pytest.raises(ValueError, match=said):
            Imitation(**settings)
