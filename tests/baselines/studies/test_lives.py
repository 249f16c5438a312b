import numpy as np
import torch

from agents import build_agent
from badger_envs import Guessing
from badger_envs.evaluation import evaluate
from baselines.outer_loops.policy import AgentPolicy
from baselines.studies.lives import lives_picture, record_lives

TASK = Guessing(dims=3, horizon=6, feedback="first")


def agent(**config):
    torch.manual_seed(0)
    return build_agent("Badger", {"port_features": 3, "hidden_size": 6, "message_size": 5, **config})


def test_record_lives_has_what_the_evaluator_finds():
    lives = record_lives(agent(), TASK, lives=4)
    assert lives.targets.shape == (4, 3)
    assert lives.outputs.shape == (6, 4, 3)
    assert lives.messages.shape == (6, 4, 3, 5)
    result = evaluate(AgentPolicy(agent(), 3), "Badger/Guessing-v0", episodes=4, dims=3, horizon=6, feedback="first")
    assert np.allclose(lives.errors[-1], result.metrics["error"], atol=1e-5)
    assert np.allclose(3.0 * np.mean((lives.outputs - lives.targets) ** 2, axis=2), lives.errors, atol=1e-5)


def test_record_lives_is_the_same_where_only_the_last_step_is_rewarded():
    last = Guessing(dims=3, horizon=6, feedback="first", objective="last_step")
    for one, other in zip(record_lives(agent(), TASK), record_lives(agent(), last), strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_record_lives_leaves_no_hook_behind():
    badger = agent()
    record_lives(badger, TASK)
    assert not badger.message_module._forward_hooks


def test_lives_picture_holds_every_output(tmp_path):
    for name, messages in (("talking", "mean"), ("silent", "none")):
        lives = record_lives(agent(messages=messages), TASK, lives=4)
        picture = lives_picture(lives, name, "Title", tmp_path)
        assert len((tmp_path / f"{picture.name}.csv").read_text().splitlines()) == 1 + 6 * 4 * 3
        assert (tmp_path / f"{name}.png").stat().st_size > 5_000
