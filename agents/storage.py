"""Saved agents: weights as safetensors, kind and config as JSON. Nothing in the files is ever executed."""

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from agents.badger import Badger
from agents.commnet import CommNet
from agents.config import FORMAT, FORMATS, config_fields
from agents.fingerprint import complaint, with_own_hash
from agents.handcrafted import Handcrafted
from agents.hypernetwork import Hypernetwork
from agents.independent import Independent
from agents.interface import Agent
from agents.monolithic import Monolithic
from agents.over_ports import OverPorts
from agents.padded_monolithic import PaddedMonolithic
from agents.transformer_over_time import TransformerOverTime

TRAINABLE: dict[str, type[Agent]] = {
    kind.__name__: kind
    for kind in (
        Badger, CommNet, Independent, Monolithic, PaddedMonolithic, Hypernetwork, TransformerOverTime, OverPorts,
    )
}  # fmt: skip
"""The classes that an outer loop can train."""
AGENT_CLASSES = TRAINABLE | {"Handcrafted": Handcrafted}
"""The only classes that a file can name: those of `agents.config.CONFIGS`."""
WEIGHTS, CONFIG = "agent.safetensors", "agent.json"
LARGEST_BYTES = 64 * 2**20


class AgentFileError(ValueError):
    """A saved agent that can't be trusted: it names the file and the fault."""


def build_agent(kind: str, config: dict[str, Any], *, format: int = FORMAT) -> Agent:
    """An agent with fresh weights, if it has any.

    Args:
        kind: a name in `AGENT_CLASSES`.
        config: the fields of that kind's config dataclass.
        format: which names the fields have; see `agents.config.config_fields`.

    Raises:
        ValueError: Unknown kind, format or field, or a value that is not allowed.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(map(str, FORMATS))}, got {format!r}")
    if not isinstance(kind, str) or kind not in AGENT_CLASSES:
        raise ValueError(f"kind must be one of {', '.join(AGENT_CLASSES)}, got {kind!r}")
    known = config_fields(kind, format)
    if unknown := sorted(set(config) - set(known)):
        raise ValueError(f"config of {kind} must have fields out of {', '.join(known)}, got {', '.join(unknown)}")
    try:
        agent_class = AGENT_CLASSES[kind]
        return agent_class(agent_class.config_class(**{known[name].name: config[name] for name in config}))
    except TypeError as error:
        raise ValueError(f"config of {kind}: {error}") from error


def save_agent(agent: Agent, folder: str | os.PathLike[str]) -> None:
    """Write `agent.safetensors` and `agent.json` into a folder, each whole or not at all.

    The JSON is written last and holds the hash of the weights, so a pair that does not belong together is noticed, and
    its own, so one bit that changed is.

    Args:
        agent: one of `AGENT_CLASSES`.
        folder: made where it is missing.

    Raises:
        ValueError: It is none of these, so that nobody could load it.
    """
    if type(agent) not in AGENT_CLASSES.values():
        raise ValueError(f"agent must be one of {', '.join(AGENT_CLASSES)}, got {type(agent).__name__}")
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    weights = save({name: tensor.detach().cpu().contiguous() for name, tensor in agent.state_dict().items()})
    metadata = {
        "format": FORMAT,
        "kind": type(agent).__name__,
        "config": asdict(agent.config),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    _write_whole(path / WEIGHTS, weights)
    _write_whole(path / CONFIG, (json.dumps(with_own_hash(metadata), indent=1) + "\n").encode())


def load_agent(folder: str | os.PathLike[str], *, device: str | torch.device = "cpu") -> Agent:
    """Read an agent that `save_agent` wrote.

    Raises:
        AgentFileError: A file is missing, too large, truncated, or no agent of ours; weights are not finite, of
            another shape or type than the config says, or not those that were saved with it.
    """
    weights_path, config_path = Path(folder) / WEIGHTS, Path(folder) / CONFIG
    metadata = _read_config(config_path)
    content = _read_bytes(weights_path)
    try:
        tensors = load(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise AgentFileError(f"{weights_path}: no whole safetensors file ({error})") from error
    try:
        # Without memory, so that sizes claimed by the file cost nothing until the weights were seen to have them.
        with torch.device("meta"):
            agent = build_agent(metadata["kind"], metadata["config"], format=metadata["format"])
    except ValueError as error:
        raise AgentFileError(f"{config_path}: {error}") from error
    expected = agent.state_dict()
    missing, unknown = sorted(set(expected) - set(tensors)), sorted(set(tensors) - set(expected))
    if missing or unknown:
        raise AgentFileError(f"{weights_path}: missing weights {missing}, unknown weights {unknown}")
    for name, tensor in tensors.items():
        shape, wanted = tuple(tensor.shape), tuple(expected[name].shape)
        if (shape, tensor.dtype) != (wanted, expected[name].dtype):
            must = f"must be {expected[name].dtype} of shape {wanted}, got {tensor.dtype} of shape {shape}"
            raise AgentFileError(f"{weights_path}: {name} {must}")
        if not torch.isfinite(tensor).all():
            raise AgentFileError(f"{weights_path}: {name} holds NaN or infinity")
    digest = hashlib.sha256(content).hexdigest()
    if digest != metadata["weights_sha256"]:
        raise AgentFileError(f"{weights_path}: hash {digest} is not the one that {CONFIG} was saved with")
    agent.load_state_dict(tensors, assign=True)
    return agent.to(device)


def _read_config(path: Path) -> dict[str, Any]:
    content = _read_bytes(path)
    try:
        metadata: dict[str, Any] = json.loads(content, object_pairs_hook=_unique_keys)
        wrong = complaint(metadata)
    except (ValueError, RecursionError) as error:
        raise AgentFileError(f"{path}: no valid JSON ({error})") from error
    if wrong is not None:
        key, must = wrong
        raise AgentFileError(f"{path}: {key} {must}, got {metadata[key]!r:.80}" if key else f"{path}: {must}")
    if metadata["format"] not in FORMATS:
        raise AgentFileError(f"{path}: format must be 1 or {FORMAT}, got {metadata['format']}")
    return metadata


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"a key is given twice among {keys}")
    return dict(pairs)


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise AgentFileError(f"{path}: {size} bytes are more than the {LARGEST_BYTES} allowed")
        return path.read_bytes()
    except OSError as error:
        raise AgentFileError(f"{path}: can't be read ({error.strerror})") from error


def _write_whole(path: Path, content: bytes) -> None:
    """Write next to `path`, then rename, so that nobody ever sees half a file."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
