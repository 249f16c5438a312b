"""What stands outside of environments copies, pickles and crosses to other processes too: errors, tables, policies."""

import copy
import importlib
import inspect
import pickle
import pkgutil

import cloudpickle
import numpy as np
import pytest

import agents
import badger_envs
import baselines
import leaderboards
from agents import build_agent
from badger_envs import episode_keys
from baselines.experiments.agents import AGENTS
from baselines.experiments.plan import plan
from baselines.experiments.recipes import RECIPES
from baselines.experiments.suites import SUITES
from baselines.outer_loops.policy import AgentPolicy
from baselines.perturbations.probes import PROBES
from leaderboards.schema.errors import ErrorDetails, SubmissionError

WAYS = {
    "copy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "old pickle": lambda thing: pickle.loads(pickle.dumps(thing, protocol=2)),
    "cloudpickle": lambda thing: pickle.loads(cloudpickle.dumps(thing)),
}
every_way = pytest.mark.parametrize("way", WAYS)
USERS_SCRIPTS = ("__main__", ".run", "benchmarl.referee", "benchmarl.training", "views.benchmarl")
"""Not imported: they are run, or need what is not installed here."""


def errors():
    """Every exception that our modules define."""
    found = set()
    for package in (badger_envs, agents, baselines, leaderboards):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(USERS_SCRIPTS):
                continue
            for thing in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(thing) and issubclass(thing, Exception) and thing.__module__ == module.name:
                    found.add(thing)
    return sorted(found, key=lambda kind: kind.__name__)


@every_way
def test_every_error_says_the_same_in_another_process(way):
    kinds = errors()
    assert len(kinds) > 10
    for kind in kinds:
        several = [ErrorDetails("file", "field", "reason"), ErrorDetails("other", "", "no")]
        error = kind(several if kind is SubmissionError else "what is wrong")
        again = WAYS[way](error)
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)


@every_way
def test_tables_of_recipes_suites_agents_and_probes_travel(way):
    for table in (RECIPES, SUITES, AGENTS, PROBES):
        for thing in table.values():
            assert repr(WAYS[way](thing)) == repr(thing)
    for planned in plan(SUITES["pocket"], RECIPES["xor3"]):
        again = WAYS[way](planned)
        assert [run.hash for run in again.all_runs] == [run.hash for run in planned.all_runs]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"ports": 0}, "ports must be a number that Badger.* accepts, got 0"),
        ({"ports": 3.0}, "ports must be a number that Badger.* accepts, got 3.0"),
        ({"ports": True}, "ports must be a number that Badger.* accepts, got True"),
        ({"seed": -1}, "seed must be an integer in"),
        ({"seed": "1"}, "seed must be an integer in"),
        ({"bins": 0}, "bins must be an integer at least 2, got 0"),
        ({"bins": 1.5}, "bins must be an integer at least 2, got 1.5"),
        ({"experts": 0}, "experts must be an integer at least 1, got 0"),
    ],
)
def test_a_policy_of_an_agent_refuses_other_numbers_by_name(how, said):
    agent = build_agent("Badger", {"port_features": 3})
    with pytest.raises(ValueError, match=said):
        AgentPolicy(agent, **{"ports": 3, **how})
    for batch in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="batch must be an integer at least 1, got"):
            AgentPolicy(agent, 3).reset(batch)


@pytest.mark.parametrize(("recipe", "agent"), [(name, agent) for name in RECIPES for agent in RECIPES[name].agents[:3]])
def test_a_policy_of_an_agent_goes_on_bit_for_bit_in_mid_life(recipe, agent):
    task, chosen = RECIPES[recipe].make_task(), AGENTS[agent]
    policy = AgentPolicy(
        build_agent(chosen.kind, RECIPES[recipe].config(chosen)), task.ports, bins=RECIPES[recipe].outer_loop.bins
    )
    shape = (6, 2, task.ports * task.port_features)
    observations = np.random.default_rng(0).uniform(-1.0, 1.0, shape).astype(np.float32)
    reward = np.zeros(2, np.float32)

    def goes_on(policy):
        actions = [policy.act(seen.copy(), reward) for seen in observations[3:]]
        policy.reset(2)  # draws the next identities
        if policy.hear is not None:
            policy.hear(task.neighbours(task.initial(episode_keys(0, range(2)))))
        return [*actions, policy.act(observations[0].copy(), reward)]

    policy.reset(2)
    if policy.hear is not None:
        policy.hear(task.neighbours(task.initial(episode_keys(0, range(2)))))
    for seen in observations[:3]:
        policy.act(seen.copy(), reward)
    copies = [way(policy) for way in WAYS.values()]
    expected = goes_on(policy)
    for copied in copies:
        assert np.array_equal(goes_on(copied), expected)
