"""The maze worked out by hand, and the levels that its page claims."""

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Maze
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.maze.walls import draw_ways, grid_neighbours, links_of, wall_draws
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Maze-v0")
ARGUMENTS = st.fixed_dictionaries(
    {
        "side": st.integers(2, 5),
        "openness": st.floats(0.0, 1.0),
        "think": st.integers(0, 3),
        "steps": st.integers(1, 6),
        "local": st.sampled_from(["shown", "felt"]),
        "goal": st.sampled_from(["before", "after"]),
    }
)
"""What the task takes, small enough to be played at once; for tests of what holds for any."""
WAVE = {4: (0.81, 0.86, 0.91, 0.97, 0.99, 1.0), 6: (0.71, 0.76, 0.81, 0.90, 0.95, 0.98)}
"""Side -> reward of the wave in a step that counts, after so many free steps:"""
FREE_STEPS = (0, 1, 2, 4, 6, 8)
N, E, S, W = range(4)


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def mean_reward(level, task, episodes=1000):
    """Mean reward of a step that counts, and four standard errors of it."""
    keys = episode_keys(0, np.arange(episodes), EpisodeSet.TEST)
    returns = rollout(task, SPEC.policy(level, task), keys).returns / task.steps
    return returns.mean(), 4.0 * returns.std() / np.sqrt(episodes)


def by_hand(task):
    """Cells 0 1 above 2 3, a wall between 1 and 3; the goal is 3, the walker begins in 1, then in 0."""
    ways = np.ones((1, 4, 4), np.float32)
    ways[0, [0, 0, 1, 1, 2, 2, 3, 3], [N, W, N, E, S, W, S, E]] = 0.0
    ways[0, [1, 3], [S, N]] = -1.0
    hops, starts = np.asarray([[2, 3, 1, 0]], np.float32), np.asarray([[1] + [0] * task.steps], np.int32)
    goal, walker = np.asarray([3], np.int32), np.asarray([1], np.int32)
    return begun(task)._replace(ways=ways, hops=hops, starts=starts, goal=goal, walker=walker)


def said(task, cell, slot):
    """All numbers below 0 but one."""
    action = np.full((1, task.ports, 4), -0.5, np.float32)
    action[0, cell, slot] = 0.5
    return action


def test_steps_pay_by_the_way_that_is_left():
    task = Maze(side=2, think=1, steps=7)
    state = by_hand(task)
    # Thinking; a wall; the border; nearer; another cell speaks; nearer; arrived; away from the goal.
    played = ((1, W), (1, S), (1, N), (1, W), (3, W), (0, S), (2, E), (0, E))
    rewards, cells = [], []
    for cell, slot in played:
        action = said(task, cell, slot)
        following = task.transition(state, action)
        rewards.append(float(task.reward(state, action, following)[0]))
        cells.append(int(following.walker[0]))
        state = following
    assert rewards == [0, -3, -3, 1, 0, 1, 1, -3]
    assert cells == [1, 1, 1, 0, 0, 2, 0, 1]
    assert task.terminal(state).tolist() == [True]
    assert task.state_info(state)["arrivals"].tolist() == [1]
    assert task.state_info(state)["error"].tolist() == pytest.approx([1 - -6 / 7])


def test_walker_takes_the_largest_number_of_its_own_cell_alone():
    task = Maze(side=2, think=0)
    action = np.ones((1, 4, 4), np.float32)
    action[0, 1] = [0.1, 0.2, 0.3, 0.4]
    assert task.transition(by_hand(task), action).walker.tolist() == [0]
    action[0, 1] = [-0.1, -0.2, 0.0, -0.4]
    assert task.transition(by_hand(task), action).walker.tolist() == [1]


