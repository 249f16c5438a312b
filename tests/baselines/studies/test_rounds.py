"""What rounds are worth that nobody trained with, of runs as they are stored."""

import numpy as np
import pytest
import torch

from agents import build_agent
from baselines.results.run import OuterLoopSettings, RunResult, Specification
from baselines.studies.rounds import MOST, ROUNDS, draw, measure, trained_with


def run(stages=({"sizes": None},), seed=0, task="Badger/Routing-v0", **config):
    """An agent that was not trained, and a run that has nothing but what the study reads."""
    torch.manual_seed(seed)
    config = {"port_features": 4, "identity": "none", "hidden_size": 6, "message_size": 4, **config}
    loop = OuterLoopSettings(kind="bptt", learning_rate=0.01, stages=stages)
    said = Specification.model_construct(
        task=task, agent="badger", arguments={"ports": 2, "horizon": 3}, seed=seed, outer_loop=loop, config=config
    )
    return build_agent("Badger", config), RunResult.model_construct(specification=said)


def test_what_a_run_was_trained_with_is_said_in_words():
    drawn = ({"sizes": None}, {"sizes": None, "rounds": [2, 6]})
    settled = {"exchange": "settle", "rounds": 8}
    for (_, result), words in (
        (run(rounds=3), "chain, 3"),
        (run(drawn, rounds=3), "chain, 2 to 6"),
        (run(**settled), "settle, 8"),
        (run(**settled, free_rounds=6), "settle, 6 free and 2"),
    ):
        assert trained_with(result.specification) == words


def test_runs_are_measured_together_and_only_those_that_settle_agree():
    settling = [run(seed=seed, exchange="settle", rounds=2) for seed in (0, 1)]
    chained, settled = measure([run(rounds=2), *settling], episodes=20)
    assert (chained.who, settled.who) == ("chain, 2", "settle, 2")
    assert (len(chained.scores), len(settled.scores)) == (1, 2)
    assert all(len(scores) == len(ROUNDS) for scores in (*chained.scores, *settled.scores))
    assert chained.agreed == ({},)
    assert [sorted(agreed) for agreed in settled.agreed] == [[2, 4, 6, 8, 12]] * 2
    rounds = [used for agreed in settled.agreed for used in agreed.values()]
    assert min(rounds) >= 1.0
    assert max(rounds) < MOST
    # Fresh weights settle fast: as many rounds as were ever used say the same as all others.
    assert settled.scores[0][-1] == pytest.approx(settled.scores[0][-2], abs=1e-3)


def test_runs_of_different_tasks_and_agents_without_rounds_are_refused():
    other = run()[1].specification.model_copy(update={"task": "Badger/HiddenXOR-v0", "arguments": {}})
    with pytest.raises(ValueError, match="runs must be of one task, got HiddenXOR.*, Routing"):
        measure([run(), (run()[0], RunResult.model_construct(specification=other))], episodes=5)
    monolith = build_agent("Monolithic", {"port_features": 4, "ports": 2})
    with pytest.raises(ValueError, match="rounds must not be asked of an agent that has none"):
        measure([(monolith, run()[1])], episodes=5)


def test_picture_has_a_row_for_each_point(tmp_path):
    picture = draw([run(rounds=2), run(exchange="settle", rounds=2)], 20, tmp_path)
    assert picture.caption.startswith("20 test episodes.")
    lines = (tmp_path / "rounds.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == ["trained with", "what", "x", "mean", "low", "high", "n"]
    assert len(lines) == 1 + 2 * len(ROUNDS) + 5
    assert np.isfinite([float(line.split(",")[-4]) for line in lines[1:]]).all()
