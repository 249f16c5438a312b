import pickle
import subprocess
import sys

import mujoco
import numpy as np
import pytest
import torch
from gymnasium.error import DependencyNotInstalled
from hypothesis import strategies as st

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.envs.modular_robot import drawing, features
from badger_envs.envs.modular_robot.bodies import bodies_of, chain, snake, star
from badger_envs.envs.modular_robot.body import BACK, FRONT, LEFT, RIGHT, Body, Module
from badger_envs.envs.modular_robot.draws import FRICTION_RANGE, HEAVIEST_PAYLOAD, SPEED_RANGE
from badger_envs.envs.modular_robot.model import build
from badger_envs.envs.modular_robot.opengl import open_gl
from badger_envs.envs.modular_robot.policies import Wave
from badger_envs.envs.modular_robot.task import ModularRobot
from badger_envs.registry import reference_returns
from tests.helpers.cases import skip_without_opengl

STEP = 0.04
ARGUMENTS = st.fixed_dictionaries(
    {
        "body": st.sampled_from(["chain", "snake", "tree"]),
        "modules": st.integers(5, 7),
        "split": st.sampled_from(["none", "train", "test"]),
        "inner_episodes": st.integers(1, 2),
        "steps": st.integers(1, 4),
        "unknown": st.sampled_from(["none", "direction", "signs", "permutation", "dead", "physics"]),
        "goal": st.sampled_from(["far", "speed"]),
    }
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def keys(count, first=0):
    return episode_keys(3, np.arange(first, first + count))


def still(task, count):
    return np.zeros((count, task.ports, 1), np.float32)


def random_actions(task, count, steps, seed=0):
    shape = (steps, count, task.ports, 1)
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def modules_of(task, state):
    """The module behind each port, from what a central critic sees."""
    return np.round(state.secret[:, 7 : 7 + task.ports] * task.ports).astype(int)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True) if isinstance(a, np.ndarray))


def poke(task, state, name, row, change):
    """The observation after `change` was done to what the simulation of one body remembers."""
    (group,) = state.simulation._groups.values()
    change(group._batch.bind(name)[group._slots[row]])
    group._batch.forward(stage=mujoco.mjtStage.mjSTAGE_VEL)
    observation = np.zeros_like(state.observation)
    task._sense(observation, state.simulation.read(), np.zeros(observation.shape[:2], np.float32), state.goal)
    return observation[row]


def test_observation_of_a_chain_at_rest_is_what_was_worked_out_by_hand():
    task = ModularRobot(modules=2)
    state = task.initial(keys(1))
    tail, head = np.argsort(modules_of(task, state)[0])
    way = state.goal[0, 0]
    #        angle, speed, command, force, gravity, spin, touch, ahead, aside, goal speed, reward, begins
    senses = [0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, way, 0, 0, 0, 1]
    #                  back, front, left, right, parent's front, left, right, roll
    assert state.observation[0, tail].tolist() == [*senses, 0, 1, 0, 0, 0, 0, 0, 0]
    assert state.observation[0, head].tolist() == [*senses, 1, 0, 0, 0, 1, 0, 0, 0]
    assert task.neighbours(state)[0, tail].tolist() == [-1, head, -1, -1]
    assert task.neighbours(state)[0, head].tolist() == [tail, -1, -1, -1]
    assert task.state_info(state)["distance"].tolist() == [0.0]


def test_reward_is_metres_towards_the_goal_minus_the_cost_of_commands():
    task = ModularRobot(modules=3)
    state = task.initial(keys(4))
    assert set(state.goal[:, 0]) == {-1.0, 1.0}
    action = random_actions(task, 4, 1)[0]
    before = state.place.copy()
    after = task.transition(state, action)
    metres = (after.place - before)[:, 0] * after.goal[:, 0]
    expected = metres - 0.02 * STEP * np.square(action).mean(axis=(1, 2))
    assert np.allclose(task.reward(state, action, after), expected, atol=1e-8)
    assert np.allclose(after.observation[:, 0, features.REWARD], expected / STEP, atol=1e-6)
    assert np.array_equal(after.observation[:, :, features.COMMAND], action[:, :, 0])
    assert np.allclose(after.distance, metres)
    slowness = task.state_info(after)["seconds_per_metre"]
    assert np.allclose(slowness, 1 / np.maximum(metres / STEP, 0.01))


