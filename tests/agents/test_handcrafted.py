import math

import pytest
import torch

from agents import Handcrafted, HandcraftedConfig, build_agent, count_parameters
from agents.handcrafted import OthersMessages
from badger_envs.envs.modular_robot.gaits import gait_of
from badger_envs.envs.modular_robot.task import SECONDS_OF_A_STEP
from badger_envs.evaluation import evaluate
from badger_envs.registry import get_spec
from baselines.execution.costs import costs
from baselines.outer_loops.policy import AgentPolicy
from baselines.results.run import Costs
from tests.helpers.mid_life import cut as silence

XOR, ROUTING, MESH = "Badger/HiddenXOR-v0", "Badger/Routing-v0", "Badger/MeshRouting-v0"
REACHER, ROBOT = "Badger/ModularReacher-v0", "Badger/ModularRobot-v0"
SETTINGS = (0.8, 0.9, 1.0, 0.8, -0.9, 1.0)
CONFIGS = {
    "parity": HandcraftedConfig(5, "parity"),
    "elimination": HandcraftedConfig(4, "elimination"),
    "distance_vectors": HandcraftedConfig(22, "distance_vectors", port_actions=4),
    "pull_together": HandcraftedConfig(12, "pull_together"),
    "wave": HandcraftedConfig(24, "wave", settings=SETTINGS),
}
every_rule = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)


def gaits_of(body):
    """What the rule "wave" has to be told to walk with the gaits that were tuned for a body."""
    return tuple(
        number
        for gait in (gait_of(body, -1), gait_of(body, 1))
        for number in (2 * math.pi * gait.frequency * SECONDS_OF_A_STEP, gait.wave_along, gait.along)
    )


def score(rule, id, *, episodes=1000, cut=False, rounds_of_messages=1, **arguments):
    task = get_spec(id).make_task(**arguments)
    settings = gaits_of(task.bodies[0]) if rule == "wave" else ()
    config = HandcraftedConfig(task.port_features, rule, task.port_actions, rounds_of_messages, settings)
    agent = Handcrafted(config)
    if cut:
        agent.message_module.register_forward_hook(silence)
    return evaluate(AgentPolicy(agent, task.ports), id, episodes=episodes, **arguments).score


@pytest.mark.parametrize("bits", [2, 3, 8, 16])
@pytest.mark.parametrize("rounds", [0, 2])
def test_parity_scores_1_with_messages_and_0_without(bits, rounds):
    assert score("parity", XOR, bits=bits, rounds=rounds) == 1.0
    assert score("parity", XOR, bits=bits, rounds=rounds, cut=True) == 0.0


def test_parity_keeps_bits_that_flashed():
    assert score("parity", XOR, bits=5, rounds=2, questions=3, flash=True) >= 0.99


@pytest.mark.parametrize("ports", [3, 4, 6, 10])
def test_elimination_solves_routing_with_messages_only(ports):
    assert score("elimination", ROUTING, ports=ports) >= 0.9
    # What it can do by itself is to notice that its own input is the one, which one in P is.
    assert score("elimination", ROUTING, ports=ports, cut=True) < 1.0 / ports


def test_elimination_copes_with_signs_and_with_permutations_that_switch():
    assert score("elimination", ROUTING, ports=5, values="binary") >= 0.9
    assert score("elimination", ROUTING, ports=5, switch_every=7) >= 0.7


@pytest.mark.parametrize("modules", [4, 6, 8])
def test_wave_crawls_with_messages_only(modules):
    assert score("wave", ROBOT, episodes=16, modules=modules) >= 0.9
    assert abs(score("wave", ROBOT, episodes=16, modules=modules, cut=True)) < 0.1


@pytest.mark.parametrize(("ports", "failures"), [(8, 1), (16, 2)])
def test_distance_vectors_route_with_messages_and_score_chance_without(ports, failures):
    assert score("distance_vectors", MESH, episodes=100, ports=ports, failures=failures) >= 0.9
    assert score("distance_vectors", MESH, episodes=100, ports=ports, failures=failures, cut=True) == 0.0


@pytest.mark.parametrize(
    ("arguments", "at_least"), [({"goal": "last"}, 0.75), ({"segments": 8, "branching": 0.3, "goal": "tips"}, 0.6)]
)
def test_pull_together_reaches_with_messages_only(arguments, at_least):
    assert score("pull_together", REACHER, episodes=200, **arguments) > at_least
    assert score("pull_together", REACHER, episodes=200, cut=True, **arguments) < 0.0


def test_rules_score_the_same_with_more_rounds():
    assert score("parity", XOR, bits=4, rounds_of_messages=3) >= 0.99
    assert score("elimination", ROUTING, ports=4, rounds_of_messages=3) >= 0.9


