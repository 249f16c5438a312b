"""A task whose ports come and go in mid-life, for tests; no environment of the registry."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from badger_envs import ReferenceReturns, Task
from badger_envs.core.arrays import Bounds, namespace
from badger_envs.core.checks import require_integer
from badger_envs.core.episodes import uniform
from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec

SEES, ANSWER, ALL = range(3)
"""The steps: the first port is there, alone, and is shown a sign; the others have to answer it, without the first; all
have to."""


class HandoverState(NamedTuple):
    sign: np.ndarray  # (B,) hidden from all but the first port
    step: np.ndarray  # (B,)
    last: np.ndarray  # (B, P) answers of those who were there


@dataclass(frozen=True)
class Handover(Task[HandoverState]):
    """Nobody who is asked can know the answer: who knew it is gone, and who comes back has forgotten.

    So whoever earns more than chance cheats.
    """

    size: int = 3
    horizon: int = 3
    variable_size = True
    presence_changes = True

    def __post_init__(self):
        super().__post_init__()
        require_integer("size", self.size, 2)
        require_integer("horizon", self.horizon, 3, 3)

    def initial(self, episodes, *, inner_episode=0, xp=np, device=None):
        drawn = uniform(episodes, 1, first=inner_episode)[:, 0]  # (B,)
        sign = xp.asarray(np.where(drawn < 0.5, np.float32(-1.0), np.float32(1.0)), device=device)  # (B,)
        last = xp.zeros((len(episodes), self.size), dtype=xp.float32, device=device)
        return HandoverState(sign, xp.zeros_like(sign), last)

    def observation(self, state):
        xp = namespace(state.sign)
        here = xp.astype(self.agent_mask(state), state.sign.dtype)  # (B, P)
        shown = here * (state.sign * xp.astype(state.step == SEES, state.sign.dtype))[:, None]  # (B, P)
        left = here * (1.0 - state.step[:, None] / self.horizon)  # (B, P)
        return xp.stack([shown, left], axis=2)  # (B, P, 2)

    def transition(self, state, action):
        xp = namespace(state.sign)
        here = xp.astype(self.agent_mask(state), state.sign.dtype)  # (B, P)
        return HandoverState(state.sign, state.step + 1.0, here * action[:, :, 0])

    def reward(self, state, action, next_state):
        xp = namespace(state.sign)
        counts = xp.astype(state.step > SEES, state.sign.dtype)  # (B,)
        there = xp.sum(xp.astype(self.agent_mask(state), state.sign.dtype), axis=1)  # (B,)
        return counts * state.sign * xp.sum(next_state.last, axis=1) / there

    def terminal(self, state):
        return state.step >= self.horizon

    def privileged(self, state):
        return state.sign[:, None]

    def state_info(self, state):
        return {"error": 1.0 - state.sign * namespace(state.sign).mean(state.last, axis=1)}

    def agent_mask(self, state):
        xp = namespace(state.sign)
        first = xp.asarray(np.arange(self.size) == 0)  # (P,)
        step = state.step[:, None]  # (B, 1)
        return (first & (step != ANSWER)) | (~first & (step != SEES))

    @property
    def ports(self):
        return self.size

    @property
    def port_bounds(self):
        return Bounds(np.asarray([-1.0, 0.0], np.float32), np.ones(2, np.float32))

    @property
    def privileged_bounds(self):
        return Bounds(-np.ones(1, np.float32), np.ones(1, np.float32))


HANDOVER = EnvSpec(
    id="Test/Handover-v0",
    task=Handover,
    policies={"chance": Blind},
    returns=lambda task, measured: ReferenceReturns(chance=0.0, reference=2.0, lowest=-2.0, highest=2.0),
    drawing=None,
    size_argument="size",
    length_argument="horizon",
    train_sizes=(2, 3),
    test_sizes=(2, 3, 4),
    variants=(),
    shared_fields=(),
    metric="error",
    published_curves={},
)