def test_cells_show_their_place_the_goal_the_walker_and_their_walls():
    task = Maze(side=2, think=2, steps=2)
    place = np.float32(0.5 / 3.5)
    seen = task.observation(by_hand(task))[0]
    everywhere = [place, place, 1]
    assert seen[0].tolist() == [-place, -place, *everywhere, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    assert seen[1].tolist() == [-place, place, *everywhere, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1]
    assert seen[3].tolist() == [place, place, *everywhere, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1]
    state = by_hand(task)
    for _ in range(2):
        state = task.transition(state, said(task, 1, W))
    assert task.observation(state)[0, :, 14:].tolist() == [[1, 0.5]] * 4


def test_goal_is_told_only_when_moves_begin():
    task = Maze(side=3, think=2, steps=2, goal="after")
    state = begun(task, 20)
    told = []
    for _ in range(4):
        told.append(task.observation(state)[:, :, 2:5])
        state = task.transition(state, np.zeros((20, 9, 4), np.float32))
    assert not told[0].any()
    assert not told[1].any()
    assert (told[2][:, :, 2] == 1.0).all()
    assert np.array_equal(told[2], told[3])
    before = Maze(side=3, think=2, steps=2)
    assert np.array_equal(before.observation(begun(before, 20))[:, :, 2:5], told[3])


def test_walls_are_felt_for_one_step_by_the_cell_that_the_walker_touched_one_from():
    task = Maze(side=2, think=0, steps=4, local="felt")
    state, shown = by_hand(task), []
    for slot in (S, N, W):
        shown.append(task.observation(state)[0, :, 10:14].tolist())
        state = task.transition(state, said(task, 1, slot))
    nothing = [[0.0] * 4] * 4
    assert shown == [nothing, [[0] * 4, [0, 0, 1, 0], [0] * 4, [0] * 4], nothing]  # a border is known anyway


@pytest.mark.parametrize("side", [2, 3, 6])
def test_walls_leave_a_spanning_tree_and_open_with_openness(side):
    draws = np.random.default_rng(0).random((400, wall_draws(side)), np.float32)
    closed, half, opened = (draw_ways(side, openness, draws) for openness in (0.0, 0.5, 1.0))
    links, spare = 2 * side * (side - 1), side * side - 1
    assert ((closed > 0).sum(axis=(1, 2)) == 2 * spare).all()  # as many links as a tree has, each from both ends
    assert (opened >= 0).all()
    mean, expected = (half > 0).sum(axis=(1, 2)).mean() / 2, spare + 0.5 * (links - spare)
    assert abs(mean - expected) < 0.1 * (links - spare)
    for ways in (closed, half):
        assert np.array_equal(ways == 0, np.broadcast_to(grid_neighbours(side) < 0, ways.shape))
        for slot in range(4):
            cells = np.flatnonzero(grid_neighbours(side)[:, slot] >= 0)
            assert np.array_equal(ways[:, cells, slot], ways[:, grid_neighbours(side)[cells, slot], (slot + 2) % 4])
    # Straight along the border opposite to each turn's corner: all four occur.
    edges = [(closed[:, grid_neighbours(side)[:, slot] < 0] >= 0).all(axis=(1, 2)).any() for slot in range(4)]
    assert all(edges)


def test_hops_are_the_shortest_way_to_the_goal():
    task = Maze(side=5)
    state = begun(task, 50)
    links = links_of(state.ways)  # (B, P, 4)
    far = np.where(np.arange(25) == state.goal[:, None], 0.0, 99.0)  # (B, P)
    for _ in range(25):
        over = np.where(links >= 0, far[np.arange(50)[:, None, None], links], 99.0)  # (B, P, 4)
        far = np.minimum(far, over.min(axis=2) + 1.0)  # (B, P)
    assert np.array_equal(far, state.hops)
    assert far.max() < 25


def test_inner_episodes_walk_from_other_cells_of_the_same_maze():
    task = Maze()
    first, later = begun(task, 50), begun(task, 50, inner_episode=1)
    assert np.array_equal(first.ways, later.ways)
    assert np.array_equal(first.goal, later.goal)
    assert (first.starts == later.starts).mean() < 0.2
    assert (first.starts != first.goal[:, None]).all()


@pytest.mark.parametrize(("side", "compass", "through_walls"), [(3, 0.39, -2.0), (4, 0.25, -2.4), (6, 0.15, -2.5)])
def test_compass_needs_both_channels(side, compass, through_walls):
    task = Maze(side=side)
    mean, tolerance = mean_reward("compass", task)
    assert abs(mean - compass) < tolerance
    assert abs(reference_returns(task).local_optima["compass"] / task.steps - mean) < tolerance
    assert mean_reward("global_compass", task)[0] == pytest.approx(through_walls, abs=0.15)
    assert mean_reward("reference", task) == (1.0, 0.0)
    assert mean_reward("chance", task) == (0.0, 0.0)


@pytest.mark.parametrize("side", WAVE)
def test_wave_is_worth_more_with_every_free_step(side):
    means = [mean_reward("wave", Maze(side=side, think=think), 400)[0] for think in FREE_STEPS]
    assert means == pytest.approx(WAVE[side], abs=0.02)


def test_goal_told_afterwards_makes_free_steps_worthless_to_the_wave_but_not_to_the_reference():
    late, tolerance = mean_reward("wave", Maze(think=8, goal="after"))
    assert abs(late - WAVE[4][0]) < tolerance + 0.01
    assert mean_reward("reference", Maze(think=8, goal="after"))[0] == 1.0


@pytest.mark.parametrize(("side", "steps", "mean"), [(3, 40, 0.75), (4, 40, 0.50), (4, 80, 0.72)])
def test_reference_learns_from_touches(side, steps, mean):
    got, tolerance = mean_reward("reference", Maze(side=side, think=0, steps=steps, local="felt"), 400)
    assert abs(got - mean) < tolerance


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"side": 1}, r"side must be an integer in \[2, 8\], got 1"),
        ({"side": 9}, r"side must be an integer in \[2, 8\], got 9"),
        ({"openness": 1.5}, r"openness must be a number in \[0, 1\], got 1.5"),
        ({"think": -1}, "think must be an integer at least 0, got -1"),
        ({"steps": 0}, "steps must be an integer at least 1, got 0"),
        ({"think": 2**24}, "think and steps must make at most 16777216, got 16777216 and 20"),
        ({"local": "seen"}, "local must be one of 'shown', 'felt', got 'seen'"),
        ({"goal": None}, "goal must be one of 'before', 'after', got None"),
    ],
)
def test_maze_refuses_bad_arguments_by_name(arguments, error):
    with pytest.raises(ValueError, match=error):
        Maze(**arguments)


def test_text_draws_walls_walker_and_goal():
    env = gym.make("Badger/Maze-v0", side=3, think=0, render_mode="ansi")
    env.reset(seed=1)
    env.step(np.zeros(36, np.float32))
    lines = env.render().splitlines()
    assert "step 1 of 20" in lines[0]
    assert lines[1] == "+---+---+---+"
    assert [len(line) for line in lines[1:]] == [13] * 7
    drawn = "".join(lines[1:])
    assert drawn.count("@") == 1
    assert drawn.count("*") == 1
