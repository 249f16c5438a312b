import numpy as np
import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts import TURNS, load_part
from agents.parts.inputs import summed_error, with_change
from agents.parts.turns import AllAtOnce
from badger_envs import Guessing, episode_keys
from tests.helpers.mid_life import assert_runs_under_vmap, generator

B, F, ERROR = 4, 3, 1
FREE = {"membrane": "bonds", "identity": "random"}
HANDED_OVER = sorted(set(TURNS) - {"all_at_once"})


def made(turns, **config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(F, turns=turns, error_feature=ERROR, **config))


def life(agent, ports, steps, experts=None):
    """Actions (T, B, P) of a life in the guessing game, and the states before each step and after the last."""
    task = Guessing(dims=ports, horizon=steps)
    world = task.initial(episode_keys(0, np.arange(B)), xp=torch)
    state = agent.initial_state(B, ports, generator=generator(), **({} if experts is None else {"experts": experts}))
    actions, states = [], [state]
    for _ in range(steps):
        action, state = agent(task.observation(world), state)
        world = task.transition(world, action)
        actions.append(action[..., 0])
        states.append(state)
    return torch.stack(actions), states


def moved(actions):
    """How many outputs moved in each step and life, (T, B)."""
    before = torch.cat([torch.zeros_like(actions[:1]), actions[:-1]])
    return (actions != before).sum(dim=2)


def test_stick_moves_the_output_of_whoever_has_it_and_of_whoever_had_it():
    actions, _ = life(made("stick"), ports=5, steps=12)
    assert (moved(actions)[0] == 1).all()
    assert (moved(actions)[1:] == 2).all()


def test_stick_visits_every_port_in_turn():
    actions, states = life(made("stick"), ports=5, steps=6)
    place = states[0].clock[..., 0]
    assert place.sort(dim=1).values.tolist() == [[0.0, 1.0, 2.0, 3.0, 4.0]] * B
    for step in range(5):
        first_moved = (actions[step] != 0.0) & ((actions[:step] == 0.0).all(dim=0))
        assert torch.equal(first_moved, place == step)


def test_rounds_try_one_output_at_a_time_and_then_all_decide():
    ports = 4
    actions, states = life(made("rounds"), ports=ports, steps=2 * (ports + 1))
    for begin in (0, ports + 1):
        rest = actions[begin - 1] if begin else torch.zeros(B, ports)
        tried = actions[begin : begin + ports]
        assert ((tried != rest).sum(dim=2) == 1).all()  # all others are where they rest
        assert ((tried != rest).sum(dim=0) == 1).all()  # each port had its turn
        assert (actions[begin + ports] != rest).all()
    decided = states[-1].clock[..., 0]
    assert torch.equal(decided, actions[-1])


def test_rounds_tell_an_expert_what_its_trial_changed():
    ports = 3
    agent, told = made("rounds"), []
    agent.expert.register_forward_pre_hook(lambda module, arguments: told.append(arguments[0].detach()))
    task = Guessing(dims=ports, horizon=4)
    world = task.initial(episode_keys(0, np.arange(B)), xp=torch)
    state, errors = agent.initial_state(B, ports, generator=generator()), []
    for _ in range(ports + 1):
        errors.append(world.error * ports / 3.0)
        action, state = agent(task.observation(world), state)
        world = task.transition(world, action)
    order = state.clock[..., -1].argsort(dim=1)  # (B, P) ports in the order of their turns
    for step in range(1, ports + 1):
        inputs = told[step].view(B, ports, -1)
        move, rest, change, mine, before, deciding = inputs[..., 1:7].unbind(dim=2)
        tried = order[:, step - 1 : step]
        assert torch.allclose(change.gather(1, tried)[:, 0], errors[step] - errors[0], atol=1e-6)
        assert ((change != 0.0).sum(dim=1) == 1).all()
        assert torch.allclose(rest, torch.tanh(errors[0])[:, None].expand(-1, ports))
        assert torch.equal(move != 0.0, before == 1.0)
        assert (mine.sum(dim=1) == (step < ports)).all()
        assert (deciding.sum(dim=1) == ports * (step == ports)).all()


