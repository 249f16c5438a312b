"""The hash of what stands beside saved weights, by which a bit that changed on a disk is noticed. Needs no torch."""

import hashlib
import json
from typing import Any

KEYS = {"format": int, "kind": str, "config": dict, "weights_sha256": str}
"""What `agent.json` says, and of which type."""
OWN_HASH = "sha256"
"""The key of its own hash, a string; files that were written before there was one lack it."""


def with_own_hash(metadata: dict[str, Any]) -> dict[str, Any]:
    """What `agent.json` says, with its own hash as the last key."""
    return {**metadata, OWN_HASH: _hash(metadata)}


def complaint(metadata: Any) -> tuple[str, str] | None:
    """What is wrong with the keys of an `agent.json`, if anything: the key, "" for the whole file, and what it must be.

    Args:
        metadata: what JSON says.
    """
    if not isinstance(metadata, dict) or set(metadata) - {OWN_HASH} != set(KEYS):
        return "", f"must be an object with the keys {', '.join(KEYS)}, and perhaps {OWN_HASH}"
    kinds = {**KEYS, OWN_HASH: str}
    for key, value in metadata.items():
        if type(value) is not kinds[key]:
            return key, f"must be of type {kinds[key].__name__}"
    digest = _hash({key: value for key, value in metadata.items() if key != OWN_HASH})
    if metadata.get(OWN_HASH, digest) != digest:
        return OWN_HASH, f"must be that of the other keys, {digest}"
    return None


def _hash(metadata: dict[str, Any]) -> str:
    """Of the values, however the file is laid out."""
    return hashlib.sha256(json.dumps(metadata, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
