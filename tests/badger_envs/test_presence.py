"""Ports that come and go in mid-life: the contract, every view, the channel between third-party learners."""

import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from badger_envs.core.channel import Channel
from badger_envs.core.episodes import episode_keys
from badger_envs.testing import ContractError, check_task
from badger_envs.views import (
    AECTaskEnv,
    LifetimeObservation,
    ParallelTaskEnv,
    SharedTaskVectorEnv,
    TaskEnv,
    TaskVectorEnv,
    TupleTaskEnv,
    VectorLifetimeObservation,
)
from tests.helpers.handover import ALL, ANSWER, SEES, Handover

THERE = {SEES: [True, False, False], ANSWER: [False, True, True], ALL: [True, True, True]}


def test_task_whose_presence_changes_keeps_the_contract():
    check_task(Handover())


class Unannounced(Handover):
    presence_changes = False


class Silent(Handover):
    """A port that is there shows nothing."""

    def observation(self, state):
        return super().observation(state) * 0.0


class OfOneSize(Handover):
    variable_size = False

    def neighbours(self, state):
        return np.where(False, 0, super().neighbours(state))


@pytest.mark.parametrize(
    ("task", "rule"),
    [
        (Unannounced(), "agent_mask must stay as it is in an episode unless presence_changes"),
        (Silent(), "a port that is there must show something other than 0 where presence changes"),
        (OfOneSize(), "every port must be there unless variable_size"),
    ],
)
def test_contract_names_what_presence_must_be(task, rule):
    with pytest.raises(ContractError, match=rule):
        check_task(task)


def test_neighbours_are_the_other_ports_that_are_there():
    task = Handover()
    state = task.initial(episode_keys(0, np.arange(2)))
    assert task.neighbours(state).tolist() == 2 * [[[-1, -1], [-1, -1], [-1, -1]]]
    state = task.transition(state, np.zeros((2, 3, 1), np.float32))
    assert task.neighbours(state).tolist() == 2 * [[[-1, -1], [2, -1], [-1, 1]]]


def test_every_view_says_in_every_step_who_is_there():
    task, zeros = Handover(), np.zeros((1, 3), np.float32)
    singles = [TaskEnv(task), TupleTaskEnv(task), LifetimeObservation(TaskEnv(task))]
    vectors = [TaskVectorEnv(task), SyncVectorEnv([lambda: TaskEnv(task)]), SharedTaskVectorEnv(task)]
    vectors.append(VectorLifetimeObservation(TaskVectorEnv(task)))
    infos = [env.reset(seed=0)[1] for env in (*singles, *vectors)]
    for step in range(3):
        seen = [np.ravel(info["agent_mask"]).tolist() for info in infos]
        assert seen == [THERE[step]] * len(seen)
        actions = [zeros[0], tuple(zeros[0][:, None]), zeros[0], zeros, zeros, zeros.T, zeros]
        infos = [env.step(action)[-1] for env, action in zip((*singles, *vectors), actions, strict=True)]
    parallel, aec = ParallelTaskEnv(task), AECTaskEnv(task)
    (_, by_agent), _ = parallel.reset(seed=0), aec.reset(seed=0)
    for step in range(3):
        assert [info["agent_mask"] for info in by_agent.values()] == THERE[step]
        assert [info["agent_mask"] for info in aec.infos.values()] == THERE[step]
        by_agent = parallel.step(dict.fromkeys(parallel.agents, np.zeros(1, np.float32)))[-1]
        for _ in range(3):
            aec.step(np.zeros(1, np.float32))


@pytest.mark.parametrize("to", ["neighbours", "all"])
def test_channel_carries_nothing_from_or_to_absent_ports(to):
    env = ParallelTaskEnv(Handover(), channel=Channel(size=1, to=to))
    shared = SharedTaskVectorEnv(Handover(), channel=Channel(size=1, to=to))
    env.reset(seed=0), shared.reset(seed=0)
    says = {f"port_{port}": np.asarray([0.0, 0.1 * (port + 1)], np.float32) for port in range(3)}
    heard = []
    for _ in range(3):
        observations, *_ = env.step(says)
        rows, *_ = shared.step(np.stack(list(says.values())))
        heard.append(np.stack(list(observations.values()))[:, 2:].round(3).tolist())  # (P, D * M)
        if env.agents:
            assert np.array_equal(rows[:, 2:].round(3), np.asarray(heard[-1], np.float32))
    # The first port spoke and is gone; the others had not come when they spoke.
    assert heard[0] == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    # It is back, and what it said while it was absent is void.
    assert np.allclose(heard[1], [[0.2, 0.3], [0.3, 0.0], [0.0, 0.2]])
    assert np.allclose(heard[2], [[0.2, 0.3], [0.3, 0.1], [0.1, 0.2]])
