"""What agents remember can be read, set and taken back."""

import pytest
import torch

from tests.helpers.mid_life import KINDS, B, F, P, generator, made, state_in_mid_life

every_kind = pytest.mark.parametrize("name", KINDS)


@every_kind
def test_replaced_is_the_inverse_of_memory_and_of_carried(name):
    agent = made(name)
    state, other = state_in_mid_life(agent), state_in_mid_life(agent, steps=5)
    for read in (agent.memory, agent.carried):
        kept = [value if value is None else value.clone() for value in state]
        after = agent.replaced(state, read(other))
        assert torch.equal(read(after), read(other))
        for field in set(state._fields) - {"memory", "private"}:
            assert getattr(after, field) is getattr(state, field)
        assert all(now is before is None or torch.equal(now, before) for now, before in zip(state, kept, strict=True))
        back = agent.replaced(after, read(state))
        assert torch.equal(agent.carried(back), agent.carried(state))
    if hasattr(state, "private"):
        assert torch.equal(agent.replaced(state, agent.memory(other)).private, state.private)


@every_kind
def test_life_goes_on_with_what_was_carried_by_another(name):
    agent = made(name)
    shown, born = torch.randn(B, P, F), agent.initial_state(B, P, generator=generator())
    lived = state_in_mid_life(agent)
    heir = agent.replaced(lived._replace(memory=torch.zeros_like(lived.memory)), agent.carried(lived))
    assert torch.equal(agent(shown, heir)[0], agent(shown, lived)[0])
    if name not in ("handcrafted", "plastic"):  # these know nothing by which a first step could differ
        forgetful = agent.replaced(lived, agent.carried(born))
        assert not torch.equal(agent(shown, forgetful)[0], agent(shown, lived)[0])


@every_kind
def test_replaced_refuses_another_shape(name):
    agent = made(name)
    state = state_in_mid_life(agent)
    carried = agent.carried(state)
    for wrong in (carried[:, :, :-1] if carried.shape[2] == 1 else carried[:-1], carried[0], carried.flatten(1)):
        with pytest.raises(ValueError, match=r"carried must be of shape \(5, \d+, \d+\), or of \d+ entries"):
            agent.replaced(state, wrong)


@pytest.mark.parametrize(("name", "rounds"), [("mean", 1), ("two rounds", 2), ("pairs", 1), ("commnet", 2)])
def test_update_module_gives_the_memory_of_every_round(name, rounds):
    agent, found = made(name), []
    state = state_in_mid_life(agent)
    hook = agent.update_module.register_forward_hook(lambda module, inputs, output: found.append(output[0]))
    _, after = agent(torch.randn(B, P, F), state)
    hook.remove()
    assert len(found) == rounds
    assert torch.equal(found[-1].view_as(after.memory), after.memory)
    assert made("monolithic").update_module is made("handcrafted").update_module is None
