"""Rules about the views of a task: gymnasium's and pettingzoo's own checkers accept them, all show the same episode."""

import pickle
import warnings
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.test.seed_test import seed_test

from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.task import Task
from badger_envs.testing.episodes import random_actions
from badger_envs.testing.rules import in_words, require, same
from badger_envs.views import AECTaskEnv, ParallelTaskEnv, TaskEnv, TaskVectorEnv

CYCLES = 50
"""Steps that pettingzoo's checkers play."""
COPIES = 5
"""Environments of a vector."""


def check_single(task: Task[Any]) -> None:
    """The Gymnasium Env: its checker, spaces, constant infos, named episodes, and copies in mid-episode."""
    env = TaskEnv(task)
    if task.horizon > 1:  # the checker plays two steps
        with in_words("gymnasium's checker"):
            check_env(TaskEnv(task), skip_render_check=True)
    rule = "gymnasium"
    observation, info = env.reset(seed=5)
    names, terminated = set(info), False
    for action in random_actions(task, 1)[:, 0]:
        require(observation in env.observation_space, rule, "observations must lie in their space", observation)
        observation, reward, terminated, truncated, info = env.step(np.sign(action).reshape(-1) * task.action_limit)
        require(set(info) == names, rule, f"infos must be {sorted(names)} in every step", sorted(info))
        require(isinstance(reward, float), rule, "rewards must be floats", type(reward).__name__)
        require(truncated is False, rule, "episodes must never be truncated", truncated)
    require(observation in env.observation_space, rule, "the last observation must lie in its space", observation)
    require(terminated, rule, f"the episode must be over after {task.horizon} steps", terminated)
    env.reset(options={"episode": 12})
    hidden = task.privileged(task.initial(episode_keys(0, 12, EpisodeSet.TEST)))[0]
    named = same(env.state()[env.state().size - hidden.size :], hidden)
    require(named, rule, 'options={"episode": 12} must play test episode 12', "another one")
    with in_words("pickling"):
        copy = pickle.loads(pickle.dumps(env))
        zeros = np.zeros(task.ports * task.port_actions, np.float32)
        one, other = env.step(zeros), copy.step(zeros)
    require(
        same(one[0], other[0]), "pickling", "a copy in mid-episode must go on as the environment does", "another step"
    )


def check_pettingzoo(task: Task[Any]) -> None:
    """The PettingZoo views: their checkers, the state, and the same episode as the Gymnasium Env, agent by agent."""
    with in_words("pettingzoo's checkers"), redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Observation is a single number")  # a port may show just one
        if task.variable_size:  # absent ports show nothing
            warnings.filterwarnings("ignore", "Observation numpy array is all zeros")
        parallel_api_test(ParallelTaskEnv(task), num_cycles=CYCLES)
        parallel_seed_test(lambda: ParallelTaskEnv(task))
        api_test(AECTaskEnv(task), num_cycles=CYCLES)
        seed_test(lambda: AECTaskEnv(task))
    rule, expected = "pettingzoo", "all views must show the same episode"
    env, parallel, aec = TaskEnv(task), ParallelTaskEnv(task), AECTaskEnv(task)
    observation, _ = env.reset(seed=11)
    by_agent, _ = parallel.reset(seed=11)
    aec.reset(seed=11)
    state, first = parallel.state(), task.initial(episode_keys(11, 0))
    require(state in parallel.state_space, rule, "state() must lie in its space", state)
    hidden = task.privileged(first)[0]
    require(same(state[state.size - hidden.size :], hidden), rule, "state() must end with what is hidden", state)
    agents, terminated = parallel.possible_agents, False
    for actions in random_actions(task, 1)[:, 0]:
        by_port = observation.reshape(task.ports, -1)  # (P, F)
        require(same(by_port, np.stack([by_agent[agent] for agent in agents])), rule, expected, "another parallel one")
        require(same(by_port, np.stack([aec.observe(agent) for agent in agents])), rule, expected, "another AEC one")
        observation, reward, terminated, _, info = env.step(actions.reshape(-1))
        by_name = dict(zip(agents, actions, strict=True))
        by_agent, rewards, terminations, _, infos = parallel.step(by_name)
        present = [info.get("agent_mask", True) for info in infos.values()]
        mask = info.get("agent_mask", np.ones(task.ports, np.bool_))  # (P,)
        require(present == mask.tolist(), rule, "infos must say which ports are there", present)
        for agent in agents:
            aec.step(by_name[agent])
        got = {*rewards.values(), *aec.rewards.values()}
        require(got == {reward}, rule, f"all agents must share the reward {reward}", got)
        require(set(terminations.values()) == {terminated}, rule, f"terminated must be {terminated}", terminations)
    require(terminated and not parallel.agents, rule, "no agent may be left when the episode is over", parallel.agents)


def check_vector(task: Task[Any]) -> None:
    """The VectorEnv equals a SyncVectorEnv of single ones step for step, in every autoreset mode."""
    for mode in AutoresetMode:
        fast = TaskVectorEnv(task, num_envs=COPIES, autoreset_mode=mode)
        slow = SyncVectorEnv([lambda: TaskEnv(task)] * COPIES, autoreset_mode=mode)
        spaces = fast.observation_space == slow.observation_space and fast.action_space == slow.action_space
        require(spaces, "vector", "spaces must be those of a SyncVectorEnv", fast.observation_space)
        require(fast.metadata["autoreset_mode"] is mode, "vector", f"the mode must be {mode}", fast.metadata)
        _require_equal(fast.reset(seed=7), slow.reset(seed=7), mode)
        rng = np.random.default_rng(0)
        for step in range(3 * task.horizon + 2):
            actions = rng.uniform(-task.action_limit, task.action_limit, fast.action_space.shape).astype(np.float32)
            one, other = fast.step(actions), slow.step(actions)
            _require_equal(one, other, mode)
            if mode is AutoresetMode.DISABLED and one[2].any():
                _reset_both(fast, slow, mode, one[2], None)
            elif step == task.horizon // 2:  # from here on the episodes are out of step
                _reset_both(fast, slow, mode, np.arange(COPIES) % 2 == 0, [100 + number for number in range(COPIES)])


def _reset_both(fast: Any, slow: Any, mode: AutoresetMode, mask: Any, seeds: list[int] | None) -> None:
    one, other = (env.reset(seed=seeds, options={"reset_mask": mask.copy()}) for env in (fast, slow))
    _require_equal(one, other, mode)


def _require_equal(one: Any, other: Any, mode: AutoresetMode) -> None:
    require(same(one, other), "vector", f"it must equal a SyncVectorEnv, autoreset {mode.value}", f"{one} for {other}")
