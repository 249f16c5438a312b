"""How much work a row is, known from the config of its agent before anything is run; and how much it may be.

An upper estimate in multiplications: of an inner step every weight once for every expert and round, and what experts
exchange, which grows with the square of their number. Rows of v1's entries come to 3e9 at most. A file of 152 KB can
ask for a thousand times as much: 64 experts and 32 rounds.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from leaderboards.check.agent_schema import OF_PAIRS, make_config
from leaderboards.check.weights import CheckedWeights
from leaderboards.schema.benchmark import Benchmark, BenchmarkProblem
from leaderboards.schema.errors import ErrorDetails
from leaderboards.schema.submission import FILE, Submission

MAX_MULTIPLICATIONS = 1e11
"""Of a row: a few minutes on one core."""
BINDING_STEPS = 32
"""Times that free experts and ports are compared, at most, to bind them."""
SIZES = ("hidden_size", "message_size", "key_size", "identity_size")


def cost_errors(
    submission: Submission, benchmark: Benchmark, weights: Mapping[str, CheckedWeights]
) -> Iterator[ErrorDetails]:
    """Rows of a submission that would take too long to run again, the first of every agent."""
    problems, seen = {problem.name: problem for problem in benchmark.problems}, set()
    for number, row in enumerate(submission.rows):
        found, problem = weights.get(row.weights_sha256 or ""), problems.get(row.problem)
        if found is None or found.errors or problem is None or row.size not in problem.sizes:
            continue
        agent = (found.kind, found.config, found.format, found.numbers)
        if (agent, row.problem, row.size) in seen:
            continue
        seen.add((agent, row.problem, row.size))
        work = multiplications(*agent, problem, row.size)
        if work > MAX_MULTIPLICATIONS:
            reason = f"must take at most {MAX_MULTIPLICATIONS:.0e} multiplications to run again"
            yield ErrorDetails(FILE, f"rows[{number}]", f"{reason}, by the config of its agent, got {work:.1e}")


def multiplications(kind: str, config: str, format: int, numbers: int, problem: BenchmarkProblem, size: int) -> float:
    """Those of a row.

    Args:
        kind, config, format: of the agent, the config as JSON.
        numbers: in its weights.
        problem: of the row.
        size: one of its sizes.
    """
    at = problem.sizes[size]
    ports = _ports(problem.id, json.dumps(at.arguments))
    return at.episodes * at.horizon * _of_a_step(kind, config, format, numbers, ports)


@lru_cache(maxsize=4096)
def _of_a_step(kind: str, config: str, format: int, numbers: int, ports: int) -> float:
    made = make_config(kind, json.loads(config), format)

    def field(name: str, default: int) -> int:
        value: Any = getattr(made, name, None)
        return default if value is None else int(value)

    own = ports**2 if getattr(made, "membrane", None) in OF_PAIRS else ports
    experts = field("experts", own) + field("hidden_experts", 0)  # (E)
    width = sum(field(name, 0) for name in SIZES)
    a_round = experts * (numbers + width) + experts**2 * width
    binding = BINDING_STEPS * experts * ports * field("key_size", 0) if field("experts", 0) else 0
    seen = 1 + field("window", 0)  # steps that are looked at again in every step
    mixed = seen**2 * field("layers", 0) * width + experts**2 * field("blocks", 0) * width
    return field("rounds", 1) * a_round * seen + binding + mixed


@cache
def _ports(id: str, arguments: str) -> int:
    from badger_envs.registry import get_spec

    return int(get_spec(id).make_task(**json.loads(arguments)).ports)
