"""Results of runs, compared."""

from baselines.results.run import RunResult


def without_times(result: RunResult) -> RunResult:
    """What is the same whenever and wherever a run is executed."""
    curve = tuple(point.model_copy(update={"cpu_seconds": 0.0}) for point in result.curve)
    return result.model_copy(update={"curve": curve, "training_cpu_seconds": 0.0})
