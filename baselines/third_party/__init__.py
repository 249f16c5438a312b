"""Trainers of others, as an independent check."""
