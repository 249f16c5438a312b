"""Handcrafted policies: the levels of each task as something that runs.

They see what anybody sees through `gym.make_vec`: observations and rewards. `reset(batch)` starts a batch of lifetimes;
`act(observation, reward)` takes float32 (B, P * F) and (B,) and returns float32 (B, P * A).
"""

from badger_envs.policies.guessing import AllEqual, Probe
from badger_envs.policies.hidden_xor import AllButOnePattern, Parity, ParityByMessages
from badger_envs.policies.interface import Blind, Policy
from badger_envs.policies.mesh_routing import DistanceVectors, ShortestPaths
from badger_envs.policies.modular_reacher import PullTogether, Reach, ReachForMean
from badger_envs.policies.modular_robot import Oscillator, Wave
from badger_envs.policies.routing import Elimination, Mean
from badger_envs.policies.shared import SharedPolicy, live_together

__all__ = [
    "AllButOnePattern",
    "AllEqual",
    "Blind",
    "DistanceVectors",
    "Elimination",
    "Mean",
    "Oscillator",
    "Parity",
    "ParityByMessages",
    "Policy",
    "Probe",
    "PullTogether",
    "Reach",
    "ReachForMean",
    "SharedPolicy",
    "ShortestPaths",
    "Wave",
    "live_together",
]
