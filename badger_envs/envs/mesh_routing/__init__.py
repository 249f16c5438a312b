"""Mesh routing."""
