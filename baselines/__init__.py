"""Outer loops that find policies, and the comparison of what they found: `python -m baselines compare`."""
