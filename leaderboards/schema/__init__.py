"""What is written down: benchmarks, submissions, result files, status; and what may be in them."""
