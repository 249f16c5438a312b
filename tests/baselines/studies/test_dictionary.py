"""What words mean: of an agent whose dictionary is set by hand, and of runs as they are stored."""

import numpy as np
import pytest
import torch

from agents import build_agent
from baselines.results.run import RunResult, Specification
from baselines.studies.dictionary import Dictionary, dictionary_of, draw


def run(task="Badger/HiddenXOR-v0", messages="words", **arguments):
    """An agent that was not trained, and a run that has nothing but what the study reads."""
    torch.manual_seed(0)
    config = {"port_features": 5, "message_size": 3, "messages": messages, "hidden_size": 4, "expert": "feed_forward"}
    agent = build_agent("Badger", config)
    said = Specification.model_construct(task=task, agent="words", arguments=arguments, seed=0, outer_loop=None)
    return agent, RunResult.model_construct(specification=said)


def test_dictionary_of_an_agent_that_says_its_bit_is_read_off_word_by_word():
    agent, result = run(bits=3)
    with torch.no_grad():
        for layer in (agent.expert.hidden, agent.expert.output, agent.messages.speak):
            layer.weight.zero_()
            layer.bias.zero_()
        agent.expert.hidden.weight[0, 0] = agent.expert.output.weight[0, 0] = 5.0  # memory 0 is the bit
        agent.messages.speak.weight[1, 0], agent.messages.speak.weight[2, 0] = 1.0, -1.0
    found = dictionary_of(agent, result, 50)
    assert found.counts.shape == (3, 2, 3)
    assert found.counts[0, :, 1:].sum() == 0  # nothing was seen yet
    assert found.table().tolist() == [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    information = found.information()
    assert information[0] == 0.0
    assert information[1] == pytest.approx(1.0, abs=0.05)


def test_information_is_worked_out_by_hand():
    counts = np.array([[[8, 0], [0, 8]], [[4, 4], [4, 4]], [[8, 0], [4, 4]]])
    assert Dictionary("x", counts).information() == pytest.approx([1.0, 0.0, 0.3113], abs=1e-4)
    assert Dictionary("x", counts).table().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_picture_has_a_row_for_each_bit_and_word_and_says_what_they_mean(tmp_path):
    picture = draw([run(bits=3), run(bits=2)], 20, tmp_path)
    assert picture.caption.startswith("20 test episodes.\nwords, seed 0: -1 is word ")
    assert len((tmp_path / "dictionary.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * 2 * 3
    assert (tmp_path / "dictionary.png").stat().st_size > 5_000


def test_runs_without_words_and_of_other_tasks_are_refused():
    with pytest.raises(ValueError, match="runs must be of agents whose messages are words, got Badger"):
        dictionary_of(*run(messages="mean"), 5)
    with pytest.raises(ValueError, match=r"runs must be of Badger/HiddenXOR-v0 with one question, got words on"):
        dictionary_of(*run(questions=3), 5)
    with pytest.raises(ValueError, match=r"runs must be of Badger/HiddenXOR-v0 with one question, got words on"):
        dictionary_of(*run("Badger/Guessing-v0"), 5)
