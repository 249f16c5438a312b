"""Routing through a hidden permutation."""