def test_reward_with_a_goal_speed_is_largest_when_it_is_kept():
    task = ModularRobot(modules=2, goal="speed")
    state = task.initial(keys(3))
    wanted = state.goal[:, 1]
    assert np.allclose(state.observation[:, 0, features.GOAL_SPEED], wanted / SPEED_RANGE[1])
    after = task.transition(state, still(task, 3))
    assert np.allclose(after.reward, STEP * (wanted - np.abs(after.speed - wanted)))
    assert np.allclose(task._worth(None, wanted, wanted), wanted)


def test_transition_ends_after_all_inner_episodes_and_each_begins_where_the_first_did():
    task = ModularRobot(modules=4, inner_episodes=2, steps=3, unknown="signs")
    state = task.initial(keys(2))
    begin, ends, begins = state.qpos.copy(), [], []
    for action in random_actions(task, 2, 6):
        hidden = task.privileged(state)[:, 2:]
        state = task.transition(state, action)
        ends.append(task.terminal(state).tolist())
        begins.append(bool(state.observation[0, 0, features.BEGINS]))
        assert np.array_equal(task.privileged(state)[:, 2:], hidden)
        assert np.array_equal(state.qpos, begin) == begins[-1]
    assert ends == [[False, False]] * 5 + [[True, True]]
    assert begins == [False, False, True, False, False, False]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"body": "tree", "split": "train"}, {"body": "star", "unknown": "physics"}, {"modules": 5, "unknown": "dead"}],
)
def test_transition_is_bitwise_the_same_when_run_again_alone_in_threads_or_after_a_reset(arguments):
    task, threaded = ModularRobot(**arguments), ModularRobot(**arguments, threads=2)
    assert task == threaded
    assert "threads" not in task.arguments()
    count, actions = 6, random_actions(task, 6, 30)
    one, again, two = (t.initial(keys(count)) for t in (task, task, threaded))
    singles = [task.initial(keys(1, row)) for row in range(count)]
    for step, action in enumerate(actions):
        if step == 12:  # other bodies come in among those that stay
            rows = np.asarray([1, 4])
            one, two, again = (t.reset_rows(s, rows, keys(2, 50)) for t, s in ((task, one), (task, two), (task, again)))
            for row, key in zip(rows, (50, 51), strict=True):
                singles[row] = task.initial(keys(1, key))
        one, again, two = (t.transition(s, action) for t, s in ((task, one), (task, again), (threaded, two)))
        singles = [task.transition(single, action[row : row + 1]) for row, single in enumerate(singles)]
        assert same(one, again)
        assert same(one, two)
        for row, single in enumerate(singles):
            assert np.array_equal(one.observation[row], single.observation[0])
            assert one.reward[row] == single.reward[0]


@pytest.mark.parametrize("arguments", [{"modules": 6}, {"split": "test", "unknown": "physics"}])
def test_state_goes_on_in_the_same_way_after_pickling(arguments):
    task = ModularRobot(**arguments)
    state, actions = task.initial(keys(5)), random_actions(task, 5, 40)
    for action in actions[:20]:
        state = task.transition(state, action)
    copy = pickle.loads(pickle.dumps(state))
    for action in actions[20:]:
        state, copy = task.transition(state, action), task.transition(copy, action)
        assert same(state, copy)


def test_transition_refuses_a_state_that_was_used_up():
    task = ModularRobot()
    state = task.initial(keys(2))
    task.transition(state, still(task, 2))
    for use in (
        lambda: task.transition(state, still(task, 2)),
        lambda: task.reset_rows(state, np.zeros(1, int), keys(1)),
    ):
        with pytest.raises(ValueError, match="state must be the latest one of its robots, number 2, got number 1"):
            use()


