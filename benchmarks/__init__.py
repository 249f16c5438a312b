"""Scripts that print tables of ratios taken in one process: `python -m benchmarks.environments`."""

from badger_envs.core.extras import needs_extra

with needs_extra("baselines", "python -m benchmarks"):
    import rich  # noqa: F401
    import torch  # noqa: F401
    import tyro  # noqa: F401
