import numpy as np
import pytest
import torch

from agents import build_agent
from badger_envs import Guessing
from badger_envs.evaluation import evaluate
from baselines.outer_loops.policy import AgentPolicy
from baselines.studies.growing import CHANGES, growing_picture, growth_curves

TASK = Guessing(dims=4, horizon=10)


def agent(**config):
    torch.manual_seed(0)
    free = {"membrane": "bonds", "experts": 2, "identity": "random", "hidden_size": 6}
    return build_agent("Badger", {"port_features": 3, **free, **config})


@pytest.fixture(scope="module")
def curves():
    return growth_curves(agent(), TASK, experts=2, episodes=20)


def test_growth_curves_differ_after_half_of_the_life_and_not_before(curves):
    assert list(curves) == list(CHANGES)
    still = curves["nobody comes"]
    assert still.shape == (10,)
    for name, curve in curves.items():
        assert np.array_equal(curve[:5], still[:5])
        assert (name == "nobody comes") == np.array_equal(curve[5:], still[5:])


def test_growth_curve_of_nobody_is_that_of_the_evaluator(curves):
    result = evaluate(AgentPolicy(agent(), 4, experts=2), "Badger/Guessing-v0", episodes=20, dims=4, horizon=10)
    assert np.allclose(curves["nobody comes"], result.curve, atol=1e-6)


def test_growing_picture_says_what_the_second_half_costs(curves, tmp_path):
    picture, second_half = growing_picture([curves, curves], "Title", "Caption.", tmp_path)
    for name, curve in curves.items():
        assert second_half[name].estimate == pytest.approx(-curve[5:].mean())
    lines = (tmp_path / f"{picture.name}.csv").read_text().splitlines()
    assert len(lines) == 1 + 10 * len(CHANGES)
    assert (tmp_path / "growing.png").stat().st_size > 10_000


def test_growth_curves_refuse_experts_that_are_tied_to_ports():
    with pytest.raises(ValueError, match="experts must equal the 4 ports"):
        growth_curves(agent(membrane="direct", experts=None), TASK, experts=2, episodes=2)