def test_rounds_change_memory_of_those_who_are_called_alone_and_renew_it_before_a_trial():
    ports = 4
    _, states = life(made("rounds"), ports=ports, steps=ports + 2)
    order = states[0].clock[..., -1].argsort(dim=1)
    for step in range(ports):
        changed = (states[step + 1].memory != states[step].memory).any(dim=2)
        called = torch.zeros(B, ports, dtype=torch.bool).scatter(1, order[:, max(step - 1, 0) : step + 1], True)
        assert torch.equal(changed, called)
    agent = made("rounds")
    first = agent.initial_state(B, ports, generator=generator())
    noisy = first._replace(memory=torch.randn(first.memory.shape) * 0.0 + 1.0)
    seen = torch.randn(B, ports, F)
    _, one = agent(seen, first)
    _, other = agent(seen, noisy)
    mine = torch.zeros(B, ports, dtype=torch.bool).scatter(1, order[:, :1], True)
    assert (other.memory[~mine] == 1.0).all()
    silent = made("rounds", messages="none")
    assert torch.equal(silent(seen, first)[1].memory[mine], silent(seen, noisy)[1].memory[mine])
    assert not torch.equal(one.memory[mine], other.memory[mine])  # what the others say came from their memories


@pytest.mark.parametrize(("experts", "ports"), [(1, 4), (3, 7), (4, 4), (9, 4), (12, 18)])
def test_rounds_with_bonds_serve_every_port_once_before_any_twice(experts, ports):
    steps = ports + -(-ports // experts)
    actions, states = life(made("rounds", experts=experts, **FREE), ports, steps + 1)
    served = states[steps].clock[..., 2]
    assert (served == 1.0).all()
    assert (states[steps].clock[..., 3] == 0.0).all()  # the next round begins
    assert (actions[:steps] != 0.0).any(dim=0).all()


def test_bonds_are_made_anew_in_each_round_only_where_experts_are_fewer_than_ports():
    _, states = life(made("rounds", experts=2, **FREE), ports=4, steps=4)
    assert not torch.equal(states[4].bonds, states[1].bonds)
    _, states = life(made("rounds", experts=9, **FREE), ports=4, steps=11)
    assert all(torch.equal(state.bonds, states[0].bonds) for state in states)


@pytest.mark.parametrize("turns", HANDED_OVER)
@pytest.mark.parametrize("membrane", ["direct", "bonds"])
def test_permuting_ports_permutes_actions(turns, membrane):
    config = {**FREE, "experts": 6} if membrane == "bonds" else {"identity": "random"}
    agent, ports = made(turns, **config).double(), 4
    state = agent.initial_state(B, ports, generator=generator())
    state = type(state)(*(value if value is None else value.double() for value in state))
    order = torch.randperm(ports, generator=generator(3))
    other = state._replace(action=state.action[:, order], clock=state.clock[:, order])
    if membrane == "bonds":
        other = other._replace(addresses=state.addresses[:, order], bonds=state.bonds[:, :, order])
    else:
        other = other._replace(identity=state.identity[:, order])
    for seen in torch.randn(12, B, ports, F, dtype=torch.float64, generator=generator(1)):
        action, state = agent(seen, state)
        permuted, other = agent(seen[:, order], other)
        assert torch.allclose(permuted, action[:, order], atol=1e-10)


@pytest.mark.parametrize("turns", sorted(TURNS))
@pytest.mark.parametrize("experts", [None, 2, 6])
def test_turns_run_under_vmap(turns, experts):
    assert_runs_under_vmap(made(turns, **({} if experts is None else {**FREE, "experts": experts})))


@pytest.mark.parametrize("entry_point", TURNS.values())
def test_entry_points_of_turns_lead_to_turns(entry_point):
    assert issubclass(load_part(entry_point), AllAtOnce)


def test_summed_error_and_its_change_join_the_inputs():
    observation, previous = torch.randn(2, B, 6, F)
    plain, more = with_change(observation, previous), with_change(observation, previous, ERROR)
    assert torch.equal(more[..., : 2 * F], plain)
    assert torch.equal(more[..., 2 * F], torch.tanh(observation[..., ERROR] * 2.0))
    assert torch.equal(more[..., 2 * F + 1], torch.tanh((observation - previous)[..., ERROR] * 2.0))
    task = Guessing(dims=6)
    world = task.initial(episode_keys(0, np.arange(B)), xp=torch)
    squares = world.target.square().sum(dim=1, keepdim=True).expand(-1, 6)
    assert torch.allclose(summed_error(task.observation(world), ERROR), squares, atol=1e-5)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"turns": "polite"}, "turns must be one of 'all_at_once', 'recall', 'flags', 'stick', 'rounds', got 'polite'"),
        ({"turns": "rounds"}, "error_feature must be given with turns='rounds'"),
        ({"error_feature": 3}, "error_feature must be None or an integer below 3, got 3"),
        ({"error_feature": True}, "error_feature must be None or an integer below 3, got True"),
        (
            {"turns": "stick", "membrane": "attention", "experts": 3},
            "membrane must be 'direct' or 'bonds' with turns='stick', got 'attention'",
        ),
    ],
)
def test_configs_with_turns_refuse_bad_arguments(config, message):
    with pytest.raises(ValueError, match=message):
        BadgerConfig(F, **config)
