"""The commands of `python -m leaderboards`: each calls the library and prints the outcome.

A field is an option, its docstring the help. `run` returns the exit code: 0, or 1 where something is refused.
"""
