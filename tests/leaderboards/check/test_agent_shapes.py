"""Weights that no agent can load are refused without torch, and none that an agent can load."""

import hashlib
import itertools
import json

import numpy as np
import pytest
import torch

from agents import build_agent
from leaderboards.check.agent_schema import CONFIGS, config_errors, make_config
from leaderboards.check.agent_shapes import CELLS, KINDS, MESSAGES, TURN_INPUTS, weight_shapes
from leaderboards.check.check import check
from tests.leaderboards.helpers.corpus_files import place
from tests.leaderboards.helpers.corpus_weights import field, weights
from tests.leaderboards.helpers.make_submission import BENCHMARKS, make_submission, pack

SIZES = {"port_features": 3, "hidden_size": 5, "port_actions": 2}
BADGER = SIZES | {"message_size": 7, "identity_size": 11, "key_size": 11}
FREE = {"experts": 4, "identity": "random"}
CASES = [
    *(("Badger", BADGER | {"messages": messages, "expert": cell}) for messages in MESSAGES for cell in CELLS),
    *(("Badger", BADGER | {"turns": turns, "error_feature": 1}) for turns in TURN_INPUTS),
    *(("Badger", BADGER | {"identity": identity}) for identity in ("none", "random")),
    *(("Badger", BADGER | {"membrane": "pairs", "messages": messages}) for messages in ("mean", "rows_and_columns")),
    *(("Badger", BADGER | FREE | {"membrane": membrane}) for membrane in ("bonds", "soft_bonds", "auction_bonds")),
    *(("CommNet", SIZES | {"identity": identity}) for identity in ("one_hot", "none")),
    ("Independent", SIZES | {"ports": 4}),
    *(("Monolithic", SIZES | {"ports": 4, "cell": cell}) for cell in ("gru", "lstm")),
    ("Handcrafted", {"port_features": 5, "rule": "parity"}),
]
POSSIBLE = [(kind, config) for kind, config in CASES if not config_errors(kind, config, 2)]


@pytest.mark.parametrize(("kind", "config"), POSSIBLE, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(POSSIBLE)])
def test_shapes_are_those_of_torch(kind, config):
    with torch.device("meta"):
        agent = build_agent(kind, config)
    wanted = {name: tuple(tensor.shape) for name, tensor in agent.state_dict().items()}
    assert weight_shapes(kind, make_config(kind, config, 2)) == wanted


def test_shapes_of_most_parts_are_known():
    assert len(POSSIBLE) > 25
    assert set(KINDS) <= set(CONFIGS)


def test_shapes_of_parts_that_are_not_listed_are_not_judged():
    assert weight_shapes("Badger", make_config("Badger", BADGER | FREE | {"membrane": "attention"}, 2)) is None
    assert weight_shapes("Nobody", None) is None


def repacked(change):
    """Other tensors than those of the first training."""

    def make(content):
        length = int.from_bytes(content[:8], "little")
        header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
        tensors = {
            name: np.frombuffer(body[slice(*about["data_offsets"])], "<f4").reshape(about["shape"])
            for name, about in header.items()
        }
        change(tensors)
        return pack(tensors)

    return weights(make)


SPEAK = "messages.speak.weight"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (repacked(lambda t: t.update({SPEAK: t[SPEAK].T})), f"{SPEAK}: must be of shape [1, 2] in Badger, got [2, 1]"),
        (
            repacked(lambda t: t.update({"more": t.pop(SPEAK)})),
            f"{SPEAK}: must be there, of shape [1, 2]",
        ),
        (
            repacked(lambda t: t.update({"more": t[SPEAK]})),
            "more: must not be there: Badger of this config",
        ),
        (field(hidden_size=3), "expert.bias_hh: must be of shape [9] in Badger, got [6]"),
        (field(messages="none"), "messages.speak.bias: must not be there: Badger of this config has no such weights"),
    ],
)
def test_check_refuses_weights_that_no_agent_can_load(tmp_path, change, says):
    folder = make_submission(tmp_path)
    assert check(folder, benchmarks=BENCHMARKS) == []
    change(folder)
    lines = [str(error) for error in check(folder, benchmarks=BENCHMARKS)]
    assert any(says in line and line.startswith("weights/") for line in lines), lines


def test_check_refuses_weights_of_another_kind(tmp_path):
    folder = make_submission(tmp_path, seeds=1)
    path = place(folder, "weights/SHA.json")
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"kind": "Monolithic", "config": {"port_features": 3, "ports": 2}}))
    lines = [str(error) for error in check(folder, benchmarks=BENCHMARKS)]
    assert any("cell.weight_ih: must be there" in line for line in lines)
    assert hashlib.sha256(path.with_suffix(".safetensors").read_bytes()).hexdigest() == path.stem
    assert len(set(itertools.chain(*map(str, lines)))) > 1
