"""What an agent costs: the static facts that are reported beside every score. Axis letters as in `agents`."""

import copy
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from agents import Agent, count_parameters
from agents.parts.plain import use_plain_operations
from badger_envs.core.task import Task
from baselines.outer_loops.rollout import one_life
from baselines.results.run import Costs


@torch.no_grad()
def costs(agent: Agent, task: Task[Any]) -> Costs:
    """Numbers of one agent on one task."""
    state = one_life(agent, task)
    observation = torch.zeros(1, task.ports, task.port_features, device=agent.device)  # (1, P, F)
    counted, counter = copy.deepcopy(agent), FlopCounterMode(display=False)
    use_plain_operations(counted)  # fused attention has no count
    with counter:
        counted(observation, state)
    parameters, memory = count_parameters(agent), agent.memory(state).numel()
    return Costs(
        parameters=parameters,
        memory=memory,
        parameters_per_memory=parameters / memory,
        flops_per_step=counter.get_total_flops(),
    )
