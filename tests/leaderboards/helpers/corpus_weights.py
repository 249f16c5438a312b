"""Bad submissions by their weights and configs. Unless said otherwise a file has the hash that names it."""

import hashlib
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from leaderboards.schema.submission import FILE
from tests.leaderboards.helpers.corpus import Bad, edit
from tests.leaderboards.helpers.corpus_files import C, Change, Trap, W, cut, gone, large, place, sha_of, write
from tests.leaderboards.helpers.make_submission import pack


def weights(make: Callable[[bytes], bytes]) -> Change:
    """Other weights for the first training, under a name that is right."""

    def change(folder: Path) -> None:
        old = sha_of(folder)
        content = make((folder / "weights" / f"{old}.safetensors").read_bytes())
        new = hashlib.sha256(content).hexdigest()
        (folder / "weights" / f"{old}.safetensors").unlink()
        (folder / "weights" / f"{new}.safetensors").write_bytes(content)
        about = (folder / "weights" / f"{old}.json").read_text()
        (folder / "weights" / f"{old}.json").unlink()
        (folder / "weights" / f"{new}.json").write_text(about.replace(old, new))

        def rename(content: Any) -> None:
            for row in content["rows"]:
                if row["weights_sha256"] == old:
                    row["weights_sha256"] = new

        edit(folder, rename)

    return change


def header(change: Callable[[Any], Any]) -> Change:
    """Weights with another header."""

    def make(content: bytes) -> bytes:
        length = int.from_bytes(content[:8], "little")
        about = json.loads(content[8 : 8 + length])
        made = change(about)
        said = (made if isinstance(made, str) else json.dumps(about)).encode()
        return struct.pack("<Q", len(said)) + said + content[8 + length :]

    return weights(make)


def tensor(**changes: Any) -> Change:
    """Weights whose first tensor is said to be another."""
    return header(lambda about: about["expert.bias_hh"].update(changes))


def last_number(value: float) -> Change:
    """Weights with that as their last number."""
    return weights(lambda content: content[:-4] + struct.pack("<f", value))


def config(change: Callable[[Any], Any]) -> Change:
    """Another config of the first training."""

    def made(folder: Path) -> None:
        path = place(folder, "weights/SHA.json")
        about = json.loads(path.read_text())
        path.write_text(json.dumps(change(about) or about))

    return made


def field(**changes: Any) -> Change:
    """A config with other fields."""
    return config(lambda about: about["config"].update(changes))