def test_initial_refuses_other_backends_than_numpy():
    with pytest.raises(ValueError, match="xp must be numpy, since robots live in a simulator, got torch"):
        ModularRobot().initial(keys(1), xp=torch)


@pytest.mark.parametrize("modules", [4, 5])
def test_gait_mirrored_goes_as_far_the_other_way(modules):
    task = ModularRobot(modules=modules)
    state = task.initial(keys(2))
    at = np.argsort(modules_of(task, state), axis=1)  # port of each module
    for step in range(60):
        wave = np.sin(2 * np.pi * 2.0 * step * STEP - 0.8 * np.arange(modules)).astype(np.float32)
        action = still(task, 2)
        action[0, at[0], 0], action[1, at[1], 0] = wave, wave[::-1]
        state = task.transition(state, action)
    there, back = state.place[:, 0] - task.initial(keys(2)).place[:, 0]
    assert abs(there) > 0.15
    assert there == pytest.approx(-back, abs=1e-7)


def test_observation_of_a_module_does_not_show_what_far_hinges_do():
    task = ModularRobot(modules=6)
    state = task.initial(keys(1))
    at = np.argsort(modules_of(task, state)[0])
    poke(task, state, "qpos", 0, lambda qpos: qpos.__setitem__(2, 1.0))  # in the air, where nothing touches
    (group,) = state.simulation._groups.values()
    before = poke(task, state, "qpos", 0, lambda qpos: None)
    last = group._robot.angles[5]
    after = poke(task, state, "qpos", 0, lambda qpos: qpos.__setitem__(last, 1.0))
    assert np.array_equal(before[at[:5]], after[at[:5]])
    assert not np.array_equal(before[at[5]], after[at[5]])


def test_observation_shows_neither_place_nor_speed_nor_number():
    task = ModularRobot(modules=5)
    state = task.initial(keys(40))
    observation = poke(task, state, "qpos", 7, lambda qpos: None)
    moved = poke(task, state, "qpos", 7, lambda qpos: qpos.__setitem__(slice(0, 3), (5.0, -3.0, 2.0)))
    assert np.array_equal(observation, moved)
    pushed = poke(task, state, "qvel", 7, lambda qvel: qvel.__setitem__(slice(0, 3), (1.0, -2.0, 3.0)))
    assert np.array_equal(observation, pushed)
    # The same ports in another order: at first all modules between the ends look alike.
    alike = np.flatnonzero(state.goal[:, 0] > 0)
    ordered = [sorted(map(tuple, state.observation[row].tolist())) for row in alike]
    assert all(rows == ordered[0] for rows in ordered)
    assert len({tuple(row) for row in modules_of(task, state)[alike].tolist()}) > 5


def test_draw_shuffles_the_numbering_evenly():
    task = ModularRobot(modules=4, steps=1)
    first = modules_of(task, task.initial(keys(800)))[:, 0]
    assert (np.abs(np.bincount(first, minlength=4) - 200) < 60).all()


def test_bodies_of_splits_are_disjoint_and_small_bodies_leave_ports_absent():
    for family in ("chain", "snake", "star", "tree"):
        train, test = (bodies_of(family, 4, 4, 2, split) for split in ("train", "test"))
        assert not set(train) & set(test)
    task = ModularRobot(body="tree", split="test")
    state = task.initial(keys(30))
    assert task.ports == 12
    assert len(set(state.body.tolist())) > 4
    sizes = np.asarray([len(body.modules) for body in task.bodies])[state.body]
    assert np.array_equal(task.agent_mask(state).sum(axis=1), sizes)
    action = random_actions(task, 30, 1)[0]
    loud = np.where(task.agent_mask(state)[:, :, None], action, np.float32(1.0))
    one, other = task.transition(state, action), task.transition(task.initial(keys(30)), loud)
    assert same(one, other)
    assert not one.observation[~task.agent_mask(one)].any()
    assert (task.neighbours(one)[~task.agent_mask(one)] == -1).all()


