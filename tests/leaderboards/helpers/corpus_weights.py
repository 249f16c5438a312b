"""Bad submissions by their weights and configs. Unless said otherwise a file has the hash that names it."""

import hashlib
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.leaderboards.helpers.corpus import Bad, bad, edit
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


def bad_weights(name: str, change: Change, *says: str) -> Bad:
    """A bad submission by its weights."""
    return Bad(name, change, ("weights/", W, *says))


def bad_config(name: str, change: Change, *says: str) -> Bad:
    """A bad submission by the config of its weights."""
    return Bad(name, change, ("weights/", C, *says))


OFFSET, SIZE = "invalid offset for tensor `expert.bias_ih`", "config.hidden_size"
WEIGHTS = [
    bad_weights("weights that are not there", gone(f"weights/SHA{W}"), "must be a file that can be read"),
    bad_config("a config that is not there", gone(f"weights/SHA{C}"), "must be a file that can be read"),
    bad_weights("one byte changed", lambda f: write(f"weights/SHA{W}", b"x" + b"\0" * 99)(f), "SHA-256 of its name"),
    bad_weights("half of the weights", cut(f"weights/SHA{W}"), "SHA-256 of its name"),
    bad_weights("weights too large", large(f"weights/SHA{W}", 2**40), "must have at most 4194304 bytes"),
    bad_weights("empty weights", weights(lambda _: b""), "must begin with the length"),
    bad_weights("a pickle as weights", weights(lambda _: pickle.dumps(Trap())), "must begin with the length"),
    bad_weights("a zip as weights", weights(lambda _: b"PK\3\4" + b"\0" * 50), "must begin with the length"),
    bad_weights("half a header", weights(lambda c: c[:40]), "must begin with the length"),
    bad_weights("half of the numbers", weights(lambda c: c[:-40]), "incomplete metadata, file not fully covered"),
    bad_weights("bytes behind", weights(lambda c: c + b"#!/bin/sh"), "incomplete metadata, file not fully covered"),
    bad_weights("a header of 2**63", weights(lambda c: b"\xff" * 8 + c[8:]), "18446744073709551615"),
    bad_weights("a header of no JSON", header(lambda _: "{nope"), "must be valid JSON"),
    bad_weights("a header of a list", header(lambda _: "[]"), "must have a header that is an object"),
    bad_weights("a deep header", header(lambda _: "[" * 50_000), "must be nested less deeply"),
    bad_weights("a tensor twice", header(lambda _: '{"a": {}, "a": {}}'), "a", "must be given once"),
    Bad("metadata", header(lambda about: about.update(__metadata__={"a": "b"})), ("__metadata__", "must have dtype")),
    Bad(
        "a tensor without a shape", header(lambda a: a["expert.bias_hh"].pop("shape")), ("expert.bias_hh", "must have")
    ),
    bad_weights("doubles", tensor(dtype="F64"), "expert.bias_hh", "must have dtype F32, got 'F64'"),
    bad_weights("integers", tensor(dtype="I32"), "expert.bias_hh", "must have dtype F32"),
    bad_weights("an unknown dtype", tensor(dtype=["F32"]), "expert.bias_hh", "must have dtype F32"),
    bad_weights("a huge shape", tensor(shape=[2**62]), "overflow computing buffer size"),
    bad_weights("a huge shape in parts", tensor(shape=[2**21] * 8), "overflow computing buffer size"),
    bad_weights("a negative shape", tensor(shape=[-2, -3]), "invalid value: integer `-2`"),
    bad_weights("a shape of true", tensor(shape=[True]), "invalid type: boolean `true`"),
    bad_weights("a shape of NaN", tensor(shape=[float("nan")]), "expert.bias_hh.shape[0]", "finite number"),
    bad_weights("a shape of other bytes", tensor(shape=[7]), "invalid shape, data type, or offset for tensor"),
    bad_weights("offsets that overlap", tensor(data_offsets=[24, 48]), "invalid offset for tensor `expert.bias_"),
    bad_weights("offsets turned around", tensor(data_offsets=[24, 0]), "invalid offset for tensor `expert.bias_"),
    bad_weights(
        "offsets outside", tensor(data_offsets=[2**21, 2**21 + 24]), "invalid offset for tensor `expert.bias_ih`"
    ),
    bad_weights("huge offsets", tensor(data_offsets=[2**62, 2**62 + 24]), OFFSET),
    bad_weights(
        "a gap", header(lambda about: about.pop("expert.bias_hh")), "invalid offset for tensor `expert.bias_ih`"
    ),
    bad_weights("many axes", tensor(shape=[6] + [1] * 8), "expert.bias_hh", "at most 8 axes"),
    Bad("a key of a tensor too many", tensor(code="import os"), ("expert.bias_hh", "and nothing else")),
    bad_weights("NaN as a weight", last_number(np.nan), "messages.speak.weight", "must hold finite numbers"),
    Bad("infinity as a weight", last_number(-np.inf), ("messages.speak.weight", "must hold finite numbers")),
    bad("fewer weights", weights(lambda _: pack({"a": np.ones(3, "<f4")})), "training.parameters.guess", "be 3"),
]
CONFIGS = [
    bad_config("a kind that is not there", config(lambda a: a.update(kind="os.system")), "kind", "'os.system'"),
    bad_config("the kind of no agent", config(lambda a: a.update(kind="Agent")), "kind", "must be one of Badger"),
    bad_config("a kind in a list", config(lambda a: a.update(kind=["Badger"])), "kind", "must be of type str"),
    bad_config("config format 3", config(lambda a: a.update(format=3)), "format", "must be 1 or 2, got 3"),
    bad_config("a format of true", config(lambda a: a.update(format=True)), "format", "must be of type int"),
    bad_config("a key too many", config(lambda a: a.update(module="os")), "must be an object with the keys"),
    bad_config("a key missing", config(lambda a: a.pop("kind") and None), "must be an object with the keys"),
    bad_config("a config that is a list", config(lambda a: [a]), "must be an object with the keys"),
    bad_config("a config in text", config(lambda a: a.update(config="{}")), "config", "must be of type dict"),
    bad_config("another hash of its own", config(lambda a: a.update(sha256="0" * 64)), "sha256", "of the other keys"),
    bad_config("a hash of its own in a list", config(lambda a: a.update(sha256=["0"])), "sha256", "of type str"),
    bad_config("another hash", config(lambda a: a.update(weights_sha256="0" * 64)), "weights_sha256", "name of"),
    bad_config("an unknown field", field(code="import os"), "config.code", "is no field of this kind"),
    bad_config("a field of another kind", field(cell="gru"), "config.cell", "is no field of this kind"),
    bad_config(
        "a field missing", config(lambda a: a["config"].pop("port_features") and None), "config.port_features", "there"
    ),
    bad_config("a negative size", field(hidden_size=-1), SIZE, "must be an integer of at least 1, got -1"),
    bad_config("a huge size", field(hidden_size=10**12), SIZE, "must be at most 4096, got 1000000000000"),
    bad_config("a size in text", field(hidden_size="2"), SIZE, "must be an integer of at least 1, got '2'"),
    bad_config("a size of true", field(hidden_size=True), SIZE, "must be an integer of at least 1, got True"),
    bad_config("a size of NaN", field(hidden_size=float("nan")), SIZE, "must be a finite number"),
    bad_config("a size of format 1", field(memory=2), "config.memory", "is no field of this kind"),
    bad_config("rounds without end", field(rounds=10**9), "config.rounds", "must be at most 32, got"),
    bad_config("messages of code", field(messages="__import__('os')"), "config.messages", "must be one of"),
    bad_config("a list as messages", field(messages=["mean"]), "config.messages", "must be one of"),
    bad_config("experts without an attention membrane", field(experts=3), "config.experts", "must be None"),
    bad_config("no experts with one", field(membrane="attention"), "config.experts", "must be an integer"),
    bad_config("half a config", cut(f"weights/SHA{C}"), "must be valid JSON"),
    bad_config("a config too large", large(f"weights/SHA{C}", 2**20), "must have at most 65536 bytes"),
    bad_config("a config key twice", write(f"weights/SHA{C}", b'{"kind": "Badger", "kind": 1}'), "kind", "given once"),
    bad_config("a config too deep", write(f"weights/SHA{C}", b"[" * 50_000), "must be nested less deeply"),
]
