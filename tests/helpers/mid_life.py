"""Agents in mid-life, for tests of what is done to them. Axis letters as in `agents`."""

import torch

B, P, F = 4, 3, 2


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def state_in_mid_life(agent, steps=3):
    """A state in mid-life."""
    state = agent.initial_state(B, P, generator=generator())
    for shown in torch.randn(steps, B, P, F, generator=generator(1)):
        _, state = agent(shown, state)
    return state
