"""The environments, a folder each: the task, handcrafted policies for its known returns, these, how it is drawn, and
its `SPEC`.
"""

FOLDERS = (
    "guessing",
    "hidden_xor",
    "routing",
    "mesh_routing",
    "modular_reacher",
    "modular_robot",
    "advice",
    "optimisation",
    "ranking",
    "stream",
    "memory",
    "maze",
)
"""In the order in which they are listed; a new environment adds its folder here and nothing elsewhere."""
