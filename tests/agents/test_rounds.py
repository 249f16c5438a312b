"""How the rounds of a step follow each other: chained and settling ones by hand, who stops when, and gradients."""

import re
from dataclasses import replace

import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts.rounds import Chain, Settle
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, made, state_in_mid_life

SETTLING = {"exchange": "settle", "messages": "attention", "identity": "random", "hidden_size": 6, "message_size": 4}


def settling(**config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, **{**SETTLING, **config}))


def half(number, said, memory, private):
    """A round that can be worked out by hand, with a fixed point at twice the memory it began with."""
    return 0.5 * said + memory, private + 1.0


def one(number):
    return torch.full((1, 1, 1), number)


def test_a_chain_updates_what_the_round_before_left():
    memory, private, used = Chain(0, 0.0).run(3, half, one(1.0), one(0.0))
    assert (memory.item(), private.item(), used.tolist()) == (1.5**3, 3.0, [3])


def test_settling_renews_what_is_said_and_holds_the_memory():
    found = [Settle(0, 0.0).run(rounds, half, one(1.0), one(0.0)) for rounds in (1, 2, 3, 30)]
    assert [memory.item() for memory, _, _ in found] == [1.5, 1.75, 1.875, pytest.approx(2.0)]
    assert [private.item() for _, private, _ in found] == [1.0] * 4
    assert [used.tolist() for _, _, used in found] == [[1], [2], [3], [30]]


def test_a_lifetime_stops_where_its_experts_agree_and_the_others_go_on():
    def shrink(number, said, memory, private):
        return said * torch.tensor([0.5, 0.9, 1.0])[:, None, None], private + 1.0

    start = torch.tensor([8.0, 8.0, 8.0])[:, None, None]
    memory, private, used = Settle(0, 0.2).run(4, shrink, start, start)
    # Changes are 1, .11 and 0 of what comes out: the first never agrees, the others in the first round.
    assert used.tolist() == [4, 1, 1]
    assert memory.flatten().tolist() == pytest.approx([0.5, 7.2, 8.0])
    assert private.flatten().tolist() == [9.0, 9.0, 9.0]
    nothing = torch.zeros(1, 2, 3)
    assert Settle(0, 0.2).run(4, lambda *known: known[2:], nothing, nothing)[2].tolist() == [1]


def test_agreement_is_of_each_lifetime_alone():
    agent, shown = settling(rounds=12, agreement=0.02), torch.randn(B, P, F, generator=generator(2))
    state = state_in_mid_life(agent)
    together, after = agent(shown, state)
    assert 1 < after.rounds.min() < after.rounds.max() < 12
    for life in range(B):
        rows = slice(life, life + 1)
        alone, same = agent(shown[rows], type(state)(*(None if part is None else part[rows] for part in state)))
        assert torch.allclose(alone, together[rows], atol=1e-6)
        assert same.rounds.item() == after.rounds[life].item()


def test_one_round_is_the_same_of_both():
    shown, actions = torch.randn(B, P, F), []
    for exchange in ("chain", "settle"):
        agent = settling(exchange=exchange)
        actions.append(agent(shown, state_in_mid_life(agent))[0])
    assert torch.equal(*actions)


def test_more_rounds_go_to_a_fixed_point_which_holds_the_past():
    agent, shown = settling(), torch.randn(B, P, F, generator=generator(2))
    state = state_in_mid_life(agent)
    few, many = (agent.with_rounds(rounds)(shown, state)[1].memory for rounds in (20, 40))
    assert torch.allclose(few, many, atol=1e-5)
    forgotten = agent.with_rounds(40)(shown, agent.initial_state(B, P, generator=generator()))[1].memory
    assert (forgotten - many).abs().max() > 0.01


def test_free_rounds_change_no_number_and_leave_the_gradient_to_the_others():
    shown, actions, gradients = torch.randn(B, P, F, generator=generator(2)), [], []
    for free in (0, 3, 5, 99):
        agent = settling(rounds=6, free_rounds=free)
        action, _ = agent(shown, agent.initial_state(B, P, generator=generator()))
        action.square().sum().backward()
        actions.append(action.detach())
        gradients.append(agent.expert.weight_ih.grad)
    assert all(torch.equal(action, actions[0]) for action in actions)
    whole, *parts = gradients
    # The further back rounds have a gradient, the closer is it to that of all of them.
    errors = [(part - whole).norm().item() for part in parts]
    assert 0.0 < errors[0] < errors[1] == errors[2]
    assert all(part.norm() > 0.0 for part in parts)


def test_who_agrees_in_free_rounds_still_has_a_gradient():
    agent = settling(rounds=6, free_rounds=4, agreement=0.9)
    action, after = agent(torch.randn(B, P, F), agent.initial_state(B, P, generator=generator()))
    assert (after.rounds == 5).all()
    action.sum().backward()
    assert agent.expert.weight_ih.grad.norm() > 0.0


@pytest.mark.parametrize("free_rounds", [0, 2])
def test_settling_runs_under_vmap_and_says_how_many_rounds_each_lifetime_used(free_rounds):
    _, following = assert_runs_under_vmap(settling(rounds=8, agreement=0.1, free_rounds=free_rounds))
    assert following["rounds"].shape == (3, B)
    assert len(following["rounds"].unique()) > 1


def test_a_state_says_how_many_rounds_its_step_used():
    agent = made("two rounds")
    assert agent.initial_state(B, P).rounds.tolist() == [0] * B
    assert state_in_mid_life(agent).rounds.tolist() == [2] * B
    assert state_in_mid_life(agent.with_rounds(5)).rounds.tolist() == [5] * B


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"exchange": "argue"}, "exchange must be one of 'chain', 'settle', got 'argue'"),
        ({"free_rounds": 1}, "free_rounds must be 0 with exchange='chain', got 1"),
        ({"agreement": 0.1}, "agreement must be 0 with exchange='chain', got 0.1"),
        ({"exchange": "settle", "free_rounds": -1}, "free_rounds must be an integer of at least 0, got -1"),
        ({"exchange": "settle", "agreement": 1.0}, "agreement must be a number from 0 to below 1, got 1.0"),
        ({"exchange": "settle", "agreement": float("nan")}, "agreement must be a number from 0 to below 1, got nan"),
        ({"exchange": "settle", "agreement": True}, "agreement must be a number from 0 to below 1, got True"),
    ],
)
def test_rounds_refuse_bad_settings(config, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        BadgerConfig(F, **config)
    assert replace(BadgerConfig(F), exchange="settle", agreement=0.5).agreement == 0.5
