"""Checkpoints: what is written is read back to the bit, and nothing else is."""

import math

import numpy as np
import pytest
import torch

from baselines.outer_loops.checkpoint import CheckpointError, read_checkpoint, write_checkpoint

STATE = {
    "description": "a training, \u00fc",
    "numbers": [1, 0.1, -0.0, math.inf, True, None, 2**60],
    "optimizer": {"state": {0: {"step": torch.tensor(3.0)}, 1: {}}, "groups": [{"betas": (0.9, 0.999)}]},
    "weights": {
        "a": torch.randn(3, 4).T,
        "part": torch.arange(6)[2:],
        "none": torch.zeros(0),
        "mask": torch.ones(2) > 0,
    },
}


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
    if isinstance(one, dict | list | tuple):
        for key in one if isinstance(one, dict) else range(len(one)):
            assert_same(one[key], other[key])
    elif isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)
    else:
        assert one == other


def test_read_gives_what_was_written(tmp_path):
    write_checkpoint(tmp_path / "checkpoint", STATE)
    assert_same(read_checkpoint(tmp_path / "checkpoint"), STATE)


def test_read_notices_every_single_bit_that_changed(tmp_path):
    path = tmp_path / "checkpoint"
    write_checkpoint(path, STATE)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for place, bit in zip(rng.integers(len(content), size=200), rng.integers(8, size=200), strict=True):
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        path.write_bytes(changed)
        with pytest.raises(CheckpointError, match="must begin with the hash"):
            read_checkpoint(path)


def test_write_refuses_what_is_neither_a_tensor_nor_plain(tmp_path):
    with pytest.raises(TypeError, match="state must be made of tensors and plain values, got <object"):
        write_checkpoint(tmp_path / "checkpoint", {"strategy": object()})
    assert not list(tmp_path.iterdir())