def test_bodies_that_are_shipped_have_no_modules_that_overlap():
    for family in ("star", "tree"):
        for split in ("train", "test"):
            for body in bodies_of(family, 4, 4, 2, split):
                model = build(body).model
                data = mujoco.MjData(model)
                mujoco.mj_forward(model, data)
                assert {model.geom("floor").id} == set(data.contact.geom1.tolist())


def test_neighbours_across_a_hub_are_the_arms_beside():
    slots = star(3, 2).neighbours()
    assert slots[0].tolist() == [-1, 1, 2, 4]
    assert slots[1].tolist() == [0, -1, -1, -1]
    assert slots[4, RIGHT] == 2
    assert star(3, 2).occupied()[0].tolist() == [1, 1, 0, 0]
    assert snake(3).mounting()[:, 3].tolist() == [0, 1, -1]


def test_unknown_signs_turn_motors_round():
    plain, task = ModularRobot(modules=4), ModularRobot(modules=4, unknown="signs")
    one, other = plain.initial(keys(8)), task.initial(keys(8))
    signs = task.privileged(other)[:, 7 + 2 * 4 : 7 + 3 * 4]
    assert set(np.unique(signs)) == {-1.0, 1.0}
    action = random_actions(task, 8, 1)[0]
    one, other = plain.transition(one, action * signs[:, :, None]), task.transition(other, action)
    assert np.array_equal(one.qpos, other.qpos)
    assert np.array_equal(other.observation[:, :, features.COMMAND], action[:, :, 0])


def test_unknown_permutation_swaps_motors():
    plain, task = ModularRobot(modules=5), ModularRobot(modules=5, unknown="permutation")
    one, other = plain.initial(keys(8)), task.initial(keys(8))
    motors = np.round(task.privileged(other)[:, 7 + 5 : 7 + 10] * 5).astype(int)
    at = np.argsort(modules_of(task, other), axis=1)  # port of each module
    target = np.take_along_axis(at, motors, axis=1)  # the port whose motor each port commands
    assert (target != np.arange(5)).any()
    action, moved = random_actions(task, 8, 1)[0], still(task, 8)
    np.put_along_axis(moved[:, :, 0], target, action[:, :, 0], axis=1)
    assert np.array_equal(plain.transition(one, moved).qpos, task.transition(other, action).qpos)


def test_unknown_dead_motors_are_a_quarter_and_exert_no_force():
    task = ModularRobot(modules=8, unknown="dead")
    state = task.initial(keys(6))
    dead = task.privileged(state)[:, 7 + 3 * 8 :] > 0
    assert (dead.sum(axis=1) == 2).all()
    state = task.transition(state, np.full_like(still(task, 6), 0.5))
    assert np.array_equal(state.observation[:, :, features.FORCE] == 0.0, dead)


def test_unknown_physics_stays_in_its_range_and_changes_how_the_body_moves():
    task = ModularRobot(unknown="physics")
    state = task.initial(keys(200))
    friction, stiffness, payload = task.privileged(state)[:, 4:7].T
    assert FRICTION_RANGE[0] <= friction.min() < 0.5
    assert 1.3 < friction.max() < FRICTION_RANGE[1]
    assert stiffness.std() > 0.2
    assert 0.3 < payload.max() < HEAVIEST_PAYLOAD
    usual = ModularRobot().initial(keys(200))
    action = random_actions(task, 200, 1)[0]
    assert (task.transition(state, action).qpos != ModularRobot().transition(usual, action).qpos).any(axis=1).all()


@pytest.mark.parametrize(
    ("arguments", "feature"),
    [({"unknown": "direction"}, [features.AHEAD, features.ASIDE]), ({"unknown": "speed", "goal": "speed"}, [13])],
)
def test_unknown_goal_is_shown_as_0(arguments, feature):
    task = ModularRobot(**arguments)
    state = task.initial(keys(4))
    for action in random_actions(task, 4, 5):
        assert not state.observation[:, :, feature].any()
        state = task.transition(state, action)


