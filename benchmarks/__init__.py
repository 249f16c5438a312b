"""Scripts that print tables of ratios taken in one process: `python -m benchmarks.environments`."""
