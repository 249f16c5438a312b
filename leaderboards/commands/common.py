"""What several commands share."""

from pathlib import Path

ROOT = Path(__file__).parents[1] / "submissions"
"""Folder of all submissions."""
OK, REFUSED = 0, 1
"""Exit codes."""
