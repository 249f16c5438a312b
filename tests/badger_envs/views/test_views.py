"""What the views offer besides the task: bins, messages, one policy for all ports, lifetimes; for every id."""

import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecMonitor

from badger_envs import Channel, LifetimeObservation
from badger_envs.views import SharedTaskVectorEnv
from badger_envs.views.stable_baselines3 import SharedVecEnv
from tests.helpers.agents import make_agents
from tests.helpers.cases import every_case, every_spec

CHANNELS = [Channel(size=2), Channel(vocabulary=3, to="all")]
every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=str)


@every_case
def test_bins_are_evenly_spaced_numbers(spec, arguments):
    env, chosen = gym.make(spec.id, **arguments), gym.make(spec.id, bins=3, **arguments)
    if chosen.unwrapped.task.horizon > 1:  # the checker plays two steps
        check_env(chosen.unwrapped, skip_render_check=True)
    chosen.action_space.seed(0)
    choice = chosen.action_space.sample()
    env.reset(seed=5)
    chosen.reset(seed=5)
    got, expected = chosen.step(choice), env.step(np.atleast_1d(choice).astype(np.float32) - 1.0)
    assert np.array_equal(got[0], expected[0])
    assert got[1:3] == expected[1:3]
    vector = gym.make_vec(spec.id, num_envs=3, bins=3, **arguments)
    vector.reset(seed=5)
    assert np.array_equal(vector.step(np.stack([choice] * 3))[0][0], got[0])
    chosen.reset(seed=5)
    with pytest.raises(ValueError, match=r"action must lie in \[0, 2\], got 3 at index"):
        chosen.step(np.full_like(choice, 3))
    with pytest.raises(ValueError, match="action must be whole numbers"):
        chosen.step(choice + 0.5)
    with pytest.raises(ValueError, match=r"bins must be an integer in \[2, 65536\], got 1"):
        gym.make(spec.id, bins=1, **arguments)


@pytest.mark.filterwarnings("ignore:Observation is a single number")
@pytest.mark.filterwarnings("ignore:Action space for each agent probably should be")  # words come as MultiDiscrete
@pytest.mark.filterwarnings("ignore:Observation numpy array is all zeros")  # of absent ports
@every_case
@every_channel
def test_parallel_env_with_channel_passes_pettingzoos_checkers(spec, arguments, channel):
    for bins in (None, 2):
        if bins and channel.size:
            with pytest.raises(ValueError, match="bins must be None where a channel takes numbers, got bins=2"):
                make_agents("parallel", spec.id, channel=channel, bins=bins, **arguments)
            continue
        how = {"channel": channel, "bins": bins, **arguments}
        parallel_api_test(make_agents("parallel", spec.id, **how), num_cycles=20)
        parallel_seed_test(lambda how=how: make_agents("parallel", spec.id, **how))
        api_test(make_agents("aec", spec.id, **how), num_cycles=20)
        env = make_agents("parallel", spec.id, **how)
        env.reset(seed=1)
        env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        assert env.state() in env.state_space


@every_case
def test_channel_delivers_messages_to_neighbours_one_step_later_and_to_no_other_port(spec, arguments):
    env = make_agents("parallel", spec.id, channel=Channel(size=2), **arguments)
    observations, _ = env.reset(seed=2)
    features = env.task.port_features
    assert all(not observation[features:].any() for observation in observations.values())  # nobody has spoken yet
    if env.task.horizon < 2:
        return
    generator = np.random.default_rng(0)
    messages = {agent: generator.uniform(-1, 1, 2).astype(np.float32) for agent in env.agents}
    own = np.zeros(env.task.port_actions, np.float32)
    observations = env.step({agent: np.concatenate([own, words]) for agent, words in messages.items()})[0]
    neighbours = env.neighbours()
    assert set(neighbours) == set(messages)
    for agent, observation in observations.items():
        heard = observation[features:].reshape(env.task.max_degree, 2)
        spoken = [messages[other].tolist() for other in neighbours[agent]]
        assert agent not in neighbours[agent]
        assert [words.tolist() for words in heard if words.any()] == spoken
    cut = make_agents("parallel", spec.id, channel=Channel(size=2, cut=True), **arguments)
    cut.reset(seed=2)
    observations = cut.step({agent: np.concatenate([own, words]) for agent, words in messages.items()})[0]
    assert all(not observation[features:].any() for observation in observations.values())