def test_simulation_that_runs_away_ends_the_episode_and_leaves_no_log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    task = ModularRobot(modules=3)
    state = task.initial(keys(3))
    before = mujoco.MjLogConfig.get()
    (group,) = state.simulation._groups.values()
    group._batch.bind("qvel")[1] = 1e12
    for over in (True, True):
        state = task.transition(state, random_actions(task, 3, 1)[0])
        assert task.terminal(state).tolist() == [False, over, False]
        assert state.reward[1] == 0.0
        assert not state.observation[1].any()
        assert state.observation[[0, 2]].any()
        assert all(np.isfinite(part).all() for part in state if isinstance(part, np.ndarray))
        assert task.state_info(state)["broken"].tolist() == [0.0, 1.0, 0.0]
    assert list(tmp_path.iterdir()) == []
    after = mujoco.MjLogConfig.get()
    assert (after.logto_file, after.logto_console) == (before.logto_file, before.logto_console)
    state = task.reset_rows(state, np.asarray([1]), keys(1, 9))
    assert not task.terminal(state).any()


@pytest.mark.parametrize(
    "arguments",
    [
        {"modules": 12, "unknown": "permutation"},
        {"modules": 11, "unknown": "signs"},
        {"body": "snake", "split": "test"},
        {"body": "star", "split": "test"},
        {"body": "tree", "split": "train"},
    ],
)
def test_wave_recognises_how_the_body_is_put_together(arguments):
    task = ModularRobot(**arguments, steps=3)
    state, policy = task.initial(keys(64)), Wave(task)
    policy.reset(64)
    for _ in range(2):
        action = policy.act(task.observation(state).reshape(64, -1), np.zeros(64, np.float32))
        state = task.transition(state, action[:, :, None])
    assert np.array_equal(policy._body, state.body)
    for row in range(64):
        count, modules = len(task.bodies[state.body[row]].modules), modules_of(task, state)[row]
        headings = np.asarray([pose.heading for pose in task.bodies[state.body[row]].poses()])[modules[:count]]
        turned = np.exp(1j * (policy._layout[row, :count, 2] - headings))
        assert np.allclose(turned, turned[0])  # an even star is the same both ways


def test_reference_returns_of_robots_are_those_of_their_policies():
    for arguments in ({"steps": 20}, {"steps": 1, "inner_episodes": 2}, {}):
        task = ModularRobot(**arguments)
        state, policy, returns = task.initial(episode_keys(0, np.arange(200), EpisodeSet.TEST)), Wave(task), 0.0
        policy.reset(200)
        reward = np.zeros(200, np.float32)
        for _ in range(task.horizon):
            state = task.transition(state, policy.act(state.observation.reshape(200, -1), reward)[:, :, None])
            reward = state.reward
            returns = returns + reward.astype(np.float64)
        assert abs(returns.mean() - reference_returns(task).reference) < 4 * returns.std() / np.sqrt(200) + 1e-6
        assert reference_returns(task).lowest <= returns.min() <= returns.max() <= reference_returns(task).highest
        assert reference_returns(task).chance == 0.0


def test_frame_shows_that_the_robot_moved():
    skip_without_opengl(ModularRobot)
    task = ModularRobot(modules=3)
    state = task.initial(keys(1))
    history = [task.unbatch(state, 0)]
    first = drawing.frame("robot", task, history)
    assert (first.shape, first.dtype) == ((320, 480, 3), np.uint8)
    for action in random_actions(task, 1, 10):
        state = task.transition(state, action)
        history.append(task.unbatch(state, 0))
    assert (drawing.frame("robot", task, history) != first).any()
    assert "step 10 of 250" in drawing.text("robot", task, history)


