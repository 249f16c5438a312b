import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs.core.episodes import episode_keys
from badger_envs.envs.routing import drawing
from badger_envs.envs.routing.policies import Elimination, Mean
from badger_envs.envs.routing.returns import reference_curve
from badger_envs.envs.routing.task import Routing, RoutingState
from badger_envs.evaluation import evaluate
from badger_envs.registry import reference_returns

ID = "Badger/Routing-v0"
ARGUMENTS = st.fixed_dictionaries(
    {
        "ports": st.integers(2, 9),
        "horizon": st.integers(1, 12),
        "feedback": st.sampled_from(["supervised", "reward"]),
        "values": st.sampled_from(["continuous", "binary"]),
        "switch_every": st.none() | st.integers(1, 12),
    }
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def state(task, inputs, routes):
    """The beginning of one episode with these inputs (T + 1, P) and permutations (S, P)."""
    inputs, routes = np.asarray([inputs], np.float32), np.asarray([routes], np.int32)
    wanted, zeros = inputs[:, 0, routes[0, 0]], np.zeros((1, task.ports), np.float32)
    return RoutingState(inputs, routes, inputs[:, 0], wanted, zeros, zeros, zeros[:, 0], zeros + task.horizon)


def act(*outputs):
    return np.asarray([outputs], np.float32)[:, :, None]


def test_task_plays_an_episode_worked_out_by_hand():
    task = Routing(ports=2, horizon=4)
    begin = state(task, [[0.5, -1.0], [0.25, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[1, 0]])
    # input, last output, feedback, lifetime left
    assert task.observation(begin).tolist() == [[[0.5, 0.0, 0.0, 1.0], [-1.0, 0.0, 0.0, 1.0]]]
    after = task.transition(begin, act(-0.5, 0.5))  # output 0 wants -1.0, output 1 wants 0.5
    assert task.reward(begin, act(-0.5, 0.5), after).tolist() == [-0.375]  # 3 * (0.25 + 0) / 2
    assert task.observation(after).tolist() == [[[0.25, -0.5, -1.0, 0.75], [0.0, 0.5, 0.5, 0.75]]]
    assert task.privileged(after).tolist() == [[0.0, 0.25, 1.0, 0.0]]  # wanted now, and the permutation
    assert task.state_info(after)["error"].tolist() == [0.375]
    assert task.terminal(after).tolist() == [False]


def test_observation_with_reward_feedback_shows_all_ports_the_error():
    task = Routing(ports=2, horizon=3, feedback="reward", values="binary")
    begin = state(task, [[1, -1], [1, 1], [1, 1], [1, 1]], [[0, 1]])
    after = task.transition(begin, act(1.0, 0.0))  # (0 + 1) / 2, unscaled: the mean square of signs is 1
    assert task.observation(after)[0, :, 2].tolist() == [0.5, 0.5]


def test_transition_changes_the_permutation_after_switch_every_steps():
    task = Routing(ports=2, horizon=3, switch_every=2)
    now = state(task, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]], [[0, 1], [1, 0]])
    wanted = [now.wanted[0].tolist()]
    for _ in range(3):
        now = task.transition(now, act(0.0, 0.0))
        wanted.append(now.wanted[0].tolist())
    assert np.allclose(wanted, [[0.1, 0.2], [0.3, 0.4], [0.6, 0.5], [0.8, 0.7]])
    assert task.terminal(now).tolist() == [True]
    drawn = task.initial(episode_keys(0, np.arange(50)))
    assert drawn.routes.shape == (50, 2, 2)
    assert (drawn.routes[:, 0] != drawn.routes[:, 1]).any()


def test_initial_of_another_inner_episode_keeps_the_permutation_and_draws_other_inputs():
    task, keys = Routing(), episode_keys(0, np.arange(3))
    one, other = task.initial(keys), task.initial(keys, inner_episode=1)
    assert np.array_equal(one.routes, other.routes)
    assert not np.isin(one.inputs, other.inputs).any()


def test_initial_draws_inputs_that_are_uniform_or_signs():
    keys = episode_keys(0, np.arange(2000))
    continuous = Routing().initial(keys).inputs
    assert continuous.min() >= -1.0
    assert abs(float((continuous**2).mean()) - 1 / 3) < 0.005
    binary = Routing(values="binary").initial(keys).inputs
    assert set(np.unique(binary)) == {-1.0, 1.0}
    assert abs(float(binary.mean())) < 0.02


