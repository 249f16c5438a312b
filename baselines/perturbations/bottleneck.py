"""Whether an agent would gain more by a longer training or by a longer life: which of the two loops limits it."""

import math

from baselines.perturbations.probe import Finding
from baselines.perturbations.subject import Subject

LIVES = (1, 3, 10)
"""So many times as long."""


def bottleneck(subject: Subject) -> Finding:
    """The score by length of life, of the agent as it is and as it was earlier in its training.

    Slopes are per doubling: of the life of the whole training, from the first to three times its length, and of the
    training in the life that was trained, from the earliest agent that was kept. Beyond three times many saturate.
    """
    if not subject.earlier:
        return Finding([])
    agents = {**dict(sorted(subject.earlier.items())), 1.0: subject.agent}
    tasks = {factor: subject.longer(factor) for factor in LIVES}
    found = {
        part: [float(subject.score(agent=agent, task=task).item()) for task in tasks.values()]
        for part, agent in agents.items()
    }
    earliest = min(agents)
    by_life = (found[1.0][1] - found[1.0][0]) / math.log2(LIVES[1])
    by_updates = (found[1.0][0] - found[earliest][0]) / -math.log2(earliest)
    return Finding(
        list(zip(map(float, LIVES), found[1.0], strict=True)),
        {f"after {part:g} of the training": found[part] for part in agents if part != 1.0},
        {"score per doubling of the life": by_life, "score per doubling of the training": by_updates},
        "limited by its life" if by_life > by_updates else "limited by its training",
    )
