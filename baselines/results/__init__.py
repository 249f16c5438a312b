"""Results as types, typed once: what runs and comparisons write, and what everything else reads.

These modules import neither torch nor the rest of `baselines`, so that tables, pages and the leaderboard can read
results without them.
"""

from baselines.results.comparison import (
    FORMAT,
    RESULT_FILE,
    RUNS,
    AgentResult,
    ComparisonResult,
    Failure,
    Interval,
    Invocation,
    Machine,
    Problem,
    RunSummary,
    SearchSettings,
    TrialResult,
)
from baselines.results.data import ResultFileError
from baselines.results.run import (
    AGENT_FILE,
    RUN_FILE,
    Costs,
    CurvePoint,
    EvaluationResult,
    OuterLoopSettings,
    ProbeCurve,
    RunResult,
    SavedAgent,
    Specification,
)

__all__ = [
    "AGENT_FILE",
    "FORMAT",
    "RESULT_FILE",
    "RUNS",
    "RUN_FILE",
    "AgentResult",
    "ComparisonResult",
    "Costs",
    "CurvePoint",
    "EvaluationResult",
    "Failure",
    "Interval",
    "Invocation",
    "Machine",
    "OuterLoopSettings",
    "ProbeCurve",
    "Problem",
    "ResultFileError",
    "RunResult",
    "RunSummary",
    "SavedAgent",
    "SearchSettings",
    "Specification",
    "TrialResult",
]
