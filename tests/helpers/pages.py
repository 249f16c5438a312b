"""What pages say of results, written as they write it."""

import numpy as np


def short(score):
    """A score as pages write it: two places, no zero before the point."""
    return f"{score:.2f}".replace("0.", ".")


def cell(agent):
    """What the table of a page says of an agent."""
    if agent.handcrafted:
        return short(agent.score.estimate)
    interval = f" ({short(agent.score.low)} to {short(agent.score.high)})"
    seconds = np.mean([run.training_cpu_seconds for run in agent.runs])
    return f"{short(agent.score.estimate)}{interval}, {seconds:.0f} s"
