"""The comparison: who meets whom on what, run as cells that are never done twice, probed, weighed and reported."""
