import numpy as np
import pytest
import torch

from agents import Badger, BadgerConfig, CommNetConfig, build_agent
from baselines.outer_loops.policy import AgentPolicy
from tests.helpers.mid_life import TRAINABLE, B, F, P, generator, made

AGENTS = {name: made(name) for name in TRAINABLE}
every_agent = pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS.keys())


def rollout(agent, observations, **how):
    """Actions of a whole lifetime, (T, B, P, A)."""
    state = agent.initial_state(observations.shape[1], observations.shape[2], **how)
    actions = []
    for observation in observations:
        action, state = agent(observation, state)
        actions.append(action)
    return torch.stack(actions)


@every_agent
def test_actions_have_shape_and_range(agent):
    actions = rollout(agent, torch.randn(6, B, P, F), generator=generator())
    assert actions.shape == (6, B, P, agent.config.port_actions)
    assert actions.abs().max() <= 1.0


@every_agent
def test_gradients_reach_every_parameter(agent):
    # An agent that learns through its memory: the loss on the last action has to reach everything.
    rollout(agent, torch.randn(6, B, P, F), generator=generator())[-1].square().sum().backward()
    for name, parameter in agent.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
    agent.zero_grad()


@every_agent
def test_lifetimes_of_a_batch_are_independent(agent):
    observations = torch.randn(4, B, P, F)
    changed = observations.clone()
    changed[:, 0] += 1.0
    one, other = (rollout(agent, seen, generator=generator()) for seen in (observations, changed))
    assert torch.allclose(one[:, 1:], other[:, 1:], atol=1e-6)
    assert not torch.allclose(one[:, 0], other[:, 0], atol=1e-4)


@every_agent
def test_rollout_is_a_function_of_the_generator(agent):
    observations = torch.randn(4, B, P, F)
    one, other = (rollout(agent, observations, generator=generator(3)) for _ in range(2))
    assert torch.equal(one, other)


@pytest.mark.parametrize("name", ["mean", "attention, random ids", "commnet", "silent"])
def test_other_ports_learn_of_an_observation_only_through_messages(name):
    agent = AGENTS[name]
    observations = torch.randn(5, B, P, F)
    changed = observations.clone()
    changed[0, :, 0] += 1.0
    one, other = (rollout(agent, seen, generator=generator()) for seen in (observations, changed))
    moved = (one - other).abs().amax(dim=(1, 3))  # (T, P)
    assert moved[0, 0] > 0
    if name == "silent":
        assert (moved[:, 1:] == 0).all()
    else:
        # Said in the first step, heard in the second, or in the same one with a second round.
        assert (moved[1:, 1:].amax(dim=0) > 0).all()


@pytest.mark.parametrize("name", ["attention, random ids", "nameless", "attention membrane"])
def test_experts_are_equivariant_to_their_order(name):
    agent, order = AGENTS[name], torch.tensor([2, 0, 3, 1])
    observations = torch.randn(5, B, P, F)
    state = agent.initial_state(B, P, generator=generator())
    swapped = state._replace(addresses=state.addresses[:, order])
    if agent.config.membrane == "direct":
        swapped = swapped._replace(identity=state.identity[:, order])
    for observation in observations:
        action, state = agent(observation, state)
        other, swapped = agent(observation[:, order], swapped)
        assert torch.allclose(action[:, order], other, atol=1e-5)


def test_experts_without_identity_act_equally_on_equal_observations():
    same = torch.randn(5, B, 1, F).expand(-1, -1, P, -1)
    actions = rollout(AGENTS["nameless"], same)
    assert torch.allclose(actions, actions[:, :, :1].expand_as(actions), atol=1e-6)
    told_apart = rollout(AGENTS["mean"], same)
    assert (told_apart - told_apart[:, :, :1]).abs().max() > 1e-3


@pytest.mark.parametrize("experts", [1, 3, 20])
def test_attention_membrane_takes_any_number_of_experts_and_ports(experts):
    agent = AGENTS["attention membrane"]
    state = agent.initial_state(B, 9, generator=generator(), experts=experts)
    assert state.memory.shape == (B, experts, agent.config.hidden_size)
    action, _ = agent(torch.randn(B, 9, F), state)
    assert action.shape == (B, 9, 1)


