"""Handcrafted policies: the levels of each task as something that runs.

They see what anybody sees through `gym.make_vec`: observations and rewards. `reset(batch)` starts a batch of lifetimes;
`act(observation, reward)` takes float32 (B, P * F) and (B,) and returns float32 (B, P * A).
"""

from badger_envs.policies.guessing import AllEqual, Probe
from badger_envs.policies.hidden_xor import AllButOnePattern, Parity, ParityByMessages
from badger_envs.policies.interface import Blind, Policy
from badger_envs.policies.shared import SharedPolicy, live_together

__all__ = [
    "AllButOnePattern",
    "AllEqual",
    "Blind",
    "Parity",
    "ParityByMessages",
    "Policy",
    "Probe",
    "SharedPolicy",
    "live_together",
]
