"""What is run: agents, recipes, search spaces, suites, and the specification of a run."""
