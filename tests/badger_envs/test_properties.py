"""What holds for every task with any arguments, any episode and any actions; hypothesis looks for a counterexample."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badger_envs import SPECS, Guessing, HiddenXOR, MeshRouting, ModularReacher, ModularRobot, Routing, episode_keys
from badger_envs.registry import reference_returns
from badger_envs.testing import check_episodes
from badger_envs.testing.episodes import play

ARGUMENTS = {
    Guessing: st.fixed_dictionaries(
        {
            "dims": st.integers(1, 9),
            "horizon": st.integers(1, 12),
            "feedback": st.sampled_from(["all", "first"]),
            "objective": st.sampled_from(["every_step", "last_step"]),
            "identity": st.booleans(),
        }
    ),
    HiddenXOR: st.fixed_dictionaries(
        {
            "bits": st.integers(2, 16),
            "rounds": st.integers(0, 3),
            "questions": st.integers(1, 5),
            "flash": st.booleans(),
            "subset": st.booleans(),
        }
    ),
    Routing: st.fixed_dictionaries(
        {
            "ports": st.integers(2, 9),
            "horizon": st.integers(1, 12),
            "feedback": st.sampled_from(["supervised", "reward"]),
            "values": st.sampled_from(["continuous", "binary"]),
            "switch_every": st.none() | st.integers(1, 12),
        }
    ),
    MeshRouting: st.fixed_dictionaries(
        {"ports": st.integers(3, 12), "horizon": st.integers(1, 12), "failures": st.integers(0, 4)}
    ),
    ModularReacher: st.fixed_dictionaries(
        {
            "segments": st.integers(2, 16),
            "branching": st.floats(0.0, 1.0),
            "goal": st.sampled_from(["all", "last", "tips"]),
            "horizon": st.integers(1, 12),
        }
    ),
    ModularRobot: st.fixed_dictionaries(
        {
            "body": st.sampled_from(["chain", "snake", "tree"]),
            "modules": st.integers(5, 7),
            "split": st.sampled_from(["none", "train", "test"]),
            "inner_episodes": st.integers(1, 2),
            "steps": st.integers(1, 4),
            "unknown": st.sampled_from(["none", "direction", "signs", "permutation", "dead", "physics"]),
            "goal": st.sampled_from(["far", "speed"]),
        }
    ),
}
"""Task -> all arguments it takes, small enough to be played at once."""
MEASURED = (ModularReacher, ModularRobot)
"""ReferenceReturns of these are measured, which takes too long for all that hypothesis asks for."""
TASKS = [spec.task for spec in SPECS.values()]


def test_every_task_has_its_arguments_here():
    assert set(TASKS) == set(ARGUMENTS)


@pytest.mark.parametrize("kind", TASKS, ids=lambda kind: kind.__name__)
def test_episodes_are_finite_in_range_and_the_same_again(kind):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(
        arguments=ARGUMENTS[kind],
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
        if kind in MEASURED:
            return
        rewards = np.asarray(play(task, keys, actions).rewards)  # (T, B)
        returns, levels = rewards.sum(axis=0, dtype=np.float64), reference_returns(task)
        slack = 1e-5 * max(1.0, abs(levels.lowest), abs(levels.highest))
        assert (returns >= levels.lowest - slack).all()
        assert (returns <= levels.highest + slack).all()
        assert levels.lowest <= levels.chance <= levels.reference <= levels.highest + slack

    holds()
