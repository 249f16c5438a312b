import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs.core.episodes import episode_keys
from badger_envs.envs.mesh_routing import drawing
from badger_envs.envs.mesh_routing.graph import distances, failures, random_graphs
from badger_envs.envs.mesh_routing.policies import ShortestPaths
from badger_envs.envs.mesh_routing.task import MeshRouting, MeshRoutingState
from badger_envs.envs.routing.task import Routing
from badger_envs.evaluation import evaluate
from badger_envs.registry import make_task

ID = "Badger/MeshRouting-v0"
LINKS = np.asarray([[1, 3, 2, -1], [0, 2, -1, -1], [1, 3, 0, -1], [2, 0, -1, -1]], np.int32)
"""A ring of 4 nodes with a chord from 0 to 2."""
BACK = np.asarray([[0, 1, 2, -1], [0, 0, -1, -1], [1, 0, 2, -1], [1, 1, -1, -1]], np.int32)
ARGUMENTS = st.fixed_dictionaries(
    {"ports": st.integers(3, 12), "horizon": st.integers(1, 12), "failures": st.integers(0, 4)}
)
"""All that the task takes, small enough to be played at once; for tests of what holds for any."""


def square(task, packets, chord_fails_at):
    """The beginning of an episode on the ring with the chord."""
    left = LINKS.copy()
    left[[0, 2], 2] = -1
    fails = np.where(LINKS >= 0, 99, 0).astype(np.float32)
    fails[[0, 2], 2] = chord_fails_at
    hops = distances(np.stack([LINKS, left])).astype(np.float32)
    addresses = np.asarray([[1, 1, 1, 1, first, second] for first in (-1, 1) for second in (-1, 1)], np.float32)
    packets = np.asarray(packets + [[0, 1]] * (task.horizon + 1 - len(packets)), np.int32)
    nothing, zero = np.zeros((4, 4), np.float32), np.float32(0)
    fields = (
        LINKS, np.where(LINKS >= 0, LINKS * 4 + BACK, 0).astype(np.int32), fails, np.float32([chord_fails_at]), hops,
        addresses, packets, packets[0, 0], zero, nothing, zero, zero, np.full(4, task.horizon, np.float32),
    )  # fmt: skip
    return MeshRoutingState(*(np.asarray(field)[None] for field in fields))


def send(node, slot, numbers=-1.0):
    action = np.full((1, 4, 4), numbers, np.float32)
    action[0, node, slot] = 1.0
    return action


def test_task_plays_an_episode_worked_out_by_hand():
    task = MeshRouting(ports=4, horizon=8)
    now = square(task, [[0, 2], [3, 1]], chord_fails_at=2)
    observation = task.observation(now)[0]
    assert observation[:, 6].tolist() == [1, 0, 0, 0]  # node 0 has the packet
    assert observation[0, 7:13].tolist() == [1, 1, 1, 1, 1, -1]  # which wants to go to node 2
    assert not observation[1:, 7:13].any()
    assert observation[0, 13:17].tolist() == [1, 1, 1, 0]  # node 0 has links in three slots
    assert task.privileged(now)[0].tolist() == [1, 1, 0, 1]  # hops to node 2
    rewards = []
    for action in (send(0, 1), send(3, 1), send(0, 2), send(0, 0), send(1, 1)):
        next_state = task.transition(now, action)
        rewards.append(float(task.reward(now, action, next_state)[0]))
        now = next_state
    # To node 3, one hop like before; back to 0; the chord is down by then; to node 1, nearer; to node 2.
    assert rewards == [-3.0, -3.0, 0.0, 1.0, 1.0]
    assert now.delivered.tolist() == [1.0]
    assert now.packet_node.tolist() == [3]  # where the next packet starts
    assert task.observation(now)[0, 3, 7:13].tolist() == [1, 1, 1, 1, -1, 1]  # and it wants to go to node 1
    assert task.state_info(now)["error"].tolist() == pytest.approx([1.0 - (-4.0 / 5)])
    assert task.terminal(now).tolist() == [False]


def test_observation_shows_what_neighbours_sent_along_links_that_are_up():
    task = MeshRouting(ports=4, horizon=8)
    now = square(task, [[0, 2]], chord_fails_at=2)
    action = -np.arange(1, 17, dtype=np.float32).reshape(1, 4, 4) / 16
    now = task.transition(now, action)
    # Node 0 hears node 1 from its slot 0, node 3 from its slot 1, node 2 from its slot 2.
    assert (task.observation(now)[0, 0, 17:21] * 16).tolist() == [-5, -14, -11, 0]
    assert task.neighbours(now)[0, 0].tolist() == [1, 3, 2, -1]
    now = task.transition(now, action)  # now the chord is down
    assert (task.observation(now)[0, 0, 17:21] * 16).tolist() == [-5, -14, 0, 0]
    assert task.neighbours(now)[0, 0].tolist() == [1, 3, -1, -1]
    assert task.privileged(now)[0].tolist() == [2, 1, 0, 1]


def test_transition_keeps_the_packet_without_a_positive_number_and_where_there_is_no_link():
    task = MeshRouting(ports=4, horizon=8)
    now = square(task, [[0, 2]], chord_fails_at=2)
    for action in (send(0, 3), np.zeros((1, 4, 4), np.float32), send(1, 0)):
        next_state = task.transition(now, action)
        assert next_state.packet_node.tolist() == [0]
        assert task.reward(now, action, next_state).tolist() == [0.0]