def test_channel_delivers_a_word_as_ones_and_zeros_to_all_others_in_turn():
    env = make_agents("parallel", "Badger/HiddenXOR-v0", bits=3, bins=2, channel=Channel(vocabulary=4, to="all"))
    assert env.action_space("port_0") == gym.spaces.MultiDiscrete([2, 4])
    env.reset(seed=0)
    observation = env.step({"port_0": [0, 3], "port_1": [1, 0], "port_2": [0, 2]})[0]
    assert observation["port_1"][5:].tolist() == [0, 0, 1, 0, 0, 0, 0, 1]
    continuous = make_agents("parallel", "Badger/HiddenXOR-v0", bits=3, channel=Channel(vocabulary=4))
    continuous.reset(seed=0)
    same = continuous.step({"port_0": [-1, 0, 0, 0, 1], "port_1": [1, 1, 0, 0, 0], "port_2": [-1, 0, 0, 0.2, 0.1]})[0]
    assert all(np.array_equal(same[agent], observation[agent]) for agent in observation)


@every_case
def test_shared_vector_env_equals_parallel_environments_port_by_port(spec, arguments):
    channel, copies = Channel(size=1), 3
    shared = SharedTaskVectorEnv(spec.id, copies=copies, channel=channel, **arguments)
    singles = [make_agents("parallel", spec.id, channel=channel, **arguments) for _ in range(copies)]
    agents = singles[0].possible_agents

    def rows(by_copy):
        return np.stack([observation[agent] for observation in by_copy for agent in agents])

    observation, _ = shared.reset(seed=4)
    assert observation in shared.observation_space
    assert np.array_equal(observation, rows([env.reset(seed=4 + c)[0] for c, env in enumerate(singles)]))
    generator = np.random.default_rng(0)
    for _ in range(2 * shared.task.horizon + 1):
        actions = generator.uniform(-1, 1, shared.action_space.shape).astype(np.float32)
        observation, rewards, ended, truncated, infos = shared.step(actions)
        by_copy, finals = [], []
        for env, taken in zip(singles, actions.reshape(copies, len(agents), -1), strict=True):
            result = env.step(dict(zip(agents, taken, strict=True)))
            finals.append(result[0])
            by_copy.append(result[0] if env.agents else env.reset()[0])
        assert np.array_equal(observation, rows(by_copy))
        assert rewards[:: len(agents)][-1] == next(iter(result[1].values()))
        assert ended.reshape(copies, -1)[-1].all() == next(iter(result[2].values()))
        assert not truncated.any()
        if ended.any():
            assert np.array_equal(np.stack(infos["final_obs"][ended]), rows(finals)[ended])
            assert infos["final_info"]["error" if "error" in infos else next(iter(infos))].shape == (shared.num_envs,)


@every_spec
def test_shared_vector_env_refuses_bad_arguments(spec):
    with pytest.raises(ValueError, match=r"copies must be an integer in \[1, 16777216\], got 0"):
        SharedTaskVectorEnv(spec.id, copies=0)
    shared = SharedTaskVectorEnv(spec.id, copies=2)
    actions = np.zeros(shared.action_space.shape, np.float32)
    with pytest.raises(ResetNeeded, match="no episode was begun yet"):
        shared.step(actions)
    shared.reset(seed=0)
    actions[-1] = np.nan
    with pytest.raises(ValueError, match="actions must be finite"):
        shared.step(actions)


@every_spec
@pytest.mark.parametrize("how", [{}, {"bins": 2, "channel": Channel(vocabulary=2)}], ids=str)
def test_shared_vec_env_trains_one_policy_for_all_ports_with_stable_baselines3(spec, how):
    env = VecMonitor(SharedVecEnv(spec.id, copies=2, **how, **spec.variants[0]))
    model = PPO("MlpPolicy", env, n_steps=16, batch_size=16, n_epochs=1, seed=0, device="cpu")
    model.learn(200)
    assert env.seed(3)[0] == 3
    first = env.reset()
    env.seed(3)
    assert np.array_equal(first, env.reset())
    assert env.env_is_wrapped(VecMonitor) == [False] * env.num_envs or env.num_envs


