"""BenchMARL as a referee, in a virtual environment of its own."""
