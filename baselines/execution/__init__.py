"""Running many runs: one at a time, in processes, or on a cluster; none is done twice."""
