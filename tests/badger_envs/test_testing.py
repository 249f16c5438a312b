"""`check_task` on a task that is no environment of the registry, and on tasks that break one rule each."""

import subprocess
import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from badger_envs import ReferenceReturns, Task
from badger_envs.core.arrays import Bounds, namespace
from badger_envs.core.episodes import uniform
from badger_envs.core.policy import Blind
from badger_envs.testing import ContractError, check_task
from tests.helpers.paths import ROOT


class EchoState(NamedTuple):
    target: np.ndarray  # (B, P) hidden
    last: np.ndarray  # (B, P) the previous outputs
    steps_left: np.ndarray  # (B,)


@dataclass(frozen=True)
class Echo(Task[EchoState]):
    """A stranger's task: say a hidden number, hear how far off the last one was."""

    size: int = 2
    horizon: int = 4

    def initial(self, episodes, *, inner_episode=0, xp=np, device=None):
        target = xp.asarray(uniform(episodes, self.size, low=-1.0, high=1.0), device=device)  # (B, P)
        return EchoState(target, xp.zeros_like(target), xp.zeros_like(target[:, 0]) + float(self.horizon))

    def observation(self, state):
        return (state.last - state.target)[:, :, None]  # (B, P, 1)

    def transition(self, state, action):
        return EchoState(state.target, action[:, :, 0], state.steps_left - 1.0)

    def reward(self, state, action, next_state):
        xp = namespace(next_state.last)
        return -xp.mean((next_state.last - next_state.target) ** 2, axis=1)  # (B,)

    def terminal(self, state):
        return state.steps_left <= 0.0

    def privileged(self, state):
        return state.target

    def state_info(self, state):
        return {"last": namespace(state.last).mean(state.last, axis=1)}

    @property
    def ports(self):
        return self.size

    @property
    def port_bounds(self):
        return Bounds(np.full(1, -2.0, np.float32), np.full(1, 2.0, np.float32))

    @property
    def privileged_bounds(self):
        return Bounds(-np.ones(self.size, np.float32), np.ones(self.size, np.float32))


def broken(**members):
    """A task that is as Echo but for these members."""
    fields = {"size": 2, "horizon": 4, "__annotations__": {"size": int, "horizon": int}}
    task = dataclass(frozen=True)(type("Broken", (Echo,), fields | members))
    return task()


class Grows(Echo):
    """No dataclass decorator of its own, and what it keeps changes from call to call."""

    calls = 0

    def observation(self, state):
        Grows.calls += 1
        return super().observation(state) + np.float32(1e-3 * (Grows.calls % 7))


def shift_in_place(self, state, action):
    state.last[:] = action[:, :, 0]
    return Echo.transition(self, state, action)


def shift_the_action(self, state, action):
    action *= 0.5
    return Echo.transition(self, state, action)


def one_name_more_at_the_end(self, state):
    over = {"over": state.steps_left} if not state.steps_left.any() else {}
    return Echo.state_info(self, state) | over


def other_targets(self, episodes, *, inner_episode=0, **how):
    return Echo.initial(self, episodes + np.uint64(inner_episode), **how)


def slow_only_on_numpy(self, state, action):
    half = 0.5 if isinstance(action, np.ndarray) else 1.0
    return EchoState(state.target, action[:, :, 0] * half, state.steps_left - 1.0)


FAULTS = {
    "wrong shape": (
        {"observation": lambda self, state: state.last - state.target},
        r"shapes: observation must be float32 \(33, 2, 1\), got float32 \(33, 2\)",
    ),
    "wrong type": (
        {"observation": lambda self, state: (state.last - state.target)[:, :, None].astype(np.float64)},
        r"shapes: observation must be float32 \(33, 2, 1\), got float64",
    ),
    "out of bounds": (
        {"observation": lambda self, state: 9.0 * (state.last - state.target)[:, :, None]},
        r"bounds: observation must lie in its bounds, got -?\d.* at \[",
    ),
    "not a number": (
        {"privileged": lambda self, state: state.target * np.float32(np.nan)},
        "bounds: privileged must lie in its bounds, got nan at",
    ),
    "state modified in place": (
        {"transition": shift_in_place},
        r"states: no function may modify the state that it is given, got changes in \['last'\]",
    ),
    "action modified in place": (
        {"transition": shift_the_action},
        "states: no function may modify the action, got a modified action",
    ),
    "depends on its batch": (
        {"reward": lambda self, state, action, after: Echo.reward(self, state, action, after) * len(after.last)},
        "independence of the batch: an episode must be the same whatever others are in its batch, got another reward",
    ),
    "depends on its row": (
        {"observation": lambda self, state: np.cumsum(Echo.observation(self, state), axis=0) * np.float32(0.01)},
        "independence of the batch: .*, got another observation after 0 steps",
    ),
    "reward for every port": (
        {"reward": lambda self, state, action, after: -((after.last - after.target) ** 2)},
        r"reward: reward must be float32 \(33,\), got float32 \(33, 2\)",
    ),
    "infinite reward": (
        {"reward": lambda self, state, action, after: Echo.reward(self, state, action, after) - np.float32(np.inf)},
        "reward: rewards must be finite",
    ),
    "never over": (
        {"terminal": lambda self, state: state.steps_left < -9.0},
        "episode end: terminal must be True after 4 steps",
    ),
    "over too early": (
        {"terminal": lambda self, state: state.steps_left <= 1.0},
        "episode end: terminal must be False before 4 steps, got True after 3",
    ),
    "neighbours that do not exist": (
        {"neighbours": lambda self, state: np.full((len(state.last), 2, 1), 2, np.int32)},
        r"neighbours: neighbours must be ports in \[0, 1\], or -1 for none",
    ),
    "absent ports that show something": (
        {"variable_size": True, "agent_mask": lambda self, state: np.zeros(state.last.shape, bool)},
        "agent_mask: absent ports must show 0",
    ),
    "absent ports that were not announced": (
        {"agent_mask": lambda self, state: np.zeros(state.last.shape, bool)},
        "agent_mask: every port must be there unless variable_size",
    ),
    "names that come and go": (
        {"state_info": one_name_more_at_the_end},
        r"state_info: the names must be the same in every state, got \['state_info over'\]",
    ),
    "no inner episodes": (
        {"initial": other_targets},
        "inner episodes: target must be the same in all inner episodes of a lifetime, got another one",
    ),
    "other numbers on torch": (
        {"transition": slow_only_on_numpy},
        "backends: reward must be the same on torch as on numpy",
    ),
    "something that raises": (
        {"state_info": lambda self, state: {"last": state.speed}},
        "state_info: AttributeError: 'EchoState' object has no attribute 'speed'",
    ),
    "no steps": ({"horizon": 0}, "arguments: horizon must be an integer at least 1, got 0"),
    "bounds the wrong way round": (
        {"port_bounds": property(lambda self: Bounds(*Echo.port_bounds.fget(self)[::-1]))},
        "arguments: port_bounds must have low <= high",
    ),
}