WEIGHTS = [
    Bad("weights that are not there", gone(f"weights/SHA{W}"), ("weights/", W, "must be a file that can be read")),
    Bad("a config that is not there", gone(f"weights/SHA{C}"), ("weights/", C, "must be a file that can be read")),
    Bad(
        "one byte changed",
        lambda f: write(f"weights/SHA{W}", b"x" + b"\0" * 99)(f),
        ("weights/", W, "SHA-256 of its name"),
    ),
    Bad("half of the weights", cut(f"weights/SHA{W}"), ("weights/", W, "SHA-256 of its name")),
    Bad("weights too large", large(f"weights/SHA{W}", 2**40), ("weights/", W, "must have at most 4194304 bytes")),
    Bad("empty weights", weights(lambda _: b""), ("weights/", W, "must begin with the length")),
    Bad("a pickle as weights", weights(lambda _: pickle.dumps(Trap())), ("weights/", W, "must begin with the length")),
    Bad("a zip as weights", weights(lambda _: b"PK\3\4" + b"\0" * 50), ("weights/", W, "must begin with the length")),
    Bad("half a header", weights(lambda c: c[:40]), ("weights/", W, "must begin with the length")),
    Bad(
        "half of the numbers",
        weights(lambda c: c[:-40]),
        ("weights/", W, "incomplete metadata, file not fully covered"),
    ),
    Bad(
        "bytes behind",
        weights(lambda c: c + b"#!/bin/sh"),
        ("weights/", W, "incomplete metadata, file not fully covered"),
    ),
    Bad("a header of 2**63", weights(lambda c: b"\xff" * 8 + c[8:]), ("weights/", W, "18446744073709551615")),
    Bad("a header of no JSON", header(lambda _: "{nope"), ("weights/", W, "must be valid JSON")),
    Bad("a header of a list", header(lambda _: "[]"), ("weights/", W, "must have a header that is an object")),
    Bad("a deep header", header(lambda _: "[" * 50_000), ("weights/", W, "must be nested less deeply")),
    Bad("a tensor twice", header(lambda _: '{"a": {}, "a": {}}'), ("weights/", W, "a", "must be given once")),
    Bad("metadata", header(lambda about: about.update(__metadata__={"a": "b"})), ("__metadata__", "must have dtype")),
    Bad(
        "a tensor without a shape", header(lambda a: a["expert.bias_hh"].pop("shape")), ("expert.bias_hh", "must have")
    ),
    Bad("doubles", tensor(dtype="F64"), ("weights/", W, "expert.bias_hh", "must have dtype F32, got 'F64'")),
    Bad("integers", tensor(dtype="I32"), ("weights/", W, "expert.bias_hh", "must have dtype F32")),
    Bad("an unknown dtype", tensor(dtype=["F32"]), ("weights/", W, "expert.bias_hh", "must have dtype F32")),
    Bad("a huge shape", tensor(shape=[2**62]), ("weights/", W, "overflow computing buffer size")),
    Bad("a huge shape in parts", tensor(shape=[2**21] * 8), ("weights/", W, "overflow computing buffer size")),
    Bad("a negative shape", tensor(shape=[-2, -3]), ("weights/", W, "invalid value: integer `-2`")),
    Bad("a shape of true", tensor(shape=[True]), ("weights/", W, "invalid type: boolean `true`")),
    Bad("a shape of NaN", tensor(shape=[float("nan")]), ("weights/", W, "expert.bias_hh.shape[0]", "finite number")),
    Bad("a shape of other bytes", tensor(shape=[7]), ("weights/", W, "invalid shape, data type, or offset for tensor")),
    Bad(
        "offsets that overlap",
        tensor(data_offsets=[24, 48]),
        ("weights/", W, "invalid offset for tensor `expert.bias_"),
    ),
    Bad(
        "offsets turned around",
        tensor(data_offsets=[24, 0]),
        ("weights/", W, "invalid offset for tensor `expert.bias_"),
    ),
    Bad(
        "offsets outside",
        tensor(data_offsets=[2**21, 2**21 + 24]),
        ("weights/", W, "invalid offset for tensor `expert.bias_ih`"),
    ),
    Bad(
        "huge offsets",
        tensor(data_offsets=[2**62, 2**62 + 24]),
        ("weights/", W, "invalid offset for tensor `expert.bias_ih`"),
    ),
    Bad(
        "a gap",
        header(lambda about: about.pop("expert.bias_hh")),
        ("weights/", W, "invalid offset for tensor `expert.bias_ih`"),
    ),
    Bad("many axes", tensor(shape=[6] + [1] * 8), ("weights/", W, "expert.bias_hh", "at most 8 axes")),
    Bad("a key of a tensor too many", tensor(code="import os"), ("expert.bias_hh", "and nothing else")),
    Bad("NaN as a weight", last_number(np.nan), ("weights/", W, "messages.speak.weight", "must hold finite numbers")),
    Bad("infinity as a weight", last_number(-np.inf), ("messages.speak.weight", "must hold finite numbers")),
    Bad(
        "fewer weights", weights(lambda _: pack({"a": np.ones(3, "<f4")})), (FILE, "training.parameters.guess", "be 3")
    ),
]
SIZE = ("weights/", C, "config.hidden_size")
CONFIGS = [
    Bad(
        "a kind that is not there", config(lambda a: a.update(kind="os.system")), ("weights/", C, "kind", "'os.system'")
    ),
    Bad(
        "the kind of no agent",
        config(lambda a: a.update(kind="Agent")),
        ("weights/", C, "kind", "must be one of Badger"),
    ),
    Bad(
        "a kind in a list", config(lambda a: a.update(kind=["Badger"])), ("weights/", C, "kind", "must be of type str")
    ),
    Bad("config format 3", config(lambda a: a.update(format=3)), ("weights/", C, "format", "must be 1 or 2, got 3")),
    Bad("a format of true", config(lambda a: a.update(format=True)), ("weights/", C, "format", "must be of type int")),
    Bad("a key too many", config(lambda a: a.update(module="os")), ("weights/", C, "must be an object with the keys")),
    Bad("a key missing", config(lambda a: a.pop("kind") and None), ("weights/", C, "must be an object with the keys")),
    Bad("a config that is a list", config(lambda a: [a]), ("weights/", C, "must be an object with the keys")),
    Bad("a config in text", config(lambda a: a.update(config="{}")), ("weights/", C, "config", "must be of type dict")),
    Bad(
        "another hash",
        config(lambda a: a.update(weights_sha256="0" * 64)),
        ("weights/", C, "weights_sha256", "name of"),
    ),
    Bad("an unknown field", field(code="import os"), ("weights/", C, "config.code", "is no field of this kind")),
    Bad("a field of another kind", field(cell="gru"), ("weights/", C, "config.cell", "is no field of this kind")),
    Bad(
        "a field missing",
        config(lambda a: a["config"].pop("port_features") and None),
        (C, "config.port_features", "there"),
    ),
    Bad("a negative size", field(hidden_size=-1), (*SIZE, "must be an integer of at least 1, got -1")),
    Bad("a huge size", field(hidden_size=10**12), (*SIZE, "must be at most 4096, got 1000000000000")),
    Bad("a size in text", field(hidden_size="2"), (*SIZE, "must be an integer of at least 1, got '2'")),
    Bad("a size of true", field(hidden_size=True), (*SIZE, "must be an integer of at least 1, got True")),
    Bad("a size of NaN", field(hidden_size=float("nan")), (*SIZE, "must be a finite number")),
    Bad("a size of format 1", field(memory=2), ("weights/", C, "config.memory", "is no field of this kind")),
    Bad("rounds without end", field(rounds=10**9), ("weights/", C, "config.rounds", "must be at most 32, got")),
    Bad("messages of code", field(messages="__import__('os')"), ("weights/", C, "config.messages", "must be one of")),
    Bad("a list as messages", field(messages=["mean"]), ("weights/", C, "config.messages", "must be one of")),
    Bad("experts without an attention membrane", field(experts=3), ("weights/", C, "config.experts", "must be None")),
    Bad("no experts with one", field(membrane="attention"), ("weights/", C, "config.experts", "must be an integer")),
    Bad("half a config", cut(f"weights/SHA{C}"), ("weights/", C, "must be valid JSON")),
    Bad("a config too large", large(f"weights/SHA{C}", 2**20), ("weights/", C, "must have at most 65536 bytes")),
    Bad("a config key twice", write(f"weights/SHA{C}", b'{"kind": "Badger", "kind": 1}'), (C, "kind", "given once")),
    Bad("a config too deep", write(f"weights/SHA{C}", b"[" * 50_000), ("weights/", C, "must be nested less deeply")),
]
