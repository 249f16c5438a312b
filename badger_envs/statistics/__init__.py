"""Aggregates and comparisons with their certainty, in numpy.

After Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice": interquartile mean,
stratified bootstrap, performance profile, probability of improvement; with it a permutation test, Holm's correction and
intervals of ranks, and Nash averaging (Balduzzi et al. 2018), in which near copies of a task count once. A run is one
training seed.

Wherever scores of one agent are taken they are either an array (runs, tasks), or, where a failed run left a hole, a
list of numpy arrays (runs of the task,), one for every task. A task without any run is refused.

All random numbers come from a fixed generator, so a rebuilt report is the same to the byte. Intervals are expanded for
few runs (Hesterberg 2015): with five runs or more of a task they hold what they should in about 95 of 100 cases; three
runs of a single task cannot say that much, so print the number of runs beside them. Where a task has one run alone
there is no interval: its ends are NaN, those of ranks None.
"""

from badger_envs.statistics.aggregates import Profile, interquartile_mean, performance_profile, stratified_bootstrap
from badger_envs.statistics.comparisons import holm, probability_of_improvement
from badger_envs.statistics.intervals import Interval
from badger_envs.statistics.nash import NashAverage, nash_average
from badger_envs.statistics.permutations import permutation_p
from badger_envs.statistics.ranks import RankInterval, rank_intervals
from badger_envs.statistics.scores import BLOCK, REPLICATES, FloatArray

__all__ = [
    "BLOCK",
    "REPLICATES",
    "FloatArray",
    "Interval",
    "NashAverage",
    "Profile",
    "RankInterval",
    "holm",
    "interquartile_mean",
    "nash_average",
    "performance_profile",
    "permutation_p",
    "probability_of_improvement",
    "rank_intervals",
    "stratified_bootstrap",
]