# Of torchrl, which was tested with an older pettingzoo, and of what it calls.
@pytest.mark.filterwarnings("ignore:PettingZoo in TorchRL is tested using version", "ignore::DeprecationWarning")
@every_case
def test_parallel_env_is_wrapped_by_torchrl(spec, arguments):
    torchrl = pytest.importorskip("torchrl", reason="torchrl is not installed")
    assert torchrl.__version__
    from torchrl.envs import PettingZooWrapper
    from torchrl.envs.utils import check_env_specs

    env = make_agents("parallel", spec.id, **arguments)
    check_env_specs(PettingZooWrapper(env, use_mask=False))


@every_case
def test_lifetime_observation_shows_what_happened_and_ends_terminated(spec, arguments):
    env = LifetimeObservation(gym.make(spec.id, **arguments), episodes=3)
    inner = gym.make(spec.id, **arguments)
    task = inner.unwrapped.task
    observation, info = env.reset(seed=9)
    first, _ = inner.reset(seed=9)
    width, taken = len(first), int(np.prod(inner.action_space.shape))
    assert observation in env.observation_space
    assert np.array_equal(observation[:width], first)
    assert not observation[width:].any()
    assert info["inner_episode"] == 0
    ends = []
    env.action_space.seed(0)
    total = 0.0
    for step in range(1, 3 * task.horizon + 1):
        action = env.action_space.sample()
        observation, reward, terminated, truncated, info = env.step(action)
        total = total * (step % task.horizon != 1) + reward if task.horizon > 1 else reward
        assert observation in env.observation_space
        assert np.array_equal(observation[width : width + taken], action)
        assert observation[width + taken] == np.float32(reward)
        assert truncated is False
        assert info["inner_return"] == pytest.approx(total)
        if observation[width + taken + 1]:
            ends.append(step)
        assert observation[-1] == np.float32(step / (3 * task.horizon))
        assert terminated == (step == 3 * task.horizon)
    assert ends == [task.horizon, 2 * task.horizon, 3 * task.horizon]
    assert info["inner_episode"] == 2
    assert np.array_equal(env.reset(seed=9)[0][:width], first)
    assert pickle.loads(pickle.dumps(env)) is not None


def test_lifetime_observation_repeats_the_hidden_task_and_shows_bins_as_ones_and_zeros():
    env = LifetimeObservation(gym.make("Badger/Guessing-v0", dims=2, horizon=2, bins=3), episodes=2)
    env.reset(seed=0)
    targets = []
    for _ in range(4):
        targets.append(env.unwrapped.state()[-2:].tolist())
        observation = env.step(np.asarray([0, 2]))[0]
    assert all(target == targets[0] for target in targets)
    assert observation[6:12].tolist() == [1, 0, 0, 0, 0, 1]


def test_lifetime_observation_refuses_bad_arguments():
    with pytest.raises(ValueError, match=r"episodes must be an integer in \[1, 16777216\], got 0"):
        LifetimeObservation(gym.make("Badger/Guessing-v0"), episodes=0)
    with pytest.raises(ValueError, match="env must be an environment of badger_envs"):
        LifetimeObservation(gym.make("CartPole-v1"))
    env = gym.make("Badger/Guessing-v0").unwrapped
    with pytest.raises(ResetNeeded, match="inner episode 1 needs an episode"):
        env.reset(options={"inner_episode": 1})
    with pytest.raises(ValueError, match=r"options\['inner_episode'\] must be an integer in .* got -1"):
        env.reset(options={"inner_episode": -1})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either size or vocabulary above 0, got size=0 and vocabulary=0"),
        ({"size": 1, "vocabulary": 2}, "either size or vocabulary above 0, got size=1 and vocabulary=2"),
        ({"size": -1}, r"size must be an integer in \[0, 65536\], got -1"),
        ({"size": 1, "to": "nobody"}, "to must be one of 'neighbours', 'all', got 'nobody'"),
        ({"size": 1, "cut": 1}, "cut must be True or False, got 1"),
    ],
)
def test_channel_refuses_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Channel(**arguments)
