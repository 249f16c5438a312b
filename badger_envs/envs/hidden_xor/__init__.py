"""Hidden XOR."""