def test_elimination_equals_one_worked_out_by_hand():
    agent = build_agent("Handcrafted", {"port_features": 3, "rule": "elimination"})
    state = agent.initial_state(1, 3)

    def step(inputs, wanted, state):
        shown = torch.tensor([[[value, 0.0, told] for value, told in zip(inputs, wanted, strict=True)]])
        action, state = agent(shown, state)
        return action.flatten().tolist(), state

    action, state = step([0.5, 0.5, -0.5], [0.0, 0.0, 0.0], state)
    assert action == pytest.approx([1 / 6] * 3)  # nothing is known: the mean of all
    # Port 0 wanted a 0.5, so what it wants is at 0 or 1; port 1 too; port 2 wanted what it showed itself.
    action, state = step([0.8, 0.2, 0.1], [0.5, 0.5, -0.5], state)
    assert action == pytest.approx([0.5, 0.5, 0.1])
    action, state = step([0.3, 0.6, 0.9], [0.2, 0.8, 0.1], state)
    assert action == pytest.approx([0.6, 0.3, 0.9])
    # Nothing fits any more at port 0, so it begins anew; the others go on.
    action, state = step([0.0, 0.3, 0.6], [-1.0, 0.3, 0.9], state)
    assert action == pytest.approx([0.3, 0.0, 0.6])


def test_wave_equals_one_worked_out_by_hand():
    turn, after, size = 0.5, -0.25, 0.5
    agent = build_agent(
        "Handcrafted", {"port_features": 17, "rule": "wave", "settings": (9.0, 9.0, 9.0, turn, after, size)}
    )
    shown = torch.zeros(1, 3, 17)
    shown[:, :, 11] = 1.0  # the goal lies ahead
    # Port 2 is behind port 0, which is behind port 1.
    shown[0, :, 16] = torch.tensor([1.0, 1.0, 0.0])
    action, state = agent(shown, agent.initial_state(1, 3))
    assert len(set(action.flatten().tolist())) == 3  # every module gives another command
    assert 0.08 <= action.min() <= action.max() <= 0.2
    shown[0, :, 8] = torch.tensor([0.3, 0.9, -0.1])  # front halves turn
    shown[0, :, 1] = torch.tensor([0.4, 0.6, 0.0])  # against back halves at 0.3 - 0.4 = -0.1 and 0.9 - 0.6 = 0.3
    for _ in range(3):
        action, state = agent(shown, state)
    phase = 3 * turn
    expected = [size * math.sin(phase + place * after) for place in (1, 2, 0)]
    assert action.flatten().tolist() == pytest.approx(expected, abs=1e-5)


def test_others_messages_come_in_a_fixed_order():
    said = torch.tensor([[[1.0], [2.0], [3.0]]])
    assert OthersMessages()(said)[0, :, :, 0].tolist() == [[2.0, 3.0], [3.0, 1.0], [1.0, 2.0]]
    assert OthersMessages()(said[:, :1]).shape == (1, 1, 0, 1)


@every_rule
def test_rules_are_agents_without_weights_for_any_number_of_ports(config):
    agent = Handcrafted(config)
    assert count_parameters(agent) == 0
    assert agent.device == torch.device("cpu")
    for ports in (1, 2, 7):
        assert agent.accepts(ports)
        shown = torch.randn(4, 5, ports, config.port_features)  # (T, B, P, F)
        actions, memories, _ = agent.unroll(shown, agent.initial_state(5, ports))
        assert actions.shape == (4, 5, ports, config.port_actions)
        assert memories.shape[:3] == (4, 5, ports)
        assert torch.isfinite(actions).all()
        assert actions.abs().max() <= 1.0
    with pytest.raises(ValueError, match="ports must be a number that Handcrafted.*rule=.* accepts, got 0"):
        agent.initial_state(1, 0)


@every_rule
def test_rules_learn_of_other_observations_only_through_messages(config):
    agent = Handcrafted(config)
    agent.message_module.register_forward_hook(silence)
    shown = torch.randn(4, 5, 3, config.port_features)  # (T, B, P, F)
    changed = shown.clone()
    changed[:, :, 0] = torch.randn(4, 5, config.port_features)
    one, other = (torch.cat(agent.unroll(seen, agent.initial_state(5, 3))[:2], dim=3) for seen in (shown, changed))
    assert torch.equal(one[:, :, 1:], other[:, :, 1:])
    assert not torch.equal(one[:, :, 0], other[:, :, 0])


def test_costs_of_a_rule_are_memory_without_parameters():
    task = get_spec(ROUTING).make_task(ports=4)
    assert costs(Handcrafted(CONFIGS["elimination"]), task) == Costs(
        parameters=0, memory=4 * 9, parameters_per_memory=0.0, flops_per_step=0
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"port_features": 5, "rule": "guess"}, "rule must be one of 'parity', 'elimination', .*, 'wave', got 'guess'"),
        ({"port_features": 2, "rule": "elimination"}, "port_features must be an integer of at least 3, got 2"),
        ({"port_features": 5, "rule": "parity", "port_actions": 2}, "port_actions must be 1, got 2"),
        ({"port_features": 5, "rule": "parity", "settings": [1.0]}, r"settings must be numbers \(\), got \[1.0\]"),
        ({"port_features": 24, "rule": "wave"}, r"settings must be numbers \(backwards_turn, .*\), got \(\)"),
        ({"port_features": 24, "rule": "wave", "settings": [math.inf] * 6}, "settings must be numbers"),
        ({"port_features": 24, "rule": "wave", "settings": ["a"] * 6}, "settings must be numbers"),
        ({"rule": "parity"}, "config of Handcrafted: .*port_features"),
    ],
)
def test_config_refuses_bad_arguments(config, message):
    with pytest.raises(ValueError, match=message):
        build_agent("Handcrafted", config)
