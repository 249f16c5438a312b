"""What Gymnasium's own tests ask of every environment that it registers, asked of every id; warnings are errors."""

import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec, VectorizeMode
from gymnasium.utils import performance
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.utils.env_match import check_environments_match
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv

from badger_envs import SPECS
from badger_envs.testing.rules import same
from badger_envs.views import TaskVectorEnv
from tests.helpers.cases import skip_without_opengl

STEPS, OUTSIDE = 50, np.float32(100.0)
TUPLES = {id.replace("Badger/", "BadgerTuple/"): spec for id, spec in SPECS.items()}
every_id = pytest.mark.parametrize("id", [*SPECS, *TUPLES])
every_own_id = pytest.mark.parametrize("id", SPECS)


def skip_without_pictures(id):
    skip_without_opengl((SPECS | TUPLES)[id].task)


def test_every_registered_id_is_tested_here():
    assert {id for id in gym.registry if id.startswith("Badger")} == {*SPECS, *TUPLES}


@every_id
def test_the_checker_accepts_the_environment_and_its_pictures(id):
    skip_without_pictures(id)
    env = gym.spec(id).make(disable_env_checker=True).unwrapped
    check_env(env)
    env.close()


@every_id
def test_whole_episodes_are_the_same_twice_and_the_passive_checker_is_silent(id):
    one, other = gym.make(id), gym.make(id)
    assert isinstance(one.env, gym.wrappers.PassiveEnvChecker)
    for env in (one, other):
        env.action_space.seed(0)
        assert data_equivalence(one.reset(seed=0), env.reset(seed=0))
    other.reset(seed=0)
    one.reset(seed=0)
    for _ in range(STEPS):
        action = one.action_space.sample()
        seen = one.step(action)
        assert data_equivalence(seen, other.step(action))
        assert seen[0] in one.observation_space
        if seen[2] or seen[3]:
            assert data_equivalence(one.reset(seed=0), other.reset(seed=0))
    check_environments_match(gym.make(id), gym.make(id), num_steps=STEPS, seed=1)


@every_id
def test_every_render_mode_draws_at_the_beginning_and_later(id):
    skip_without_pictures(id)
    spec = gym.spec(id)
    modes = spec.make().metadata["render_modes"]
    assert "rgb_array" in modes
    assert spec.make().metadata["render_fps"] > 0
    for mode in (*modes, "rgb_array_list"):
        env = spec.make(render_mode=mode)
        env.reset(seed=0)
        drawn = [env.render()]
        env.step(env.action_space.sample())
        drawn.append(env.render())
        for picture in drawn:
            if mode == "ansi":
                assert isinstance(picture, str)
                assert picture
            else:
                (picture,) = picture if mode.endswith("_list") else (picture,)
                assert picture.dtype == np.uint8
                assert picture.ndim == 3
                assert picture.shape[2] == 3
        env.close()


@every_id
def test_environments_and_specs_are_made_anew_from_pickles_and_texts(id):
    env = gym.wrappers.TimeAwareObservation(gym.make(id, max_episode_steps=3), flatten=False)
    spec = env.spec
    for again in (spec, pickle.loads(pickle.dumps(spec)), EnvSpec.from_json(spec.to_json())):
        assert again == spec
        made = gym.make(again)
        assert data_equivalence(made.reset(seed=1), env.reset(seed=1))
        action = env.action_space.sample()
        assert data_equivalence(made.step(action), env.step(action))
    assert id in spec.pprint(disable_print=True)
    env = gym.make(id)  # without that wrapper, which holds a function that only dill takes
    copy = pickle.loads(pickle.dumps(env))
    assert data_equivalence(copy.reset(seed=1), env.reset(seed=1))
    assert data_equivalence(copy.step(action), env.step(action))


@every_own_id
def test_actions_outside_of_the_box_are_those_at_its_edge(id):
    one, other = gym.make(id), gym.make(id, disable_env_checker=True)
    for bound, sign in ((one.action_space.high, 1), (one.action_space.low, -1)):
        for entry in range(len(bound)):
            one.reset(seed=42)
            other.reset(seed=42)
            outside = bound.copy()
            outside[entry] += sign * OUTSIDE
            assert data_equivalence(one.step(bound), other.step(outside))


@pytest.mark.parametrize("id", TUPLES)
def test_actions_outside_of_a_discrete_space_are_refused(id):
    env = gym.make(id)
    env.reset(seed=0)
    inside = env.action_space.sample()
    for outside in (env.action_space[-1].n, -1):
        with pytest.raises(ValueError, match=r"action of port_\d+ must lie in \[0, \d+\], got"):
            env.step((*inside[:-1], outside))


def played(env, actions):
    """All that a vector of environments says."""
    said = [env.reset(seed=3), *(env.step(action) for action in actions)]
    env.close()
    return said


@every_own_id
@pytest.mark.parametrize("mode", gym.vector.AutoresetMode, ids=str)
def test_every_way_to_vectorize_shows_the_same(id, mode):
    def made(way, **how):
        return gym.make_vec(id, num_envs=2, vectorization_mode=way, **how)

    fast = made(None, autoreset_mode=mode)
    kinds = {"vector_entry_point": TaskVectorEnv, "sync": SyncVectorEnv}
    if mode is gym.vector.AutoresetMode.NEXT_STEP:
        kinds["async"] = AsyncVectorEnv
    assert {VectorizeMode(kind) for kind in ("vector_entry_point", "sync", "async")} == set(VectorizeMode)
    fast.action_space.seed(0)
    steps = SPECS[id].horizon() if mode is gym.vector.AutoresetMode.DISABLED else SPECS[id].horizon() + 3
    actions = [fast.action_space.sample() for _ in range(min(steps, STEPS))]
    expected = played(fast, actions)
    for way, kind in kinds.items():
        if way == "vector_entry_point":
            other = made(way, autoreset_mode=mode)
        else:
            context = {"context": "spawn"} if way == "async" else {}
            other = made(way, vector_kwargs={"autoreset_mode": mode, **context})
        assert isinstance(other, kind)
        assert other.spec.id == id
        assert other.metadata["autoreset_mode"] is mode
        assert same(expected, played(other, actions))


@every_id
def test_a_vector_is_made_anew_from_its_spec(id):
    env = gym.make_vec(id, num_envs=2)
    again = gym.make_vec(pickle.loads(pickle.dumps(env.spec)))
    assert type(again) is type(env)
    assert same(again.reset(seed=2), env.reset(seed=2))


@every_id
def test_the_speed_of_every_environment_can_be_measured(id):
    skip_without_pictures(id)
    assert performance.benchmark_step(gym.make(id), target_duration=0, seed=0) > 0
    assert performance.benchmark_init(lambda: gym.make(id), target_duration=0, seed=0) > 0
    env = gym.make(id, render_mode="rgb_array")
    env.reset(seed=0)
    assert performance.benchmark_render(env, target_duration=0) > 0
    if hasattr(performance, "benchmark_vector_step"):  # from gymnasium 1.4 on
        for mode in gym.vector.AutoresetMode:
            vector = TaskVectorEnv(id.replace("BadgerTuple/", "Badger/"), num_envs=2, autoreset_mode=mode)
            assert performance.benchmark_vector_step(vector, target_duration=0, seed=0) > 0


@every_id
def test_a_time_limit_truncates(id):
    env = gym.make(id, max_episode_steps=1)
    env.reset(seed=0)
    ended, truncated = env.step(env.action_space.sample())[2:4]
    assert truncated
    assert not ended
