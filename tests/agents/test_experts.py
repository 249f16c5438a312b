import pytest
import torch
from torch import nn

from agents import Badger, BadgerConfig, build_agent, load_agent, save_agent
from agents.parts import EXPERTS
from agents.parts.experts import GRU, LSTM, Expert
from badger_envs.registry import get_spec
from baselines.experiments.agent_spec import AgentSpec
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import B, F, P, assert_runs_under_vmap, generator, state_in_mid_life

H = 5


class FastWeights(Expert):
    """An expert with a weight matrix of its own that changes in its lifetime (Ba et al. 2016)."""

    def __init__(self, inputs, hidden_size):
        super().__init__(inputs, hidden_size, private_size=hidden_size**2)
        self.slow = nn.Linear(inputs, hidden_size)
        self.rate = nn.Parameter(torch.tensor(0.1))

    def forward(self, inputs, memory, private):
        weights = private.unflatten(1, (self.hidden_size, self.hidden_size))  # (N, H, H)
        following = torch.tanh(self.slow(inputs) + (weights @ memory[:, :, None])[:, :, 0])  # (N, H)
        weights = 0.9 * weights + self.rate * following[:, :, None] * memory[:, None]  # (N, H, H)
        return following, weights.flatten(1)


class TwoKinds(Expert):
    """Experts of two kinds: what is private says which of two units each one runs, and stays for its lifetime."""

    def __init__(self, inputs, hidden_size):
        super().__init__(inputs, hidden_size, private_size=1)
        self.units = nn.ModuleList(GRU(inputs, hidden_size) for _ in range(2))

    def initial_state(self, batch, experts, generator, roles=None):
        kind = torch.randint(2, (batch, experts, 1), generator=generator).float()  # (B, E, 1)
        return torch.zeros(batch, experts, self.hidden_size), kind

    def forward(self, inputs, memory, private):
        first, second = (unit(inputs, memory, private)[0] for unit in self.units)  # 2 x (N, H)
        return torch.where(private == 0.0, first, second), private

    def reset(self, private, mask):
        return private


MADE_HERE = {"fast_weights": FastWeights, "two_kinds": TwoKinds}


@pytest.fixture(params=["gru", "lstm", "feed_forward", "associative", "predictive", *MADE_HERE])
def expert(request, monkeypatch):
    """A name in EXPERTS; one more row is all that an expert from elsewhere needs."""
    if request.param in MADE_HERE:
        monkeypatch.setitem(EXPERTS, request.param, f"{__name__}:{MADE_HERE[request.param].__name__}")
    return request.param


def test_badger_trains_with_every_expert(expert):
    torch.manual_seed(0)
    agent = Badger(BadgerConfig(3, expert=expert, hidden_size=H))
    before = {name: values.clone() for name, values in agent.named_parameters()}
    train(agent, "Badger/Guessing-v0", {"dims": 2, "horizon": 4}, BPTT(updates=2, batch=8), seed=0)
    assert not any(torch.equal(values, before[name]) for name, values in agent.named_parameters())


def test_badger_with_every_expert_is_saved_and_loaded(expert, tmp_path):
    agent = build_agent("Badger", {"port_features": F, "expert": expert})
    save_agent(agent, tmp_path)
    loaded, observations = load_agent(tmp_path), torch.randn(4, B, P, F)
    state = agent.initial_state(B, P, generator=generator())
    assert torch.equal(loaded.unroll(observations, state)[0], agent.unroll(observations, state)[0])


def test_badger_with_every_expert_runs_under_vmap(expert):
    assert_runs_under_vmap(Badger(BadgerConfig(F, expert=expert, hidden_size=H, topology="ring")))


def test_agent_spec_finds_a_width_for_every_expert(expert):
    task = get_spec("Badger/Guessing-v0").make_task()
    config = AgentSpec("x", "x", "x", "Badger", {"expert": expert}).fitted(task, 8000)
    assert config["hidden_size"] > 8
    assert build_agent("Badger", config).config.expert == expert


def test_experts_with_any_state_are_removed_added_and_cloned(expert):
    agent = Badger(BadgerConfig(F, expert=expert, membrane="attention", experts=4, identity="random"))
    state = state_in_mid_life(agent)
    left = agent.remove_experts(state, torch.tensor([True, False, True, True]))
    assert torch.equal(left.private, state.private[:, [0, 2, 3]])
    cloned = agent.clone_experts(left, torch.tensor([2]), generator=generator())
    assert torch.equal(cloned.private, state.private[:, [0, 2, 3, 3]])
    assert torch.equal(cloned.memory, state.memory[:, [0, 2, 3, 3]])
    added = agent.add_experts(left, 2, generator=generator(), shared_across_batch=True)
    first = agent.expert.initial_state(1, 2, generator())
    for values, expected in zip((added.memory, added.private), first, strict=True):
        assert torch.equal(values[:, 3:], expected.expand(B, -1, -1))
    assert agent(torch.randn(B, P, F), added)[0].shape == (B, P, 1)


def test_reset_memory_of_all_entries_equals_the_initial_state(expert):
    agent = Badger(BadgerConfig(F, expert=expert, hidden_size=H))
    blank = agent.reset_memory(state_in_mid_life(agent), torch.ones(P, H, dtype=torch.bool))
    first = agent.initial_state(B, P, generator=generator())
    assert torch.equal(blank.memory, first.memory)
    assert torch.equal(blank.private, first.private)


def test_reset_of_one_entry_takes_what_belongs_to_it():
    mask, private = torch.arange(H) == 1, torch.ones(H * H)
    weights = FastWeights(3, H).reset(private, mask).view(H, H)
    assert (weights == 0.0).nonzero().tolist() == [[row, 1] for row in range(H)]


@pytest.mark.parametrize(("unit", "torch_unit"), [(GRU, nn.GRUCell), (LSTM, nn.LSTMCell)])
def test_recurrent_units_equal_those_of_torch(unit, torch_unit):
    torch.manual_seed(0)
    ours = unit(3, H)
    torch.manual_seed(0)
    theirs = torch_unit(3, H)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert torch.equal(ours.weight_hh, theirs.weight_hh)
    theirs.load_state_dict(ours.state_dict())
    inputs, memory, private = torch.randn(B, 3), torch.randn(B, H), torch.randn(B, ours.private_size)
    expected = theirs(inputs, (memory, private)) if unit is LSTM else (theirs(inputs, memory), private)
    for plain in (False, True):
        ours.plain = plain
        for got, wanted in zip(ours(inputs, memory, private), expected, strict=True):
            assert torch.allclose(got, wanted, atol=1e-6)