def test_frame_without_opengl_names_what_to_do(monkeypatch):
    open_gl.cache_clear()
    drawing._stage.cache_clear()
    monkeypatch.setitem(sys.modules, "mujoco.egl", None)
    monkeypatch.setitem(sys.modules, "mujoco.gl_context", None)
    task = ModularRobot(modules=2)
    state = task.unbatch(task.initial(keys(1)), 0)
    with pytest.raises(DependencyNotInstalled, match="apt install libegl1"):
        drawing.frame("robot", task, [state])
    assert "module  1" in drawing.text("robot", task, [state])


def test_mujoco_is_not_loaded_before_a_robot_is_needed():
    script = (
        "import sys, badger_envs, badger_envs.envs.modular_robot.policies, badger_envs.envs.modular_robot.drawing\n"
        "assert not [name for name in sys.modules if name.startswith(('mujoco', 'OpenGL', 'cma'))]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"body": "wheel"}, "body must be one of 'chain', 'snake', 'star', 'tree', got 'wheel'"),
        ({"modules": 0}, r"modules must be an integer in \[1, 100\], got 0"),
        ({"body": "snake", "modules": 2.5}, r"modules must be an integer in \[1, 100\], got 2.5"),
        ({"body": "tree", "modules": 4}, r"modules must be an integer in \[5, 12\], got 4"),
        ({"arms": 2}, r"arms must be an integer in \[3, 6\], got 2"),
        ({"body": "star", "arm_modules": 0}, r"arm_modules must be an integer in \[1, 25\], got 0"),
        ({"split": "validation"}, "split must be one of 'none', 'train', 'test', got 'validation'"),
        ({"modules": 4.0}, r"modules must be an integer in \[1, 100\], got 4.0"),
        ({"inner_episodes": 5}, r"inner_episodes must be an integer in \[1, 4\], got 5"),
        ({"steps": 0}, "steps must be an integer at least 1, got 0"),
        ({"threads": 0}, r"threads must be an integer in \[1, 256\], got 0"),
        ({"unknown": "mass"}, "unknown must be one of 'none', 'direction', .* got 'mass'"),
        ({"goal": "near"}, "goal must be one of 'far', 'speed', got 'near'"),
        ({"unknown": "speed"}, "goal must be 'speed' with unknown='speed', got 'far'"),
        ({"body": "star", "unknown": "direction"}, "unknown must not be 'direction' with body='star'"),
        ({"modules": 3, "unknown": "dead"}, "modules must be an integer at least 4 with unknown='dead', got 3"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModularRobot(**arguments)


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ((), "modules must hold at least one module, got none"),
        (((0, FRONT, 0),), r"module 0 of modules must have a parent in \[-1, -1\], got 0"),
        (((-1, FRONT, 0), (2, FRONT, 0)), r"module 1 of modules must have a parent in \[-1, 0\], got 2"),
        (((-1, FRONT, 0), (-1, FRONT, 0)), r"module 1 of modules must have a parent in \[0, 0\], got -1"),
        (((-1, FRONT, 0), (0, BACK, 0)), r"must have a port in \[1, 3\] \(front, left, right\), got 0"),
        (((-1, FRONT, 0), (0, LEFT, 0), (0, LEFT, 0)), "must have a port of its own, got 2 of parent 0"),
        (((-1, FRONT, 2),), "must have a roll of 0 or 1, got 2"),
        (((-1, FRONT, 1), (0, LEFT, 0)), "must be at the front of a parent whose roll is 1, got port 2"),
        (((-1, FRONT, 0), *((number, LEFT, 0) for number in range(4))), "modules must not lie in one place"),
    ],
)
def test_body_refuses_impossible_trees(modules, message):
    with pytest.raises(ValueError, match=message):
        Body(tuple(Module(*module) for module in modules))


def test_body_has_its_middle_in_the_middle():
    assert [chain(modules).middle() for modules in (1, 2, 4, 8)] == [-1, 0, 1, 3]
    assert star(5, 2).middle() == -1