def test_check_task_accepts_a_task_of_a_stranger():
    check_task(Echo(size=3), shared_fields=("target",))
    check_task(Echo(size=1, horizon=1))


@pytest.mark.parametrize("fault", FAULTS)
def test_check_task_refuses_a_broken_task_by_the_rule_that_it_breaks(fault):
    members, sentence = FAULTS[fault]
    with pytest.raises(ContractError, match=sentence):
        check_task(broken(**members), shared_fields=("target",))


def test_check_task_refuses_what_is_no_frozen_dataclass():
    plain = type("Plain", (Task,), {})
    thawed = dataclass(unsafe_hash=True)(type("Plain", (Task,), {}))
    plain.__abstractmethods__ = thawed.__abstractmethods__ = frozenset()
    sentence = "arguments: the task must be a frozen dataclass, got"
    with pytest.raises(ContractError, match=f"{sentence} Plain, which is not one"):
        check_task(plain())
    with pytest.raises(ContractError, match=f"{sentence} Plain, which is not one"):
        check_task(thawed())
    with pytest.raises(ContractError, match="arguments: the task must be a badger_envs.Task, got int"):
        check_task(3)


def test_check_task_refuses_episodes_that_differ_when_played_again():
    with pytest.raises(ContractError, match="determinism: the same episodes and actions must give the same"):
        check_task(Grows())


def test_check_task_refuses_arguments_that_do_not_make_the_task_again():
    wrong = broken(arguments=lambda self: {"size": 5, "horizon": 4})
    with pytest.raises(ContractError, match="arguments: the task made anew from its arguments must equal the task"):
        check_task(wrong)


def test_check_task_refuses_a_docstring_without_headings_only_where_asked():
    with pytest.raises(ContractError, match="docstring: headings must be Observation, Action, .*, got \\[\\]"):
        check_task(Echo(), docstring=True)


def test_check_task_compares_policies_with_known_returns():
    # The mean square of a number uniform in [-1, 1] is 1/3.
    known = ReferenceReturns(chance=-4 / 3, reference=-4 / 3, lowest=-16.0, highest=0.0)
    policies = {"chance": Blind, "reference": Blind}
    check_task(Echo(), reference=known, policies=policies)
    for wrong, sentence in (
        (ReferenceReturns(-4 / 3, -1.0, -16.0, 0.0), "reference must return -1 in the mean, got -1.3"),
        (ReferenceReturns(-4 / 3, -4 / 3, -1.4, 0.0), r"returns must lie in \[-1.4, 0\], got -"),
        (ReferenceReturns(-4 / 3, -2.0, -16.0, 0.0), "lowest <= chance <= reference <= highest must hold"),
        (
            ReferenceReturns(-4 / 3, -4 / 3, -16.0, 0.0, {"half": -1.0}),
            "there must be policies for .*half",
        ),
    ):
        with pytest.raises(ContractError, match=sentence):
            check_task(Echo(), reference=wrong, policies=policies)


def test_check_task_needs_numpy_gymnasium_and_pettingzoo_alone():
    script = """
import sys
for name in ("torch", "jax", "pytest", "stable_baselines3", "PIL", "hypothesis"):
    sys.modules[name] = None
from badger_envs import Guessing
from badger_envs.testing import check_task
check_task(Guessing(dims=2, horizon=3))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_check_task_refuses_counts_and_policies_that_would_check_nothing():
    known = ReferenceReturns(chance=0.0, reference=1.0, lowest=0.0, highest=1.0)
    for episodes in (0, 1, 2.5):
        with pytest.raises(ValueError, match="episodes must be an integer in"):
            check_task(Echo(), reference=known, policies={}, episodes=episodes)
    for how in ({"episodes": 10}, {"policies": {}}):
        with pytest.raises(ValueError, match="reference must be given with policies and episodes"):
            check_task(Echo(), **how)
