"""Results as types, typed once: what runs and comparisons write, and what everything else reads.

These modules import neither torch nor the rest of `baselines`, so that tables, pages and the leaderboard can read
results without them.
"""
