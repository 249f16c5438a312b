"""The board: submissions of results, their check, their ranks, and the pages that show them."""

from badger_envs.core.extras import name_extras

LIBRARIES = ("cryptography", "disarm", "orjson", "pydantic", "safetensors", "jinja2", "tyro")
"""What modules here import, of the extra "leaderboards"; what runs agents again needs torch too."""

name_extras(__name__, {**dict.fromkeys(LIBRARIES, "leaderboards"), "torch": "baselines"})
