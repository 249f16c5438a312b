"""The modular reacher."""