@pytest.mark.parametrize("ports", [3, 4, 8, 33])
def test_random_graphs_are_connected_without_the_links_that_fail(ports):
    task = MeshRouting(ports=ports, failures=ports)
    begin = task.initial(episode_keys(0, np.arange(100)))
    assert begin.distances.max() <= ports // 2
    assert begin.distances[:, -1].max() == ports // 2  # at last the ring alone is left
    rows, nodes, slots = np.nonzero(begin.links >= 0)
    ends = begin.links[rows, nodes, slots]
    assert (ends != nodes).all()
    there = begin.origin[rows, nodes, slots] % 4
    assert (begin.links[rows, ends, there] == nodes).all()
    assert (begin.fails[rows, ends, there] == begin.fails[rows, nodes, slots]).all()
    pairs = rows * ports**2 + nodes * ports + ends
    assert len(np.unique(pairs)) == len(pairs)  # no two nodes are linked twice
    starts, wishes = begin.packets[:, :, 0], begin.packets[:, :, 1]
    assert (starts != wishes).all()
    codes = (begin.addresses > 0) @ (1 << np.arange(6))
    assert all(len(set(row)) == ports for row in codes.tolist())


def test_distances_agree_with_walking_from_every_node():
    graphs = random_graphs(9, np.random.default_rng(0).random((5, 9 + 36 + 4), dtype=np.float32))
    far = distances(graphs.links)
    for links, table in zip(graphs.links, far, strict=True):
        for start in range(9):
            reached, steps = {start: 0}, 0
            while len(reached) < 9:
                steps += 1
                for node in [node for node, hops in reached.items() if hops == steps - 1]:
                    for end in links[node][links[node] >= 0].tolist():
                        reached.setdefault(end, steps)
            assert table[start].tolist() == [reached[node] for node in range(9)]


def test_failures_happen_in_order_and_only_once():
    draws = np.random.default_rng(1).random((50, 8 + 32 + 4), dtype=np.float32)
    graphs = random_graphs(8, draws)
    fails, moments, hops = failures(graphs, draws[:, :4], draws[:, 4:6], horizon=50)
    assert (np.diff(moments, axis=1) >= 0).all()
    assert hops.shape == (50, 3, 8, 8)
    for number in range(2):
        happens = moments[:, number] <= 50
        down = (fails <= moments[:, number, None, None]) & (graphs.links >= 0)
        earlier = (moments <= moments[:, number, None]).sum(axis=1)
        assert (down.sum(axis=(1, 2)) == 2 * earlier)[happens].all()  # seen from both ends


def test_initial_of_another_inner_episode_keeps_the_graph_and_draws_other_packets():
    task, keys = MeshRouting(), episode_keys(0, np.arange(3))
    one, other = task.initial(keys), task.initial(keys, inner_episode=1)
    for name in ("links", "fails", "addresses"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert not np.array_equal(one.packets, other.packets)


@pytest.mark.parametrize(("ports", "failed"), [(3, 0), (8, 1), (16, 5)])
def test_shortest_paths_gain_in_every_step_but_the_first(ports, failed):
    arguments = {"ports": ports, "failures": failed}
    result = evaluate(ShortestPaths(MeshRouting(**arguments)), ID, episodes=300, **arguments)
    assert result.curve.tolist() == [0.0] + [1.0] * 49
    assert result.metrics["error"] == pytest.approx(1 / 50)


@pytest.mark.parametrize(("ports", "failed"), [(3, 0), (4, 2), (8, 1), (8, 4)])
def test_reward_of_blind_hops_is_negative(ports, failed):
    task = MeshRouting(ports=ports, failures=failed)
    generator = np.random.default_rng(0)
    for schedule in (
        lambda step: generator.integers(4, size=(500, ports)),  # anywhere
        lambda step: np.full((500, ports), step % 4),  # all slots in turn
        lambda step: np.full((500, ports), step // 2 % 4),
        lambda step: np.full((500, ports), 0),
    ):
        for first in (0, 45):  # also late, when most has failed
            now = task.initial(episode_keys(0, np.arange(500)))
            for step in range(task.horizon):
                action = np.full((500, ports, 4), -1.0, np.float32)
                if step >= first:
                    np.put_along_axis(action, schedule(step)[:, :, None], np.float32(1.0), axis=2)
                now = task.transition(now, action)
            assert now.total.mean() < 0.0


def test_text_marks_packet_destination_and_failed_links():
    task = MeshRouting(ports=4, horizon=8)
    states = [square(task, [[0, 2]], chord_fails_at=1)]
    for action in (send(0, 0), send(1, 0)):
        states.append(task.transition(states[-1], action))
    history = [MeshRoutingState(*(field[0] for field in one)) for one in states]
    lines = drawing.text("Game", task, history).splitlines()
    assert lines[0] == "Game  step 2/8  delivered 0  hops left 2  return -6"
    assert lines[1] == "@ node  0 ++++--  linked to 1 3 (2)"
    assert lines[3] == "> node  2 +++++-  linked to 1 3 (0)"
    assert (drawing.frame("Game", task, history) != drawing.frame("Game", task, history[:1])).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ports": 2}, r"ports must be an integer in \[3, 64\], got 2"),
        ({"ports": 65}, r"ports must be an integer in \[3, 64\], got 65"),
        ({"horizon": 0}, "horizon must be an integer at least 1, got 0"),
        ({"failures": -1}, "failures must be an integer at least 0, got -1"),
    ],
)
def test_task_refuses_arguments_out_of_range_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        MeshRouting(**arguments)


def test_make_task_makes_mesh_routing_and_routing_along_a_permutation_by_two_ids():
    assert make_task(ID, ports=5) == MeshRouting(ports=5)
    assert make_task("Badger/Routing-v0") == Routing()
    with pytest.raises(
        TypeError, match="Badger/Routing-v0 got an unexpected keyword argument 'topology'; it takes ports, horizon"
    ):
        make_task("Badger/Routing-v0", topology="mesh")
