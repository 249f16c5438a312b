"""What one step of many experts costs, by who hears whom: `python -m benchmarks.topology`.

A Badger with memories of 28 numbers and messages of 16, one lifetime, one round, one thread, no gradient. Milliseconds
are CPU time, the median of several steps; megabytes are the most that was allocated at once beyond the weights and the
state before the step, as torch's profiler counts it. Measured on one core of a busy machine:

| who hears whom | 100 experts | 1,000 | 4,000 | 10,000 |
|---|---|---|---|---|
| 8 listed neighbours, mean | .4 ms, .1 MB | 1.4 ms, 1.2 MB | 5.7 ms, 4.9 MB | 15.7 ms, 12.2 MB |
| 8 listed neighbours, attention | 1.0 ms, .2 MB | 2.7 ms, 2.0 MB | 10.1 ms, 7.9 MB | 23.0 ms, 19.8 MB |
| mean of all | .2 ms, .1 MB | .9 ms, 1.2 MB | 3.3 ms, 4.9 MB | 9.3 ms, 12.2 MB |
| attention to all | .3 ms, .1 MB | 2.7 ms, 1.2 MB | 22.2 ms, 4.9 MB | 171.9 ms, 12.2 MB |
| attention to the closest 8 | 1.8 ms, .2 MB | 14.6 ms, 9.3 MB | 138.2 ms, 11.0 MB | 890.9 ms, 20.5 MB |

So lists of 8 cost less than twice the mean of all, at any number; attention to all takes no more memory than the mean,
but time that grows with the square, and so does the choice of the closest.
"""

import statistics
import time
from typing import Any

import torch
import tyro
from rich.console import Console
from rich.table import Table
from torch.profiler import ProfilerActivity, profile

from agents import Badger, BadgerConfig

FEATURES, DEGREE = 8, 8
KINDS: dict[str, dict[str, Any]] = {
    "8 listed neighbours, mean": {"topology": "random", "in_degree": DEGREE},
    "8 listed neighbours, attention": {"topology": "random", "in_degree": DEGREE, "messages": "attention"},
    "mean of all": {},
    "attention to all": {"messages": "attention"},
    "attention to the closest 8": {"topology": "learned", "in_degree": DEGREE, "messages": "attention"},
}
"""Settings of the agents, by name."""


@torch.inference_mode()
def cost_of_a_step(experts: int, steps: int, **parts: Any) -> tuple[float, float]:
    """CPU-milliseconds of a step, the median, and megabytes allocated at its peak."""
    agent = Badger(BadgerConfig(FEATURES, identity="none", **parts))
    state = agent.initial_state(1, experts, generator=torch.Generator().manual_seed(0))
    observation = torch.randn(1, experts, FEATURES)  # (B, P, F)
    _, state = agent(observation, state)
    taken = []
    for _ in range(steps):
        began = time.process_time()
        agent(observation, state)
        taken.append(time.process_time() - began)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        agent(observation, state)
    return 1000.0 * statistics.median(taken), peak_bytes(record) / 1e6


def peak_bytes(record: profile) -> int:
    """The most that was allocated at once while a profiler recorded."""
    held, peak = 0, 0
    results: Any = record.profiler
    for event in sorted(results.kineto_results.events(), key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    return peak


def main(numbers: tuple[int, ...] = (100, 1_000, 4_000, 10_000), steps: int = 5) -> None:
    """Print what a step costs.

    Args:
        numbers: of experts.
        steps: of which the median is taken.
    """
    torch.set_num_threads(1)
    table = Table(title="One step: CPU-milliseconds, and megabytes at its peak")
    table.add_column("who hears whom")
    for number in numbers:
        table.add_column(f"{number:,} experts", justify="right")
    for name, parts in KINDS.items():
        costs = [cost_of_a_step(number, steps, **parts) for number in numbers]
        table.add_row(name, *(f"{milliseconds:.1f} ms, {megabytes:.1f} MB" for milliseconds, megabytes in costs))
    Console(width=140).print(table)


if __name__ == "__main__":
    tyro.cli(main)
