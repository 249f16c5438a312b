import math

import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.envs.modular_reacher import drawing
from badger_envs.envs.modular_reacher.body import carrier_matrix
from badger_envs.envs.modular_reacher.policies import Reach, ReachForMean
from badger_envs.envs.modular_reacher.task import ModularReacher
from badger_envs.reference_returns import EPISODES_ON_DEMAND, mean_return, measured_return, task_key
from badger_envs.registry import reference_returns

KEYS = episode_keys(0, np.arange(200), EpisodeSet.VALIDATION)
TREES = ModularReacher(segments=12, branching=0.6, goal="tips")
ARGUMENTS = st.fixed_dictionaries(
    {
        "segments": st.integers(2, 16),
        "branching": st.floats(0.0, 1.0),
        "goal": st.sampled_from(["all", "last", "tips"]),
        "horizon": st.integers(1, 12),
    }
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def with_goal(state, goal):
    """The same bodies, the goal of the last segment being this one, seen by all."""
    placed, visible_goal = state.goal.copy(), state.visible_goal.copy()
    placed[:, -1], visible_goal[:, :, :2] = goal, goal
    return state._replace(goal=placed, visible_goal=visible_goal)


def test_task_plays_an_episode_worked_out_by_hand():
    task = ModularReacher(segments=2, horizon=4)
    begin = task.initial(episode_keys(0, [0]))
    assert np.allclose(begin.end, [[[0.0, 0.5], [0.0, 1.0]]], atol=1e-7)
    # The root lies down to the right, and the second segment stands up again.
    bent = with_goal(begin, [0.5, 1.0])._replace(angle=np.asarray([[-math.pi / 2, math.pi / 2]], np.float32))
    rest = np.zeros((1, 2, 1), np.float32)
    now = task.transition(bent, rest)
    assert np.allclose(now.end, [[[0.5, 0.0], [0.5, 0.5]]], atol=1e-6)
    # (0 + 0.25) / 2
    assert task.reward(bent, rest, now) == pytest.approx([-0.125])
    assert task.state_info(now)["error"] == pytest.approx([0.125])
    visible_goal = [
        # goal, seen, origin, direction, end, joint, time left
        [0.5, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.5, 0.0, 0.0, -1.0, 0.75],
        [0.5, 1.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.5, 0.5, 0.0, 1.0, 0.75],
    ]
    assert np.allclose(task.observation(now), [visible_goal], atol=1e-6)
    assert task.privileged(now).tolist() == [[0.0, 0.0, 0.5, 1.0]]
    assert task.terminal(now).tolist() == [False]


def test_transition_turns_a_joint_by_a_twentieth_of_a_radian_and_all_that_it_carries():
    task = ModularReacher(segments=2)
    begin = task.initial(episode_keys(0, [0]))
    after = task.transition(begin, np.asarray([[[1.0], [-0.5]]], np.float32))
    first, second = math.pi / 2 + 0.05, math.pi / 2 + 0.025
    end = [0.5 * math.cos(first), 0.5 * math.sin(first)]
    tip = [end[0] + 0.5 * math.cos(second), end[1] + 0.5 * math.sin(second)]
    assert np.allclose(after.end, [[end, tip]], atol=1e-6)


def test_terminal_after_the_last_of_horizon_steps():
    task = ModularReacher(horizon=3)
    now = task.initial(episode_keys(0, [0]))
    ends = []
    for _ in range(3):
        now = task.transition(now, np.zeros((1, 5, 1), np.float32))
        ends.append(bool(task.terminal(now)[0]))
    assert ends == [False, False, True]


def test_carrier_matrix_of_a_tree_worked_out_by_hand():
    # 0 carries 1 and 2, and 1 carries 3.
    carried = carrier_matrix(np.asarray([[-1, 0, 0, 1]]))
    assert carried.tolist() == [[[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 1]]]


def test_neighbours_in_a_chain_are_the_segments_before_and_behind():
    task = ModularReacher(segments=3)
    neighbours = task.neighbours(task.initial(episode_keys(0, [0])))
    assert neighbours.dtype == np.int32
    assert neighbours.tolist() == [[[-1, 1, -1, -1], [0, 2, -1, -1], [1, -1, -1, -1]]]


def test_neighbours_in_a_tree_have_one_root_and_list_every_segment_among_the_children_of_its_parent():
    state = TREES.initial(KEYS)
    max_children = 0
    for tree in state.neighbour.tolist():
        assert [port for port, row in enumerate(tree) if row[0] < 0] == [0]
        for port, (parent, *_) in enumerate(tree[1:], start=1):
            assert parent < port
            assert tree[parent][1:].count(port) == 1
        max_children = max(max_children, *(sum(child >= 0 for child in row[1:]) for row in tree))
    assert max_children == 3


def test_observation_has_segments_begin_where_their_parents_end_and_a_longest_way_of_length_1():
    state = TREES.initial(KEYS)
    origin = TREES.observation(state)[:, :, 3:5]
    rows = np.arange(len(KEYS))[:, None]
    parents = np.where(state.neighbour[:, 1:, 0, None] >= 0, state.end[rows, state.neighbour[:, 1:, 0]], 0.0)
    assert np.allclose(origin[:, 1:], parents, atol=1e-6)
    assert np.abs(origin[:, 0]).max() == 0.0
    assert np.allclose((state.carried.sum(axis=2) * state.length[:, :, 0]).max(axis=1), 1.0)


def test_initial_stands_upright_without_branching_and_with_it_every_tree_is_another():
    straight = ModularReacher(segments=4).initial(KEYS)
    assert np.allclose(straight.end, np.asarray([[0.0, 0.25], [0.0, 0.5], [0.0, 0.75], [0.0, 1.0]]), atol=1e-6)
    assert len({tree.tobytes() for tree in TREES.initial(KEYS).neighbour}) > len(KEYS) / 2


def test_initial_draws_the_same_body_and_last_goal_for_every_kind_of_goal():
    one, other = (ModularReacher(segments=7, branching=0.5, goal=goal).initial(KEYS) for goal in ("last", "tips"))
    assert np.array_equal(one.end, other.end)
    assert np.array_equal(one.goal[:, -1], other.goal[:, -1])


def test_observation_shows_goals_only_where_they_are_meant_to_be_seen():
    seen = {}
    for goal in ("all", "last", "tips"):
        task = ModularReacher(segments=7, branching=0.5, goal=goal)
        state = task.initial(KEYS)
        visible_goal = task.observation(state)[:, :, :3]
        seen[goal] = visible_goal[:, :, 2] > 0
        assert not visible_goal[~seen[goal]].any()
        assert np.allclose(state.weight.sum(axis=(1, 2)), 1.0)
        if goal == "all":
            assert np.array_equal(visible_goal[:, :, :2], np.repeat(state.goal[:, -1:], 7, axis=1))
        else:
            assert np.array_equal(visible_goal[:, :, :2], state.goal)
    assert seen["all"].all()
    assert seen["last"].any(axis=0).tolist() == [False] * 6 + [True]
    assert np.array_equal(seen["tips"], state.neighbour[:, :, 1] < 0)


def test_initial_draws_goals_in_the_upper_half_of_the_unit_circle_around_their_mean():
    goal = ModularReacher().initial(episode_keys(0, np.arange(20_000))).goal[:, -1]
    assert np.linalg.norm(goal, axis=1).max() <= 1.0
    assert goal[:, 1].min() >= 0.0
    assert np.allclose(goal.mean(axis=0), [0.0, 1 / math.pi], atol=0.015)


def test_blind_is_worse_than_chance_as_the_docstring_says():
    task = ModularReacher()
    still = mean_return(task, Blind(task), 2000)
    # Half the mean square of the distance from (0, 1) to the goal.
    expected = -task.horizon * (1 / 3 + 1 - 2 / math.pi) / 2
    assert abs(still.mean - expected) < 4 * still.standard_error
    assert still.mean < reference_returns(task).chance < reference_returns(task).reference


@pytest.mark.parametrize("arguments", [{}, {"segments": 3}, {"segments": 2, "goal": "last"}])
def test_reach_comes_to_rest_on_the_goal_of_a_chain(arguments):
    task = ModularReacher(**arguments)
    state, policy = task.initial(KEYS), Reach(task)
    policy.reset(len(KEYS))
    for _ in range(task.horizon):
        action = policy.act(task.observation(state).reshape(len(KEYS), -1), np.zeros(len(KEYS), np.float32))
        state = task.transition(state, action[:, :, None])
    assert state.error.max() < 1e-4


def test_reach_finds_the_body_from_what_the_ports_show():
    state = TREES.initial(KEYS)
    tips, moves = Reach(TREES)._find_body(TREES.observation(state))
    for tree in range(len(KEYS)):
        wanted = np.flatnonzero(state.weight[tree, :, 0])
        assert tips[tree, : len(wanted)].tolist() == wanted[::-1].tolist()
        assert np.array_equal(moves[tree, :, : len(wanted)], state.carried[tree, wanted[::-1]].T)
        assert not moves[tree, :, len(wanted) :].any()


def test_reference_returns_that_are_not_stored_are_measured_once():
    task = ModularReacher(segments=3, horizon=7)
    levels = reference_returns(task)
    assert reference_returns(ModularReacher(segments=3, horizon=7)) is levels
    assert levels.lowest < levels.chance < levels.reference < levels.highest
    assert measured_return(task, "reference", Reach) == levels.reference
    assert measured_return(task, "reference", Reach) == mean_return(task, Reach(task), EPISODES_ON_DEMAND).mean
    assert measured_return(ModularReacher(), "chance", ReachForMean) == reference_returns(ModularReacher()).chance


def test_task_key_is_equal_for_equal_tasks():
    assert task_key(ModularReacher(branching=1)) == task_key(ModularReacher(branching=1.0))
    assert task_key(ModularReacher(goal="last")) != task_key(ModularReacher())


def test_text_shows_arm_tip_and_goal():
    task = ModularReacher(segments=2)
    begin = task.initial(episode_keys(0, [0]))
    drawn = []
    for goal in ([1.0, 0.0], [0.0, 1.0]):
        state = with_goal(begin, goal)
        drawn.append(drawing.text("reacher", task, [type(state)(*(field[0] for field in state))]).splitlines())
    assert drawn[0][1][20] == "x"
    assert drawn[0][6][20] == "#"
    assert drawn[0][11][20] == "+"
    assert drawn[0][11][40] == "o"
    assert drawn[1][1][20] == "*"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"segments": 1}, r"segments must be an integer in \[2, 64\], got 1"),
        ({"segments": 65}, r"segments must be an integer in \[2, 64\], got 65"),
        ({"segments": 5.0}, r"segments must be an integer in \[2, 64\], got 5.0"),
        ({"branching": -0.1}, r"branching must be a number in \[0, 1\], got -0.1"),
        ({"branching": 1.5}, r"branching must be a number in \[0, 1\], got 1.5"),
        ({"branching": math.nan}, r"branching must be a number in \[0, 1\], got nan"),
        ({"branching": True}, r"branching must be a number in \[0, 1\], got True"),
        ({"branching": "half"}, r"branching must be a number in \[0, 1\], got 'half'"),
        ({"goal": "first"}, "goal must be one of 'all', 'last', 'tips', got 'first'"),
        ({"goal": None}, "goal must be one of 'all', 'last', 'tips', got None"),
        ({"horizon": 0}, "horizon must be an integer at least 1, got 0"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModularReacher(**arguments)
