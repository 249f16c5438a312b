"""Agents of every kind, and their states in mid-life, for tests of what is done to them. Letters as in `agents`."""

import torch

from agents import build_agent
from agents.parts.plain import use_plain_operations

B, P, F = 5, 4, 3
TRAINABLE = {
    "mean": ("Badger", {}),
    "gated": ("Badger", {"messages": "gated"}),
    "attention": ("Badger", {"messages": "attention", "topology": "ring"}),
    "attention, random ids": ("Badger", {"messages": "attention", "identity": "random", "rounds": 2}),
    "attention on a chain": ("Badger", {"messages": "attention", "topology": "chain", "rounds": 2}),
    "silent": ("Badger", {"messages": "none"}),
    "nameless": ("Badger", {"identity": "none"}),
    "two rounds": ("Badger", {"rounds": 2, "identity": "random"}),
    "two actions": ("Badger", {"port_actions": 2}),
    "ring": ("Badger", {"topology": "ring"}),
    "closest": ("Badger", {"messages": "attention", "topology": "learned"}),
    "taking turns": ("Badger", {"topology": ("groups", "leaders"), "rounds": 3}),
    "random topology": ("Badger", {"messages": "gated", "topology": "random", "in_degree": 1}),
    "bonds": ("Badger", {"membrane": "bonds", "experts": 7, "identity": "random"}),
    "attention membrane": ("Badger", {"membrane": "attention", "experts": 7, "identity": "random"}),
    "pairs": ("Badger", {"membrane": "pairs", "messages": "rows_and_columns", "identity": "none"}),
    "pairs, attention": ("Badger", {"membrane": "pairs", "messages": "attention", "identity": "random", "rounds": 2}),
    "plastic": (
        "Badger",
        {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"},
    ),
    "two kinds": ("Badger", {"kinds": 2}),
    "associative": ("Badger", {"expert": "associative"}),
    "predictive": ("Badger", {"expert": "predictive"}),
    "settling": ("Badger", {"exchange": "settle", "messages": "attention", "rounds": 3, "agreement": 0.01}),
    "commnet": ("CommNet", {}),
    "commnet, random ids": ("CommNet", {"identity": "random", "rounds": 1}),
    "monolithic": ("Monolithic", {"ports": P}),
    "lstm": ("Monolithic", {"ports": P, "cell": "lstm"}),
    "independent": ("Independent", {"ports": P}),
    "hypernetwork": ("Hypernetwork", {"max_ports": P + 1, "hidden_size": 8, "policy_size": 4}),
    "transformer over time": ("TransformerOverTime", {"max_ports": P + 1, "hidden_size": 9, "window": 2}),
    "transformer over ports": ("OverPorts", {"hidden_size": 9, "identity": "random"}),
    "deep sets": ("OverPorts", {"mixing": "mean"}),
    "deep sets, sum": ("OverPorts", {"mixing": "sum", "identity": "none", "blocks": 1}),
    "padded": ("PaddedMonolithic", {"max_ports": P + 2}),
    "padded lstm": ("PaddedMonolithic", {"max_ports": P + 2, "cell": "lstm", "places": "random"}),
}
KINDS = TRAINABLE | {"handcrafted": ("Handcrafted", {"rule": "parity"})}


def made(name, **config):
    """An agent of one of the KINDS, always with the same weights."""
    torch.manual_seed(0)
    kind, parts = KINDS[name]
    agent = build_agent(kind, {"port_features": F, **parts, **config})
    if kind == "Hypernetwork":  # as after some training: at first its memory is of no effect, for any weights
        torch.nn.init.normal_(agent.generate.weight, std=0.1)
    return agent


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def state_in_mid_life(agent, steps=3):
    """A state in mid-life."""
    state = agent.initial_state(B, P, generator=generator())
    for shown in torch.randn(steps, B, P, F, generator=generator(1)):
        _, state = agent(shown, state)
    return state


def cut(module, arguments, output):
    """A forward hook on the message module: silence."""
    return torch.zeros_like(output)


def assert_runs_under_vmap(agent):
    """Three sets of weights, each with a state of its own, act at once as they do one by one; returns the states.

    None in a state can't be batched, and is left out.
    """
    return assert_runs_under_vmap_from(agent, state_in_mid_life(agent.requires_grad_(False)), torch.randn(B, P, F))


def assert_runs_under_vmap_from(agent, state, observation):
    """The same from a state of any agent, and what its ports show then."""
    agent.requires_grad_(False)
    sets = [{name: torch.randn_like(value) for name, value in agent.named_parameters()} for _ in range(3)]

    def step(weights, given):
        action, following = torch.func.functional_call(agent, weights, (observation, state._replace(**given)))
        return action, {name: value for name, value in following._asdict().items() if value is not None}

    given = {name: value for name, value in state._asdict().items() if value is not None}
    one_by_one = torch.stack([step(weights, given)[0] for weights in sets])
    use_plain_operations(agent)
    stacked = {name: torch.stack([weights[name] for weights in sets]) for name in sets[0]}
    states = {name: value.expand(3, *value.shape) for name, value in given.items()}
    together, following = torch.func.vmap(step)(stacked, states)
    assert torch.allclose(together, one_by_one, atol=1e-5)
    return states, following
