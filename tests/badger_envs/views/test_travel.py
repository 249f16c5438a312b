"""Everything public copies, pickles and crosses to other processes, in mid-episode too, and goes on bit for bit."""

import copy
import os
import pickle
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest

import badger_envs
from badger_envs import SPECS, Channel, EnvSpec, ReferenceReturns
from badger_envs.core.rollout import PolicyError, rollout
from badger_envs.evaluation import evaluate
from badger_envs.registry import reference_returns
from badger_envs.testing.rules import same
from tests.helpers.cases import CASES, every_case, every_spec, skip_without_opengl
from tests.helpers.paths import ROOT
from tests.helpers.views import VIEWS, Player, every_view

STEPS_BEFORE, STEPS_AFTER = 7, 12
WAYS = {
    "copy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "old pickle": lambda thing: pickle.loads(pickle.dumps(thing, protocol=2)),
}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
every_way = pytest.mark.parametrize("way", WAYS)


def in_mid_episode(view, spec, arguments):
    player = Player(VIEWS[view](spec.id, **arguments))
    player.reset(seed=1)
    for _ in range(STEPS_BEFORE):
        player.step()
    return player


@every_case
@every_view
def test_a_view_goes_on_bit_for_bit_after_a_copy_and_does_not_notice_it(spec, arguments, view):
    player = in_mid_episode(view, spec, arguments)
    copies = [way(player) for way in WAYS.values()]
    expected = [player.step() for _ in range(STEPS_AFTER)]
    for copied in copies:
        assert same([copied.step() for _ in range(STEPS_AFTER)], expected)


def test_every_view_crosses_to_a_new_process_and_goes_on_bit_for_bit(tmp_path):
    players = [in_mid_episode(view, *case.values) for view in VIEWS for case in CASES]
    (tmp_path / "players").write_bytes(pickle.dumps(players))
    script = (
        "import pickle, sys; from pathlib import Path; folder = Path(sys.argv[1]); "
        "players = pickle.loads((folder / 'players').read_bytes()); "
        f"said = [[player.step() for _ in range({STEPS_AFTER})] for player in players]; "
        "(folder / 'said').write_bytes(pickle.dumps(said))"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, cwd=ROOT)
    said = pickle.loads((tmp_path / "said").read_bytes())
    for player, theirs in zip(players, said, strict=True):
        assert same([player.step() for _ in range(STEPS_AFTER)], theirs)


@every_spec
@pytest.mark.parametrize("render_mode", ["rgb_array", "ansi"])
def test_environments_that_draw_copy_and_draw_the_same(spec, render_mode):
    if render_mode == "rgb_array":
        skip_without_opengl(spec.task)
    for make in (gym.make, gym.make_vec):
        env = make(spec.id, render_mode=render_mode)
        env.reset(seed=1)
        env.step(np.zeros(env.action_space.shape, np.float32))
        for way in WAYS.values():
            assert np.array_equal(way(env).render(), env.render())


@every_spec
@every_way
def test_specs_tasks_policies_and_results_travel(spec, way):
    task, travel = spec.make_task(), WAYS[way]
    again = travel(spec)
    assert again == spec
    assert again.drawing is spec.drawing
    assert again.make_task() == travel(task) == task
    known = reference_returns(task)
    assert travel(known) == known
    assert travel(known).local_optima == known.local_optima
    keys = badger_envs.episode_keys(0, np.arange(3))
    for make in spec.policies.values():
        policy = make(task)
        policy.reset(3)
        rollout(task, policy, keys)
        assert np.array_equal(rollout(task, travel(policy), keys).rewards, rollout(task, policy, keys).rewards)
    result = evaluate(spec.policies["chance"](task), spec.id, episodes=3)
    assert travel(result).as_json() == result.as_json()


def test_small_things_travel():
    for way in WAYS.values():
        assert way(Channel(vocabulary=3)) == Channel(vocabulary=3)
        assert str(way(PolicyError("no"))) == "no"
        assert way(badger_envs.EpisodeSet.TEST) is badger_envs.EpisodeSet.TEST


def test_known_returns_cannot_be_changed_for_others():
    known = reference_returns(badger_envs.Guessing())
    with pytest.raises(TypeError, match="does not support item assignment"):
        known.local_optima["all_equal"] = 0.0
    mine = {"half": 0.5}
    levels = ReferenceReturns(0.0, 1.0, 0.0, 1.0, mine)
    mine["half"] = 0.7
    assert levels.local_optima == {"half": 0.5}
    assert isinstance(SPECS["Badger/Guessing-v0"], EnvSpec)


@every_spec
@pytest.mark.parametrize("way", [lambda spec: spec, *WAYS.values()], ids=["itself", *WAYS])
def test_a_spec_cannot_be_changed_for_others(spec, way):
    found = way(spec)
    for mapping in (found.policies, found.published_curves, *found.published_curves.values(), *found.variants):
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping["dims"] = 1
    for arguments in found.measured:
        with pytest.raises(TypeError, match="does not support item assignment"):
            arguments["modules"] = 1


FORKS = """
import copy, gc, os, sys, time
import gymnasium as gym, numpy as np
import badger_envs

env = gym.make_vec("Badger/ModularRobot-v0", num_envs=3, threads=2, unknown="physics", steps=6)
actions = np.full(env.action_space.shape, 0.5, np.float32)
env.reset(seed=1)
env.step(actions)
expected = copy.deepcopy(env)
expected = [expected.step(actions)[0] for _ in range(12)]
for how in ("step", "reset", "copy", "delete", "exit"):
    child = os.fork()
    if child == 0:
        if how == "step":
            assert all(np.array_equal(env.step(actions)[0], seen) for seen in expected)
        elif how == "reset":
            env.reset(seed=2)
        elif how == "copy":
            assert np.array_equal(copy.deepcopy(env).step(actions)[0], expected[0])
        elif how == "delete":
            del env
            gc.collect()
        else:
            sys.exit(0)  # which frees everything
        os._exit(0)
    until = time.monotonic() + 30
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        assert time.monotonic() < until or os.kill(child, 9), f"{how}: the child hangs"
        time.sleep(0.01)
    assert ended[1] == 0, how
assert np.array_equal(env.step(actions)[0], expected[0])  # the parent goes on
print("no child hangs")
"""


@needs_fork
def test_robots_with_threads_go_on_in_a_forked_child():
    assert "no child hangs" in _said(FORKS)


DRAWS = """
import os
import gymnasium as gym
import badger_envs

env = gym.make("Badger/ModularRobot-v0", render_mode="rgb_array")
env.reset(seed=1)
env.render()
if os.fork() == 0:
    try:
        env.render()
    except RuntimeError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
env.render()
"""


@needs_fork
def test_drawing_robots_in_a_forked_child_is_refused_and_does_not_hang():
    skip_without_opengl(badger_envs.ModularRobot)
    assert "must not be drawn in a process that was forked" in _said(DRAWS)


def _said(script):
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
