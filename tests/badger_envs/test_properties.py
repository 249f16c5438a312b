"""What holds for every task with any arguments, any episode and any actions; hypothesis looks for a counterexample."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badger_envs import episode_keys
from badger_envs.envs import FOLDERS
from badger_envs.registry import spec_of
from badger_envs.testing import check_episodes
from badger_envs.testing.episodes import play


def formula_returns(task):
    """The known returns of a task, or None where some of them are measured, which takes too long here."""

    class NoFormulaError(Exception):
        pass

    def measured(level):
        raise NoFormulaError(level)

    try:
        return spec_of(task).returns(task, measured)
    except NoFormulaError:
        return None


@pytest.mark.parametrize("folder", FOLDERS)
def test_check_episodes_holds_for_any_arguments_episodes_and_actions(folder):
    kind = import_module(f"badger_envs.envs.{folder}").SPEC.task
    arguments_of_any_task = import_module(f"tests.badger_envs.envs.test_{folder}").ARGUMENTS

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(
        arguments=arguments_of_any_task,
        seed=st.integers(0, 2**30 - 1),
        index=st.integers(0, 2**32 - 4),
        source=st.integers(0, 2**32 - 1),
        extreme=st.booleans(),
    )
    def holds(arguments, seed, index, source, extreme):
        task, indices = kind(**arguments), index + np.arange(3)
        generator = np.random.default_rng(source)
        shape = (task.horizon, 3, task.ports, task.port_actions)
        actions = generator.uniform(-task.action_limit, task.action_limit, shape).astype(np.float32)
        if extreme:
            actions = np.sign(actions) * np.float32(task.action_limit)
        keys = episode_keys(seed, indices)
        check_episodes(task, keys, actions)
        levels = formula_returns(task)
        if levels is None:
            return
        rewards = np.asarray(play(task, keys, actions).rewards)  # (T, B)
        returns = rewards.sum(axis=0, dtype=np.float64)
        slack = 1e-5 * max(1.0, abs(levels.lowest), abs(levels.highest))
        assert (returns >= levels.lowest - slack).all()
        assert (returns <= levels.highest + slack).all()
        assert levels.lowest <= levels.chance <= levels.reference <= levels.highest + slack

    holds()
