"""What an agent costs: the static facts that are reported beside every score. Axis letters as in `agents`."""

from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from agents import Agent, count_parameters
from badger_envs.core.task import Task


@torch.no_grad()
def costs(agent: Agent, task: Task[Any]) -> dict[str, float]:
    """Numbers of one agent on one task.

    Returns:
        parameters: what the outer loop changes. memory: numbers that a lifetime carries on and that learning inside it
        can use, E * H. parameters_per_memory: the ratio of the two. flops_per_step: floating-point operations of one
        step of one lifetime, counted in matrix products.
    """
    state = agent.initial_state(1, task.ports, generator=torch.Generator())
    shown = torch.zeros(1, task.ports, task.port_features, device=agent.device)  # (1, P, F)
    counter = FlopCounterMode(display=False)
    with counter:
        agent(shown, state)
    parameters, memory = count_parameters(agent), agent.memory(state).numel()
    return {
        "parameters": parameters,
        "memory": memory,
        "parameters_per_memory": parameters / memory,
        "flops_per_step": counter.get_total_flops(),
    }
