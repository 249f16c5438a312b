"""Rules of synapses, read off agents whose numbers are known."""

import pytest
import torch

from agents import build_agent
from baselines.results.run import RunResult, Specification
from baselines.studies.rules import draw, rules_of

PLASTIC = {"membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none"}


def agent_of(**config):
    torch.manual_seed(0)
    return build_agent("Badger", {"port_features": 2, **PLASTIC, **config})


def run(name, agent):
    said = Specification.model_construct(task="Badger/Routing-v0", agent=name, arguments={}, seed=0, outer_loop=None)
    return agent, RunResult.model_construct(specification=said)


def test_rule_is_read_off_number_by_number():
    agent = agent_of()
    with torch.no_grad():
        agent.expert.post.weight.copy_(torch.tensor([[-1.0, 0.5]]))
        agent.expert.rule.copy_(torch.tensor([0.25, 2.0, -3.0]))
        agent.expert.birth.fill_(1.5)
        agent.expert.kept.fill_(0.0)
    wanted = {"A x shown 0": -1.0, "A x shown 1": 0.5, "B": 0.25, "C": 2.0, "D": -3.0, "birth": 1.5, "kept": 0.5}
    assert rules_of(agent) == [wanted]


def test_each_kind_has_a_rule_and_the_product_alone_no_other_terms():
    assert len(rules_of(agent_of(kinds=3))) == 3
    (rule,) = rules_of(agent_of(expert="plastic_product"))
    assert [rule[name] for name in "BCD"] == [0.0, 0.0, 0.0]


def test_picture_has_a_row_for_each_number_of_each_agent(tmp_path):
    picture = draw([run("one", agent_of()), run("one", agent_of()), run("three", agent_of(kinds=3))], 5, tmp_path)
    assert picture.caption.count("\n") == 2
    assert "three: A x shown 0" in picture.caption
    assert len((tmp_path / "rules.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * 7
    assert (tmp_path / "rules.png").stat().st_size > 5_000


def test_agents_without_plastic_synapses_are_refused():
    with pytest.raises(ValueError, match="runs must be of agents of plastic synapses with one action, got Badger"):
        rules_of(build_agent("Badger", {"port_features": 2}))
    with pytest.raises(ValueError, match="runs must be of agents of plastic synapses with one action, got Badger"):
        rules_of(agent_of(hidden_size=2, port_actions=2))