def test_shared_across_batch_shares_all_samples_and_nothing_is_shared_without():
    agent = Badger(BadgerConfig(F, membrane="attention", experts=7, identity="random", topology="random"))
    shared = agent.initial_state(B, P, generator=generator(), shared_across_batch=True)
    for sample in (shared.identity, shared.addresses, shared.neighbours):
        assert torch.equal(sample, sample[:1].expand_as(sample))
    free = agent.initial_state(B, P, generator=generator())
    assert not torch.equal(free.identity[0], free.identity[1])


def test_agent_policy_acts_as_its_agent_does():
    agent = AGENTS["mean"]
    observations = torch.randn(4, B, P, F)
    policy = AgentPolicy(agent, P)
    policy.reset(B)
    got = [policy.act(seen.flatten(1).numpy(), np.zeros(B, np.float32)) for seen in observations]
    assert np.allclose(np.stack(got), rollout(agent, observations).flatten(2).detach().numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BadgerConfig(0), "port_features must be an integer of at least 1, got 0"),
        (lambda: BadgerConfig(3, hidden_size=2.5), "hidden_size must be an integer of at least 1, got 2.5"),
        (
            lambda: BadgerConfig(3, messages="loud"),
            "messages must be one of 'mean', 'gated', 'attention', .*, 'none', got 'loud'",
        ),
        (lambda: BadgerConfig(3, identity="name"), "identity must be one of"),
        (lambda: BadgerConfig(3, membrane="attention"), "experts must be an integer of at least 1, got None"),
        (lambda: BadgerConfig(3, experts=3), "experts must be None with membrane 'direct', tied to ports, got 3"),
        (lambda: BadgerConfig(3, topology="tree"), "topology must be one of 'all', .*, 'learned', got 'tree'"),
        (
            lambda: BadgerConfig(3, hidden_size=2**24 + 1),
            "hidden_size must be an integer of at most 16777216, got 16777217",
        ),
        (lambda: BadgerConfig(3, expert=np.array(["gru"])), "expert must be one of 'gru', .*, got array"),
        (lambda: BadgerConfig(3, error_feature=1.0), "error_feature must be None or an integer below 3, got 1.0"),
        (lambda: build_agent("Badger", {"port_features": 3}, format=99), "format must be one of 1, 2, got 99"),
        (lambda: build_agent(["Badger"], {}), r"kind must be one of Badger, .*, got \['Badger'\]"),
        (lambda: BadgerConfig(3, in_degree=0), "in_degree must be an integer of at least 1, got 0"),
        (lambda: CommNetConfig(3, rounds=0), "rounds must be an integer of at least 1, got 0"),
        (lambda: AGENTS["monolithic"].initial_state(1, P + 1), "ports must be a number that Monolithic.* got 5"),
        (lambda: AGENTS["mean"].initial_state(1, 17), "ports must be .* got 17"),
        (lambda: AGENTS["mean"].initial_state(1, 3, experts=4), "experts must equal the 3 ports"),
        (lambda: AgentPolicy(AGENTS["monolithic"], 3), "ports must be .* got 3"),
        (lambda: build_agent("Robot", {}), "kind must be one of Badger, .*, Monolithic, .*, Handcrafted, got 'Robot'"),
        (lambda: build_agent("Badger", {"size": 3}), "config of Badger must have fields out of .*, got size"),
        (lambda: build_agent("Badger", {}), "config of Badger: .*port_features"),
    ],
)
def test_configs_and_agents_refuse_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["mean", "commnet", "independent", "monolithic", "lstm", "padded", "padded lstm"])
@pytest.mark.parametrize("with_past", [False, True])
def test_unroll_equals_single_steps(name, with_past):
    agent = made(name)
    shown, state = torch.randn(6, B, P, F), agent.initial_state(B, P, generator=generator())
    if with_past:
        _, state = agent(torch.randn(B, P, F), state)
    actions, memories, end = agent.unroll(shown, state)
    for observation, action, memory in zip(shown, actions, memories, strict=True):
        expected, state = agent(observation, state)
        assert torch.allclose(action, expected, atol=1e-6)
        assert torch.allclose(memory, agent.memory(state), atol=1e-6)
    assert torch.allclose(agent.memory(end), agent.memory(state), atol=1e-6)
    assert torch.equal(end.previous, shown[-1])
