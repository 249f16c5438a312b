"""The associative expert worked out by hand, and learning what others do not."""

from dataclasses import replace

import pytest
import torch

from agents import build_agent
from agents.parts.associative import ADDRESS_SIZE, Associative, Predictive
from baselines.experiments.agents import AGENTS
from baselines.experiments.recipes import RECIPES
from baselines.outer_loops.trainer import train

H = 3


def expert(kind=Associative):
    """One whose address is the first inputs, whose note is tanh of the last ones, and which always writes all of it."""
    made = kind(ADDRESS_SIZE + H, H)
    for part in (made.address, made.note, made.rate):
        torch.nn.init.zeros_(part.weight)
        torch.nn.init.zeros_(part.bias)
    with torch.no_grad():
        made.address.weight[:, :ADDRESS_SIZE] = torch.eye(ADDRESS_SIZE)
        made.note.weight[:, ADDRESS_SIZE:] = torch.eye(H)
        made.rate.bias.fill_(100.0)
    return made


def seen(place, note):
    """(1, ADDRESS_SIZE + H)"""
    return torch.cat([torch.eye(ADDRESS_SIZE)[place], torch.tensor(note)])[None]


def private_after(made, *inputs):
    memory, private = (part[0] for part in made.initial_state(1, 1, None))  # (1, H), (1, W * H)
    for one in inputs:
        memory, private = made(one, memory, private)
    return private.view(ADDRESS_SIZE, -1)


def test_note_is_kept_at_its_address_and_replaced_there_alone():
    made = expert()
    noted = private_after(made, seen(4, [0.5, 0.0, -0.5]), seen(7, [0.1, 0.2, 0.3]), seen(4, [1.0, 1.0, 1.0]))
    assert torch.allclose(noted[4], torch.tensor([1.0, 1.0, 1.0]).tanh())
    assert torch.allclose(noted[7], torch.tensor([0.1, 0.2, 0.3]).tanh())
    assert not noted[[place for place in range(ADDRESS_SIZE) if place not in (4, 7)]].any()


def test_what_was_noted_is_taken_in_when_the_address_is_seen_again():
    made, memory = expert(), torch.zeros(1, H)
    private = private_after(made, seen(4, [0.5, 0.0, -0.5])).reshape(1, -1)
    again, other = seen(4, [0.0, 0.0, 0.0]), seen(5, [0.0, 0.0, 0.0])
    found = torch.cat([again, torch.tensor([[0.5, 0.0, -0.5]]).tanh()], dim=1)
    nothing = torch.cat([other, torch.zeros(1, H)], dim=1)
    for inputs, taken_in in ((again, found), (other, nothing)):
        expected, _ = made.cell(taken_in, memory, private[:, :0])
        assert torch.allclose(made(inputs, memory, private)[0], expected)


def test_expert_writes_nothing_where_its_rate_is_0():
    made = expert()
    torch.nn.init.constant_(made.rate.bias, -100.0)
    assert not private_after(made, seen(4, [0.5, 0.0, -0.5])).any()


def test_note_of_a_predictive_expert_is_at_the_address_of_the_step_before():
    made, nothing = expert(Predictive), [0.0, 0.0, 0.0]
    noted = private_after(made, seen(4, nothing), seen(7, [0.5, 0.0, -0.5]), seen(2, nothing))  # (W, H + 1)
    assert torch.allclose(noted[4, :-1], torch.tensor([0.5, 0.0, -0.5]).tanh())
    assert not noted[[place for place in range(ADDRESS_SIZE) if place != 4], :-1].any()
    assert torch.equal(noted[:, -1], torch.eye(ADDRESS_SIZE)[2])


def test_predictive_expert_takes_in_what_followed_when_it_sees_the_same_again():
    made, memory, nothing = expert(Predictive), torch.zeros(1, H), [0.0, 0.0, 0.0]
    private = private_after(made, seen(4, nothing), seen(7, [0.5, 0.0, -0.5])).reshape(1, -1)
    again = seen(4, nothing)
    found = torch.cat([again, torch.tensor([[0.5, 0.0, -0.5]]).tanh()], dim=1)
    expected, _ = made.cell(found, memory, private[:, :0])
    assert torch.allclose(made(again, memory, private)[0], expected)


def test_address_of_a_predictive_expert_is_reset_with_the_last_entry_of_its_memory():
    made = expert(Predictive)
    private = private_after(made, seen(4, [0.0, 0.0, 0.0]), seen(7, [0.5, 0.2, -0.5])).reshape(1, -1)
    first = made.reset(private, torch.tensor([[True, False, False]])).view(ADDRESS_SIZE, -1)
    assert not first[:, 0].any()
    assert first[7, -1] == 1.0
    last = made.reset(private, torch.tensor([[False, False, True]])).view(ADDRESS_SIZE, -1)
    assert last[4, 0] != 0.0
    assert not last[:, 2:].any()


@pytest.mark.slow
def test_badger_recalls_pairs_by_their_keys():
    recipe = RECIPES["memory"]
    torch.manual_seed(0)
    agent = build_agent("Badger", recipe.config(AGENTS["badger"]))
    trained = train(agent, recipe.task, recipe.arguments, replace(recipe.outer_loop, updates=300), seed=0)
    assert trained.curve[-1]["score"] > 0.5  # values alone are worth .375
