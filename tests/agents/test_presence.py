"""Experts at absent ports: nothing that they knew or say reaches anybody, in any kind of agent."""

import pytest
import torch

from agents import BadgerConfig, Handcrafted, HandcraftedConfig
from agents.parts.messages import AttentionMessages, MeanMessages
from agents.parts.presence import bound_to, dealt_out
from agents.rules.rule import Rule
from tests.helpers.mid_life import KINDS, TRAINABLE, B, F, P, assert_runs_under_vmap, generator, made, state_in_mid_life

every_kind = pytest.mark.parametrize("name", KINDS)


def life(agent, observations):
    """Actions (T, B, P, A), and the state after each step."""
    state, actions, states = agent.initial_state(B, P, generator=generator()), [], []
    for observation in observations:
        action, state = agent(observation, state)
        actions.append(action)
        states.append(state)
    return torch.stack(actions), states


def handover(secret):
    """What ports show: the first one, alone, something secret; then all but the first, and at last all."""
    shown = torch.randn(4, B, P, F, generator=generator(1))
    shown[0] = 0.0
    shown[0, :, 0] = secret
    shown[1, :, 0] = 0.0
    return shown


@every_kind
def test_nothing_that_an_absent_port_was_shown_reaches_anybody_even_when_it_is_back(name):
    agent = made(name, presence_changes=True)
    one, _ = life(agent, handover(0.3))
    other, _ = life(agent, handover(-0.9))
    assert not torch.equal(one[0], other[0]) or name == "handcrafted"
    assert torch.equal(one[1:], other[1:])


@pytest.mark.parametrize("name", [name for name in KINDS if name != "independent"])
def test_without_presence_the_same_reaches_somebody(name):
    agent = made(name)
    one, _ = life(agent, handover(0.3))
    other, _ = life(agent, handover(-0.9))
    assert not torch.equal(one[1:], other[1:])


@every_kind
def test_whoever_comes_back_knows_as_much_as_at_birth(name):
    agent = made(name, presence_changes=True)
    shown = torch.randn(3, B, P, F, generator=generator(1))
    shown[1:] = 0.0
    _, states = life(agent, shown)
    assert agent.memory(states[0]).any()
    for state in states[1:]:
        assert not agent.memory(state).any()
        assert getattr(state, "previous", None) is None or not state.previous.any()


@every_kind
def test_life_without_absent_ports_is_as_if_presence_never_changed(name):
    shown = torch.randn(4, B, P, F, generator=generator(1))
    one, other = life(made(name), shown)[0], life(made(name, presence_changes=True), shown)[0]
    assert torch.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("name", TRAINABLE)
def test_unroll_with_absent_ports_equals_step_by_step(name):
    agent, shown = made(name, presence_changes=True), handover(0.3)
    actions, states = life(agent, shown)
    unrolled, memories, last = agent.unroll(shown, agent.initial_state(B, P, generator=generator()))
    assert torch.equal(unrolled, actions)
    assert torch.equal(memories, torch.stack([agent.memory(state) for state in states]))
    assert torch.equal(agent.memory(last), memories[-1])


@pytest.mark.parametrize("name", ["attention, random ids", "bonds", "pairs", "commnet", "lstm", "padded lstm"])
def test_absent_ports_run_under_vmap(name):
    assert_runs_under_vmap(made(name, presence_changes=True))


def test_experts_of_different_lifetimes_are_absent_apart_from_each_other():
    agent = made("mean", presence_changes=True)
    state = state_in_mid_life(agent)
    absent = torch.zeros(B, P, dtype=torch.bool)
    absent[0, 1] = absent[2, 3] = True
    forgotten = agent.forget(state, absent)
    assert torch.equal(forgotten.memory, state.memory * ~absent[..., None])
    assert torch.equal(forgotten.previous, state.previous * ~absent[..., None])


def test_agent_that_is_one_loses_the_share_of_absent_ports():
    agent = made("monolithic", presence_changes=True, hidden_size=12)
    absent = torch.tensor([[False, True, False, False]]).expand(B, -1)
    memory = agent.forget(state_in_mid_life(agent), absent).memory  # (B, 1, 12)
    assert (memory == 0.0).any(dim=0).nonzero()[:, 1].tolist() == [3, 4, 5]


def test_things_are_dealt_out_to_ports_as_evenly_as_can_be():
    ports = torch.eye(3, dtype=torch.bool)  # (B, P) in each lifetime another one is absent
    assert dealt_out(ports, 7).sum(dim=1).tolist() == [3, 2, 2]
    assert dealt_out(ports, 3).tolist() == ports.tolist()


def test_expert_is_absent_with_the_port_that_it_serves_most():
    bonds = torch.tensor([[[0.6, 0.4], [0.1, 0.9], [0.0, 0.0]]])  # (B, E, P); the last one serves nobody
    assert bound_to(torch.tensor([[True, False]]), bonds).tolist() == [[True, False, False]]
    assert bound_to(torch.tensor([[False, True]]), bonds).tolist() == [[False, True, False]]


class Smuggle(Rule):
    """Cheats: what it sees it keeps outside of its memory, and says so although it is absent."""

    message_size = 1

    def memory_size(self, experts):
        return 1

    def observe(self, own, memory):
        if not hasattr(self, "kept"):
            self.kept = own.observation[:, :1].clone()
        return memory * 0.0

    def send(self, own, memory):
        return self.kept

    def receive(self, own, memory, messages):
        return messages[:, :, 0].sum(dim=1, keepdim=True)

    def act(self, own, memory):
        return memory


def smuggler(presence_changes):
    agent = Handcrafted(HandcraftedConfig(port_features=F, rule="parity", presence_changes=presence_changes))
    agent.rule = Smuggle({})
    return agent


def test_rule_that_speaks_for_an_absent_expert_is_not_heard():
    shown = handover(0.3)
    actions, _ = life(smuggler(True), shown)
    assert (actions[1] == 0.0).all()
    cheated, _ = life(smuggler(False), shown)
    assert torch.allclose(cheated[1, :, 1:], torch.full_like(cheated[1, :, 1:], 0.3))


@pytest.mark.parametrize("kind", [MeanMessages, AttentionMessages])
def test_messages_that_remember_for_an_absent_expert_are_void(kind):
    class Smuggling(kind):
        """Cheats: speaks of what was in the memories of the step before, whoever has forgotten it by now."""

        kept = None

        def forward(self, memory, *heard):
            before = memory if self.kept is None else self.kept
            self.kept = memory + torch.randn_like(memory)
            return super().forward(before, *heard)

    agent = made("mean", presence_changes=True)
    torch.manual_seed(0)
    agent.messages = Smuggling(agent.config.hidden_size, agent.config.message_size)
    received = []
    agent.messages.register_forward_hook(lambda module, inputs, output: received.append(output))
    state, shown = state_in_mid_life(agent), handover(0.3)
    kept = torch.randn(B, P, agent.config.hidden_size)
    for secret in (0.0, 5.0):
        kept[:, 0] = secret
        agent.messages.kept = kept.clone()
        agent(shown[1], state)
    assert torch.equal(received[-2][:, 1:], received[-1][:, 1:])
    assert (received[-1][:, 0] == 0.0).all()  # and the absent one is told nothing


def test_turns_that_are_handed_over_need_ports_that_stay():
    with pytest.raises(ValueError, match="turns must be 'all_at_once' where presence changes, got 'stick'"):
        BadgerConfig(port_features=F, turns="stick", presence_changes=True)
    with pytest.raises(ValueError, match="presence_changes must be True or False, got 1"):
        BadgerConfig(port_features=F, presence_changes=1)
