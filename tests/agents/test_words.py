"""Messages of one word: what is said, what is heard, and that it is learned by."""

import torch

from agents import Badger, BadgerConfig
from agents.parts.words import Words
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, assert_runs_under_vmap

H, M = 3, 3


def words_of(*rows):
    """Words whose scores are a memory (B, E, 3) itself."""
    words = Words(H, M)
    with torch.no_grad():
        words.speak.weight.copy_(torch.eye(3))
        words.speak.bias.zero_()
    return words, torch.tensor([rows])


def test_an_expert_says_the_one_word_that_scores_highest():
    words, memory = words_of([0.1, 0.2, -5.0], [3.0, 2.9, 0.0], [-1.0, -2.0, -0.5])
    assert words.messages(memory).tolist() == [[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]


def test_an_expert_hears_how_often_the_others_say_each_word():
    words, memory = words_of([0.0, 1.0, 0.0], [0.0, 2.0, 0.0], [9.0, 0.0, 0.0])
    assert words(memory).tolist() == [[[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]]
    to_the_first = torch.tensor([[[2], [0], [-1]]])
    assert words(memory, to_the_first).tolist() == [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]


def test_gradient_of_a_word_is_that_of_its_chance():
    words, memory = words_of([0.1, 0.2, -5.0])
    memory.requires_grad_(True)
    (said,) = torch.autograd.grad(words.messages(memory)[0, 0, 1], memory)
    (chance,) = torch.autograd.grad(memory.softmax(dim=-1)[0, 0, 1], memory)
    assert torch.allclose(said, chance)
    assert said.any()


def test_words_run_under_vmap_at_any_number_of_experts():
    assert_runs_under_vmap(Badger(BadgerConfig(F, messages="words", message_size=4)))
    agent = Badger(BadgerConfig(F, messages="words", message_size=2, identity="none"))
    assert agent(torch.randn(B, 9, F), agent.initial_state(B, 9))[0].shape == (B, 9, 1)


def test_parity_of_two_bits_is_learned_by_two_words():
    torch.manual_seed(0)
    agent = Badger(BadgerConfig(5, messages="words", message_size=2, hidden_size=16))
    trained = train(agent, "Badger/HiddenXOR-v0", {"bits": 2}, BPTT(updates=250, batch=64), seed=0)
    assert trained.curve[-1]["score"] > 0.9
