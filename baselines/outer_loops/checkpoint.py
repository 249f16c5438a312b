"""Checkpoints: nested dictionaries of tensors and plain values in one file, which has its own hash; never pickle.

The file is a line with the SHA-256 of all that follows, then a safetensors file: the tensors by number, and in its
metadata the nested dictionary as JSON, where a tensor is its number.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from badger_envs.core.files import write_whole

FIRST = b"badger checkpoint 1, sha256 "
"""A checkpoint begins with it, then comes the hash."""


class CheckpointError(ValueError):
    """A checkpoint can't be used: it is damaged, or of another training."""


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a state, whole or not at all.

    Args:
        path: of the file.
        state: tensors, numbers, words, True, False and None, in dictionaries, lists and tuples.

    Raises:
        TypeError: There is something else in it.
    """
    tensors: dict[str, Tensor] = {}
    described = json.dumps(_described(state, tensors))
    content = save(tensors, metadata={"state": described})
    write_whole(path, b"%s%s\n%s" % (FIRST, hashlib.sha256(content).hexdigest().encode(), content))


def read_checkpoint(path: Path, *, device: torch.device | str = "cpu") -> dict[str, Any]:
    """What `write_checkpoint` wrote.

    Args:
        path: of the file.
        device: where the tensors go.

    Raises:
        CheckpointError: It is not whole, or not the one that was written.
    """
    first, _, content = path.read_bytes().partition(b"\n")
    digest = hashlib.sha256(content).hexdigest()
    if first != FIRST + digest.encode():
        raise CheckpointError(f"{path}: must begin with the hash of what follows, {digest}, got {first[:100]!r}")
    try:
        tensors = {name: tensor.to(device) for name, tensor in load(content).items()}
        length = int.from_bytes(content[:8], "little")
        state = _restored(json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["state"]), tensors)
    except (SafetensorError, ValueError, LookupError, TypeError) as error:
        raise CheckpointError(f"{path}: must hold tensors and what they belong to, got {error!r}") from error
    if not isinstance(state, dict):
        raise CheckpointError(f"{path}: must hold a dictionary, got {type(state).__name__}")
    return state


def _described(value: Any, tensors: dict[str, Tensor]) -> Any:
    """As JSON, with the tensors put aside; JSON has neither tuples nor keys that are numbers."""
    if isinstance(value, Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().clone(memory_format=torch.contiguous_format)
        return {"tensor": name}
    if isinstance(value, dict):
        return {"dict": [[_described(part, tensors) for part in pair] for pair in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_described(part, tensors) for part in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"state must be made of tensors and plain values, got {value!r}")


def _restored(described: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(described, dict):
        return described
    ((kind, parts),) = described.items()
    if kind == "tensor":
        return tensors[parts]
    if kind == "dict":
        return {_restored(key, tensors): _restored(value, tensors) for key, value in parts}
    return {"list": list, "tuple": tuple}[kind](_restored(part, tensors) for part in parts)
