import gymnasium as gym
import numpy as np
import pytest

from badger_envs import Guessing
from badger_envs.envs.guessing.drawing import HEIGHT, NEAR, TARGET, WIDTH, frame, text
from badger_envs.envs.guessing.task import GuessingState
from badger_envs.views import TaskEnv
from badger_envs.views.rendering import Renderer


def state(task, target, last):
    target, last = np.asarray(target, np.float32), np.asarray(last, np.float32)[:, None]
    error = task._error(last[None], target[None])[0]
    return GuessingState(target, last, error, np.ones_like(last), last * 0 + task.horizon)


def test_guessing_text_shows_output_and_target_in_their_places():
    task = Guessing(dims=2)
    drawn = text("Game", task, [state(task, [1.0, 0.5], [-1.0, 0.5])])
    lines = drawn.splitlines()
    assert lines[0] == "Game  step 0/20  error 6.0000"
    assert "[x" + "-" * 19 + "+" + "-" * 19 + "o]" in lines[1]
    assert "output -1.000  target +1.000" in lines[1]
    assert lines[2].count("*") == 1


def test_guessing_frame_has_the_output_inside_the_target_ring_when_they_meet():
    task = Guessing(dims=1)
    picture = frame("Game", task, [state(task, [0.5], [0.5])])
    assert picture.shape == (HEIGHT, WIDTH, 3)
    lane = picture[64:286]  # without header and legend
    columns_of_ring, columns_of_dot = (
        np.nonzero((np.abs(lane.astype(int) - color) < 30).all(axis=2))[1] for color in (TARGET, NEAR)
    )
    assert len(columns_of_ring)
    assert len(columns_of_dot)
    assert abs(columns_of_ring.mean() - columns_of_dot.mean()) < 1
    assert columns_of_ring.min() < columns_of_dot.min()


@pytest.mark.parametrize("dims", [1, 20, 60])
def test_renderer_draws_any_number_of_ports(dims):
    env = gym.make("Badger/Guessing-v0", dims=dims, render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().shape == (HEIGHT, WIDTH, 3)


def test_renderer_refuses_a_task_without_drawing():
    class Other(Guessing):
        pass

    with pytest.raises(ValueError, match="render_mode must be None for Other: there is no drawing of Other"):
        TaskEnv(Other(), render_mode="ansi")
    assert Renderer("Game", Guessing()) is not None
