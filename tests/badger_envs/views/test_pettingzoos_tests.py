"""All of PettingZoo's own test module, on every id. What has no meaning here: `manual_control_test` (nobody plays by
keyboard) and `performance_benchmark` (it prints how many steps 5 seconds hold, and can't fail).
"""

import pickle
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pettingzoo
import pettingzoo.test
import pytest
from pettingzoo.test.seed_test import check_environment_deterministic, check_environment_deterministic_parallel
from pettingzoo.utils import BaseParallelWrapper, BaseWrapper, aec_to_parallel, parallel_to_aec, wrappers

from badger_envs import SPECS
from tests.helpers.agents import KINDS, make_agents
from tests.helpers.cases import every_case, every_spec, skip_without_opengl

CYCLES = 25
DONE = {"manual_control_test", "performance_benchmark"}
"""Of the module; each test below adds what it runs."""
pytestmark = [
    pytest.mark.filterwarnings("ignore:Observation is a single number"),  # a port may show just one
    pytest.mark.filterwarnings("ignore:Observation numpy array is all zeros"),  # a port that is absent
]


def runs(*names):
    DONE.update(names)
    return lambda test: test


def module(id, **arguments):
    """What PettingZoo's tests call a module: it makes both views."""
    return SimpleNamespace(
        env=lambda **how: make_agents("aec", id, **arguments, **how),
        parallel_env=lambda **how: make_agents("parallel", id, **arguments, **how),
    )


@runs("api_test", "parallel_api_test", "seed_test", "parallel_seed_test", "state_test", "test_save_obs")
@every_case
def test_both_views_pass_the_tests_of_the_interface(spec, arguments):
    made = module(spec.id, **arguments)
    with redirect_stdout(StringIO()):
        pettingzoo.test.api_test(made.env(), num_cycles=CYCLES)
        pettingzoo.test.parallel_api_test(made.parallel_env(), num_cycles=CYCLES)
        pettingzoo.test.seed_test(made.env, num_cycles=CYCLES)
        pettingzoo.test.parallel_seed_test(made.parallel_env, num_cycles=CYCLES)
        pettingzoo.test.state_test(made.env(), made.parallel_env(), num_cycles=CYCLES)
        pettingzoo.test.test_save_obs(made.env())
    for env in (made.env(), made.parallel_env()):
        assert str(env) == spec.id


@runs("max_cycles_test")
@every_case
def test_max_cycles_truncates_both_views(spec, arguments):
    if spec.horizon(**arguments) >= 4:  # the cycles of the test
        pettingzoo.test.max_cycles_test(module(spec.id, **arguments))


@runs("render_test", "collect_render_results")
@every_spec
def test_pictures_texts_and_what_is_written_for_people(spec, capsys):
    skip_without_opengl(spec.task)
    pettingzoo.test.render_test(module(spec.id).env)
    assert pettingzoo.test.collect_render_results(make_agents("aec", spec.id, render_mode="human")) == [None] * 5
    assert spec.id in capsys.readouterr().out


class Telling(BaseWrapper):
    """`bombardment_test` takes what `step` returns for the next observation, which it is for no environment."""

    def step(self, action):
        super().step(action)
        return self.observe(self.agent_selection)


@runs("bombardment_test")
@every_case
def test_observations_stay_in_their_space_under_bombardment(spec, arguments):
    env = make_agents("aec", spec.id, **arguments)
    env.reset(seed=0)
    with redirect_stdout(StringIO()):
        pettingzoo.test.bombardment_test(Telling(env), cycles=3)


def test_every_test_of_the_module_is_run_here():
    there = {name for name, test in vars(pettingzoo.test).items() if callable(test) and not name.startswith("_")}
    assert there <= DONE


@every_case
def test_views_survive_pettingzoos_conversions_copies_and_wrappers(spec, arguments):
    made = module(spec.id, **arguments)
    check_environment_deterministic(made.env(), parallel_to_aec(made.parallel_env()), CYCLES)
    check_environment_deterministic(made.env(), parallel_to_aec(aec_to_parallel(made.env())), CYCLES)
    check_environment_deterministic(made.env(), pickle.loads(pickle.dumps(made.env())), CYCLES)
    env = made.env()
    wrapped = wrappers.OrderEnforcingWrapper(wrappers.ClipOutOfBoundsWrapper(BaseWrapper(env)))
    assert wrapped.unwrapped is env.unwrapped
    check_environment_deterministic(made.env(), wrapped, CYCLES)
    check_environment_deterministic_parallel(made.parallel_env(), BaseParallelWrapper(made.parallel_env()), CYCLES)


@every_spec
def test_many_episodes_in_a_row_are_as_long_as_each(spec):
    env = wrappers.MultiEpisodeParallelEnv(make_agents("parallel", spec.id, max_cycles=5), num_episodes=3)
    env.reset(seed=1)
    steps = 0
    while env.agents:
        env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        steps += 1
    assert steps == 3 * min(5, spec.horizon())


@pytest.mark.parametrize("kind", KINDS)
def test_max_cycles_is_a_truncation_and_no_end(kind):
    env = make_agents(kind, "Badger/Guessing-v0", max_cycles=2)
    env.reset(seed=1)
    zero = np.zeros(1, np.float32)
    for _ in range(2):
        if kind == "aec":
            for _ in range(3):
                env.step(zero)
            ended, truncated = env.terminations, env.truncations
        else:
            _, _, ended, truncated, _ = env.step(dict.fromkeys(env.agents, zero))
    assert set(ended.values()) == {False}
    assert set(truncated.values()) == {True}
    for wrong in (0, -1, 2.0, True, "3"):
        with pytest.raises(ValueError, match="max_cycles must be an integer at least 1, got"):
            KINDS[kind]("Badger/Guessing-v0", max_cycles=wrong)


def test_the_end_of_the_task_is_no_truncation():
    env = make_agents("parallel", "Badger/Guessing-v0", horizon=2, max_cycles=2)
    env.reset(seed=1)
    for _ in range(2):
        _, _, ended, truncated, _ = env.step(dict.fromkeys(env.agents, np.zeros(1, np.float32)))
    assert set(ended.values()) == {True}
    assert set(truncated.values()) == {False}


@pytest.mark.skipif(not hasattr(pettingzoo, "make"), reason="this pettingzoo has no registry")
def test_every_id_is_in_pettingzoos_registry():
    for id in SPECS:
        for kind, view in KINDS.items():
            assert isinstance(pettingzoo.make(kind, id), view)
            assert isinstance(pettingzoo.make(kind, pettingzoo.spec(kind, id)), view)
