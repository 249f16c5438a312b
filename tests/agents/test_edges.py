"""Experts at the edges of a graph that the task gives: what they read, hear and put out, worked out by hand."""

import numpy as np
import pytest
import torch

from agents import Badger, BadgerConfig
from agents.parts.edges import AlongEdges, Edges, edges_of
from badger_envs import EpisodeSet, Stream, episode_keys
from badger_envs.testing import check_task
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.trainer import train
from tests.helpers.mid_life import assert_runs_under_vmap_from, generator

GRAPH = torch.tensor([[[1, 2], [-1, -1], [-1, -1]], [[-1, 1], [-1, -1], [-1, -1]]])  # (B, P, D)
PARTS = {"membrane": "edges", "messages": "along_edges", "topology": "given", "identity": "none", "hidden_size": 5}


def agent_of(features=3, **config):
    torch.manual_seed(0)
    return Badger(BadgerConfig(features, **{**PARTS, **config}))


def test_ends_are_ports_themselves_and_edges_with_empty_places_behind():
    ends = edges_of(GRAPH)
    assert ends.tolist() == [
        [[0, 0], [0, 1], [0, 2], [1, 1], [2, 2]],
        [[0, 0], [0, 1], [1, 1], [2, 2], [-1, -1]],
    ]


def test_edge_reads_its_source_its_target_and_whether_they_are_one():
    membrane, ends = Edges(1, 5, 1, 4), edges_of(GRAPH[:1])
    read = membrane.read(torch.tensor([[[1.0], [2.0], [3.0]]]), torch.zeros(1, 5, 5), ends, None)
    assert read[0].tolist() == [[1, 1, 1], [2, 1, 0], [3, 1, 0], [2, 2, 1], [3, 3, 1]]


def test_port_takes_the_sum_of_its_edges_over_the_square_root_of_their_number():
    membrane, ends = Edges(1, 2, 1, 4), edges_of(GRAPH)
    with torch.no_grad():
        membrane.act.weight.copy_(torch.eye(2))
        membrane.act.bias.zero_()
    memory = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [5.0, 0.0], [0.0, 1.0]]).expand(2, -1, -1)
    inputs = torch.tensor([[[1.0], [2.0], [3.0]]]).expand(2, -1, -1)
    written = membrane.write(inputs, memory, ends, None)[..., 0]
    assert written[0].tolist() == pytest.approx([(1 + 4 + 4) / 3**0.5, 5.0, 3.0])
    assert written[1].tolist() == pytest.approx([(1 + 4) / 2**0.5, 1 + 2.0, 5.0])


def test_edges_hear_the_others_with_their_target_and_with_their_source():
    messages, ends = AlongEdges(1, 1), edges_of(GRAPH)
    with torch.no_grad():
        messages.speak.weight.copy_(torch.tensor([[1.0], [10.0]]))
        messages.speak.bias.zero_()
    heard = messages(torch.tensor([[1.0], [2.0], [4.0], [8.0], [16.0]]).expand(2, -1, -1), ends)
    assert heard[0].tolist() == [[3.0, 0.0], [2.5, 80.0], [1.5, 160.0], [0.0, 20.0], [0.0, 40.0]]
    assert heard[1, :4].tolist() == [[2.0, 0.0], [1.0, 40.0], [0.0, 20.0], [0.0, 0.0]]


def test_ports_without_edges_between_them_do_not_reach_each_other():
    agent, shown = agent_of(), torch.randn(2, 3, 3, generator=generator())
    state = agent.initial_state(2, 3, neighbours=GRAPH)
    changed = shown.clone()
    changed[:, 2] += 1.0
    moved = (agent(shown, state)[0] - agent(changed, state)[0]).abs()[..., 0] > 1e-6
    assert moved.tolist() == [[True, False, True], [False, False, True]]


def test_life_in_a_batch_with_more_edges_equals_one_alone():
    agent = agent_of(rounds=2, expert="lstm", turns="recall")
    shown = torch.randn(6, 2, 3, 3, generator=generator())
    together = agent.unroll(shown, agent.initial_state(2, 3, neighbours=GRAPH))[0]
    alone = agent.unroll(shown[:, 1:], agent.initial_state(1, 3, neighbours=GRAPH[1:]))[0]
    assert torch.allclose(together[:, 1:], alone, atol=1e-6)


def test_edges_run_under_vmap():
    agent = agent_of(turns="recall")
    assert_runs_under_vmap_from(agent, agent.initial_state(2, 3, neighbours=GRAPH), torch.randn(2, 3, 3))


def test_recall_shows_what_a_port_put_out_before():
    agent, shown = agent_of(turns="recall"), torch.randn(2, 3, 3)
    state = agent.initial_state(2, 3, neighbours=GRAPH)
    inputs = agent.turns.begin(shown, state._replace(action=torch.full((2, 3, 1), 0.5)), agent.membrane).inputs
    assert inputs.shape == (2, 3, agent.turns.inputs)
    assert (inputs[..., -1] == 0.5).all()


def test_inputs_of_a_split_stream_are_the_neighbours_of_its_outputs():
    task = Stream(learners=1, classes=3, inputs=2, examples=8, layout="split")
    check_task(task)
    state = task.initial(episode_keys(0, np.arange(4), EpisodeSet.TEST))
    is_input = task.observation(state)[:, :, 2] > 0.0  # (B, P)
    lists = task.neighbours(state)
    assert lists.shape == (4, 5, 2)
    assert (lists[is_input] == -1).all()
    assert np.take_along_axis(is_input, lists.reshape(4, -1).clip(0), axis=1).reshape(lists.shape)[~is_input].all()
    assert (lists[~is_input][:, 0] != lists[~is_input][:, 1]).all()


def test_agent_at_edges_learns_by_back_propagation_and_takes_other_sizes():
    agent = agent_of(5, expert="lstm", turns="recall")
    before = [parameter.clone() for parameter in agent.parameters()]
    sizes = {"learners": 1, "classes": 3, "inputs": 2, "examples": 4, "layout": "split"}
    train(agent, "Badger/Stream-v0", sizes, BPTT(updates=2, batch=4), seed=0)
    assert not any(torch.equal(*both) for both in zip(agent.parameters(), before, strict=True))
    task = Stream(learners=1, classes=5, inputs=4, examples=2, layout="split")
    lists = torch.from_numpy(task.neighbours(task.initial(episode_keys(0, np.arange(2), EpisodeSet.TEST))))
    assert agent.initial_state(2, task.ports, neighbours=lists).memory.shape == (2, 5 * 4 + 9, 5)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"membrane": "pairs"}, "membrane must be 'direct' or 'edges' with topology 'given', got 'pairs'"),
        ({"topology": "all"}, "topology must be 'given' with membrane 'edges', got 'all'"),
        ({"messages": "mean"}, "messages must be 'along_edges' or 'none' with membrane 'edges', got 'mean'"),
        ({"identity": "one_hot"}, "identity must be 'none' or 'random' with membrane 'edges', got 'one_hot'"),
        ({"presence_changes": True}, "presence_changes must be False with membrane 'edges', got True"),
        ({"membrane": "direct"}, "membrane must be 'edges' with messages='along_edges', got 'direct'"),
    ],
)
def test_edges_refuse_what_does_not_go_with_them(config, message):
    with pytest.raises(ValueError, match=message):
        agent_of(**config)
