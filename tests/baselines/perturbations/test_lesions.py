"""What can be done to an agent in mid-life: messages cut, memory reset, other rounds."""

import pytest
import torch

from tests.helpers.mid_life import KINDS, B, F, P, cut, generator, made, state_in_mid_life

every_kind = pytest.mark.parametrize("name", KINDS)


@pytest.mark.parametrize("name", ["mean", "gated", "attention", "two rounds", "commnet", "handcrafted"])
def test_message_module_cut_by_a_hook_keeps_ports_apart(name):
    agent = made(name)
    shown = torch.randn(5, B, P, F)
    changed = shown.clone()
    changed[:, :, 0] += 1.0
    moved = []
    for hooked in (False, True):
        handle = agent.message_module.register_forward_hook(cut) if hooked else None
        lives = [agent.unroll(seen, agent.initial_state(B, P, generator=generator()))[1] for seen in (shown, changed)]
        moved.append((lives[0] - lives[1]).abs().amax(dim=(0, 1, 3)))  # (E,)
    handle.remove()
    assert (moved[0] > 0).all()
    assert moved[1][0] > 0
    assert (moved[1][1:] == 0).all()


@pytest.mark.parametrize("name", ["mean", "two rounds"])
def test_message_module_cut_equals_an_expert_alone(name):
    agent = made(name)
    state = agent.initial_state(B, P, generator=generator())
    shown = torch.randn(B, P, F)
    handle = agent.message_module.register_forward_hook(cut)
    together, _ = agent(shown, state)
    handle.remove()
    for port in range(P):
        one = slice(port, port + 1)
        parts = {part: getattr(state, part)[:, one] for part in ("memory", "private", "identity", "addresses")}
        alone, _ = agent(shown[:, one], state._replace(**parts))  # the mean of nobody is 0
        assert torch.allclose(alone, together[:, one], atol=1e-6)


def test_message_module_runs_once_in_every_round():
    for rounds in (1, 4):
        for name in ("mean", "commnet", "handcrafted"):
            agent, heard = made(name, rounds=rounds), []
            handle = agent.message_module.register_forward_hook(lambda *call, heard=heard: heard.append(call[2]))
            state_in_mid_life(agent, steps=2)
            handle.remove()
            assert len(heard) == 2 * rounds


@pytest.mark.parametrize("name", ["silent", "monolithic", "lstm", "independent"])
def test_message_module_is_none_without_messages(name):
    assert made(name).message_module is None


@every_kind
@pytest.mark.parametrize("each", [False, True])
def test_reset_memory_gives_the_initial_memory_and_keeps_the_rest(name, each):
    agent = made(name)
    state, born = state_in_mid_life(agent), agent.initial_state(B, P, generator=generator())
    memory = agent.memory(state)
    mask = torch.rand(memory.shape if each else memory.shape[1:], generator=generator()) < 0.5
    after = agent.reset_memory(state, mask)
    where = mask.expand(memory.shape)
    assert torch.equal(agent.memory(after)[where], agent.memory(born)[where])
    assert torch.equal(agent.memory(after)[~where], memory[~where])
    assert (agent.memory(state) == memory).all()  # the state given was left alone
    for field in state._fields:
        value, kept = getattr(state, field), getattr(after, field)
        if field not in ("memory", "private"):
            assert value is kept
        elif value.numel() % memory.numel() == 0 and value.numel():
            # The cell state too, and matrices: blocks of H entries; entry h of each belongs to entry h of the memory.
            blocks, before = (part.reshape(*memory.shape[:2], -1, memory.shape[2]) for part in (kept, value))
            reset = where[:, :, None].expand_as(blocks)  # (B, E, S / H, H)
            assert (blocks[reset] == 0.0).all()
            assert torch.equal(blocks[~reset], before[~reset])
    agent(torch.randn(B, P, F), after)


@every_kind
def test_reset_memory_of_everything_equals_initial_state(name):
    agent = made(name)
    state, born = state_in_mid_life(agent), agent.initial_state(B, P, generator=generator())
    blank = agent.reset_memory(state, torch.ones(agent.memory(state).shape[1:], dtype=torch.bool))
    if hasattr(blank, "previous"):
        blank = blank._replace(previous=None)
    shown = torch.randn(B, P, F)
    assert torch.equal(agent(shown, blank)[0], agent(shown, born)[0])


def test_reset_memory_refuses_a_mask_of_another_shape_or_type():
    agent = made("mean")
    state = state_in_mid_life(agent)
    for mask in (torch.ones(P, 27, dtype=torch.bool), torch.ones(P, 28), torch.ones(28, dtype=torch.bool)):
        with pytest.raises(ValueError, match=r"mask must be bool of shape \(4, 28\) or \(5, 4, 28\), got"):
            agent.reset_memory(state, mask)


@pytest.mark.parametrize("name", ["mean", "attention", "commnet", "handcrafted"])
def test_with_rounds_shares_the_weights(name):
    agent, shown = made(name), torch.randn(B, P, F)
    longer = agent.with_rounds(5)
    assert (longer.config.rounds, type(longer)) == (5, type(agent))
    assert agent.config.rounds == made(name).config.rounds
    assert [id(weights) for weights in longer.parameters()] == [id(weights) for weights in agent.parameters()]
    built = made(name, rounds=5)
    built.load_state_dict(agent.state_dict())
    action, _ = longer(shown, longer.initial_state(B, P))
    assert torch.equal(action, built(shown, built.initial_state(B, P))[0])
    if name != "handcrafted":  # parity has heard all there is to hear
        assert not torch.equal(action, agent(shown, agent.initial_state(B, P))[0])


@pytest.mark.parametrize("name", ["monolithic", "independent"])
def test_with_rounds_refuses_agents_without_rounds(name):
    with pytest.raises(ValueError, match="rounds must not be asked of an agent that has none, got 2 for"):
        made(name).with_rounds(2)
    with pytest.raises(ValueError, match="rounds must be an integer of at least 1, got 0"):
        made("mean").with_rounds(0)
