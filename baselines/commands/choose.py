"""Which part of a suite a command line asks for."""

import contextlib
from collections.abc import Sequence

from baselines.commands.usage import UsageError
from baselines.experiments.plan import TUNING_SEED, PlannedAgent, plan
from baselines.experiments.suite import Suite


def choose(
    suite: Suite,
    *,
    agents: Sequence[str] = (),
    recipes: Sequence[str] = (),
    environments: Sequence[str] = (),
    seeds: int | None = None,
    shard: str | None = None,
) -> list[PlannedAgent]:
    """The agents on recipes that a command line asks for.

    Args:
        suite: what to choose from.
        agents: names; none for all. Handcrafted policies always take part.
        recipes: names; none for all.
        environments: ids; none for all.
        seeds: runs of each agent; None for what the suite says.
        shard: "i/N", the i-th of N parts of about the same work, i from 1; None for everything.

    Raises:
        UsageError: An unknown agent, recipe or environment, fewer than one seed, or no such shard.
    """
    known = list(dict.fromkeys(name for recipe in suite.recipes for name in recipe.agents))
    _require_known("--agents", agents, known)
    _require_known("--recipes", recipes, [recipe.name for recipe in suite.recipes])
    _require_known("--envs", environments, list(dict.fromkeys(recipe.task for recipe in suite.recipes)))
    if seeds is not None and not 1 <= seeds <= TUNING_SEED:  # from there on are the seeds of trials
        raise UsageError(f"--seeds must be at least 1 and at most {TUNING_SEED}, got {seeds}")
    plans = [
        planned
        for recipe in suite.recipes
        if (not recipes or recipe.name in recipes) and (not environments or recipe.task in environments)
        for planned in plan(suite, recipe, seeds, agents)
    ]
    if not plans:
        raise UsageError(f"--recipes and --envs must have something in common, got {_words(recipes, environments)}")
    for name in agents:
        if not any(planned.agent_spec.name == name for planned in plans):
            raise UsageError(f"--agents must take part in the recipes that are chosen, got {name!r}")
    if shard is None:
        return plans
    part, parts = _shard(shard)
    # Who stands for a family is known only where all its members are.
    whole = [[each for each in plans if each.recipe is recipe] for recipe in suite.recipes] if suite.families else []
    pieces = [piece for piece in whole if piece] or [[planned] for planned in plans]
    by_work = sorted(pieces, key=lambda piece: -sum(run.work for planned in piece for run in planned.all_runs))
    chosen = [planned for piece in pieces if by_work.index(piece) % parts == part - 1 for planned in piece]
    if not chosen:
        most = f"{len(pieces)} parts, as many as there are {'problems' if suite.families else 'agents'}"
        raise UsageError(f"--shard must be of at most {most}, got {shard!r}")
    return chosen


def _words(*lists: Sequence[str]) -> str:
    return " and ".join(", ".join(words) for words in lists)


def _require_known(option: str, given: Sequence[str], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{option} must be out of {', '.join(known)}, got {name!r}")


def _shard(text: str) -> tuple[int, int]:
    with contextlib.suppress(ValueError):
        part, parts = (int(number) for number in text.split("/"))
        if 1 <= part <= parts:
            return part, parts
    raise UsageError(f"--shard must be i/N with i in 1..N, got {text!r}")