@pytest.mark.parametrize("ports", [2, 3, 5, 8])
@pytest.mark.parametrize("feedback", ["supervised", "reward"])
@pytest.mark.parametrize("values", ["continuous", "binary"])
@pytest.mark.parametrize("switch_every", [None, 4])
def test_elimination_errs_in_every_step_what_was_derived(ports, feedback, values, switch_every):
    arguments = {"ports": ports, "feedback": feedback, "values": values, "switch_every": switch_every, "horizon": 10}
    task = Routing(**arguments)
    curve = reference_curve(task)
    episodes = 4000
    result = evaluate(Elimination(task), ID, episodes=episodes, batch=episodes, **arguments)
    # A step's error lies in [0, 4 * scale], so its variance is at most its mean times that.
    spread = np.sqrt(-curve * 4 * task.error_scale / episodes)
    assert (np.abs(result.curve - curve) <= 4 * spread + 1e-6).all()
    assert np.abs(result.curve - curve).mean() < 0.01
    assert reference_returns(task).reference == pytest.approx(curve.sum())


def test_reference_curve_in_numbers():
    # One number tells everything.
    assert reference_curve(Routing(ports=4, horizon=3)).tolist() == [-0.75, 0.0, 0.0]
    # Of two outputs one sign tells nothing half of the time: 1 - E[1/c] is 1/2, 1/4, 1/8.
    assert reference_curve(Routing(ports=2, horizon=3, values="binary")).tolist() == [-0.5, -0.25, -0.125]
    # Three unknown numbers err 2/3, two err 1/3, and a probe costs 3 * (1/8)^2 / 3.
    curve = reference_curve(Routing(ports=3, horizon=4, feedback="reward"))
    assert curve.tolist() == pytest.approx([-2 / 3 - 1 / 64, -1 / 3 - 1 / 64, 0.0, 0.0])
    # Nothing can be learned of a permutation that lasts one step, so nobody probes.
    assert reference_curve(Routing(ports=4, horizon=3, feedback="reward", switch_every=1)).tolist() == [-0.75] * 3


@pytest.mark.parametrize("ports", [16, 17, 24])
def test_elimination_learns_signs_of_many_outputs_at_once_or_in_groups(ports):
    task = Routing(ports=ports, feedback="reward", values="binary", horizon=12)
    result = evaluate(Elimination(task), ID, episodes=2000, batch=2000, **task.arguments())
    assert np.abs(result.curve - reference_curve(task)).max() < 0.02


def test_reference_returns_of_the_default_task_are_those_of_the_docstring():
    levels = reference_returns(Routing())
    assert (levels.chance, levels.local_optima["mean"], levels.reference) == (-20.0, -15.0, -0.75)
    assert (levels.lowest, levels.highest) == (-240.0, 0.0)
    nothing_to_learn = reference_returns(Routing(switch_every=1))
    assert nothing_to_learn.reference == nothing_to_learn.local_optima["mean"] > nothing_to_learn.chance


def test_mean_gives_the_mean_input():
    features = np.asarray([[0.5, 0, 0, 1, -1.0, 0, 0, 1]], np.float32)
    assert Mean(Routing(ports=2)).act(features, np.zeros(1, np.float32)).tolist() == [[-0.25, -0.25]]


def test_text_shows_which_output_wants_which_input():
    task = Routing(ports=2, horizon=4)
    begin = state(task, [[0.5, -1.0], *[[0.0, 0.0]] * 4], [[1, 0]])
    after = task.transition(begin, act(-0.5, 0.5))
    history = [RoutingState(*(field[0] for field in one)) for one in (begin, after)]
    assert "gave nothing yet" in drawing.text("Game", task, history[:1])
    lines = drawing.text("Game", task, history).splitlines()
    assert lines[0] == "Game  step 1/4  error 0.3750"
    assert lines[1] == "input  0 +0.500   output  0 wants input  1 -1.000, gave -0.500"
    assert (drawing.frame("Game", task, history) != drawing.frame("Game", task, history[:1])).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ports": 0}, "ports must be an integer at least 1, got 0"),
        ({"horizon": 0}, "horizon must be an integer at least 1, got 0"),
        ({"feedback": "none"}, "feedback must be one of 'supervised', 'reward', got 'none'"),
        ({"values": "ternary"}, "values must be one of 'continuous', 'binary', got 'ternary'"),
        ({"switch_every": 0}, "switch_every must be an integer at least 1, got 0"),
        ({"switch_every": 2.5}, "switch_every must be an integer at least 1, got 2.5"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        Routing(**arguments)
