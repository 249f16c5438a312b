"""Every id as a task of BenchMARL, through the public PettingZoo view alone.

The only file that knows BenchMARL and TorchRL, which the package does not need; nothing else imports it. Example:

    from badger_envs.views.benchmarl import BadgerTask

    Experiment(BadgerTask.of("Badger/HiddenXOR-v0", bins=2), MappoConfig.get_from_yaml(), ...).run()

Axis letters: B copies of an environment, P ports, F numbers that a port shows and hears, A that it takes.
"""

from collections.abc import Callable
from typing import Any, Self

import gymnasium as gym
import numpy as np

from badger_envs.core.channel import Channel
from badger_envs.core.checks import require_bool, require_integer
from badger_envs.core.extras import needs_extra
from badger_envs.registry import get_spec
from badger_envs.views.pettingzoo import ParallelTaskEnv

with needs_extra("benchmarl", "BadgerTask"):
    import torch
    from benchmarl.environments.common import TaskClass
    from tensordict import TensorDict, TensorDictBase
    from torchrl.data import Bounded, Categorical, Composite, TensorSpec, Unbounded
    from torchrl.envs import EnvBase

GROUP = "port"
"""The one group that all agents of an environment are in, with one policy."""


class Copies(EnvBase):
    """Copies of a PettingZoo environment as one batched environment of TorchRL.

    TorchRL's own wrapper holds one environment and takes a multiple of the time of its step; this one stacks what many
    return.

    Args:
        make: makes one environment, with actions that are numbers or joint, since BenchMARL has no policy for
            MultiDiscrete.
        copies: how many (B).
        seed: copy i plays the episodes of seed * copies + i, unless `name_episodes` is called.
        ids: whether each port is also shown its number, one-hot. Without, ports that observe the same and share a
            policy act the same, unless the policy is stochastic.
    """

    def __init__(self, make: Callable[[], Any], copies: int, seed: int, ids: bool) -> None:
        super().__init__(batch_size=torch.Size([copies]), device=torch.device("cpu"))
        self.envs = [make() for _ in range(require_integer("copies", copies, 1))]
        self._set_seed(seed)
        self._first_episode: int | None = None
        one = self.envs[0]
        self.agents = one.possible_agents
        lead = (copies, len(self.agents))  # (B, P)
        self.features = one.observation_space(self.agents[0]).shape[0]
        numbers = np.eye(len(self.agents), dtype=np.float32)[:, : len(self.agents) if ids else 0]  # (P, P) or (P, 0)
        observations = np.pad(numbers, ((0, 0), (self.features, 0)))  # (P, F) with the ids at the end
        self.observations = np.tile(observations, (copies, 1, 1))  # (B, P, F)
        self.states = np.zeros((copies, *one.state_space.shape), np.float32)  # (B, S)
        self.metrics: list[dict[str, Any]] = [{}] * copies

        space = one.action_space(self.agents[0])
        action: TensorSpec
        if isinstance(space, gym.spaces.Box):
            low, high = (torch.as_tensor(ends).expand(*lead, -1).clone() for ends in (space.low, space.high))
            action = Bounded(low, high, shape=low.shape)  # (B, P, A)
        else:
            action = Categorical(int(space.n), shape=lead)  # (B, P)
        ports = Composite({"observation": Unbounded(self.observations.shape)}, shape=lead)
        self.observation_spec = Composite({GROUP: ports, "state": Unbounded(self.states.shape)}, shape=(copies,))
        self.action_spec = Composite({GROUP: Composite({"action": action}, shape=lead)}, shape=(copies,))
        reward = Composite({"reward": Unbounded((*lead, 1))}, shape=lead)
        self.reward_spec = Composite({GROUP: reward}, shape=(copies,))
        flags = {name: Categorical(2, shape=(copies, 1), dtype=torch.bool) for name in ("done", "terminated")}
        self.done_spec = Composite(flags, shape=(copies,))

    def name_episodes(self, first: int) -> None:
        """From the next reset on, copy i plays test episode first + i."""
        self._first_episode = first

    def _set_seed(self, seed: int | None) -> None:
        first = None if seed is None else require_integer("seed", seed, 0) * len(self.envs)
        self._seeds: list[int | None] = [None if first is None else first + i for i in range(len(self.envs))]

    def _reset(self, tensordict: TensorDictBase | None = None, **_: Any) -> TensorDictBase:
        begins = np.ones(len(self.envs), np.bool_)  # (B,)
        flags = None if tensordict is None else tensordict.get("_reset", None)  # (B, 1)
        if flags is not None:
            begins = flags.reshape(-1).numpy()  # (B,)
        for i in np.flatnonzero(begins).tolist():
            if self._first_episode is None:
                observations, _ = self.envs[i].reset(seed=self._seeds[i])
                self._seeds[i] = None  # from now on the next episode of the same seed
            else:
                observations, _ = self.envs[i].reset(options={"episode": self._first_episode + i})
            self._see(i, observations)
        return self._seen()

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        actions = tensordict[GROUP, "action"].numpy()  # (B, P, A), or (B, P) choices
        rewards = np.zeros((*self.observations.shape[:2], 1), np.float32)  # (B, P, 1)
        ended = np.zeros((len(self.envs), 1), np.bool_)  # (B, 1)
        for i, env in enumerate(self.envs):
            chosen = dict(zip(self.agents, actions[i], strict=True))
            observations, earned, terminations, _, infos = env.step(chosen)
            self._see(i, observations)
            rewards[i, :, 0] = list(earned.values())  # (P,)
            ended[i] = all(terminations.values())
            self.metrics[i] = infos[self.agents[0]]
        seen = self._seen()
        seen[GROUP, "reward"] = torch.from_numpy(rewards)
        seen["done"] = torch.from_numpy(ended)
        seen["terminated"] = seen["done"].clone()
        return seen

    def _see(self, i: int, observations: dict[str, Any]) -> None:
        self.observations[i, :, : self.features] = list(observations.values())
        self.states[i] = self.envs[i].state()  # (S,)

    def _seen(self) -> TensorDict:
        observations, states = torch.from_numpy(self.observations.copy()), torch.from_numpy(self.states.copy())
        ports = TensorDict({"observation": observations}, observations.shape[:2])
        return TensorDict({GROUP: ports, "state": states}, self.batch_size)


class BadgerTask(TaskClass):
    """One id with its arguments, as BenchMARL asks for tasks: made by `of`."""

    @classmethod
    def of(
        cls, id: str, *, bins: int | None = None, channel: Channel | None = None, ids: bool = False, **arguments: Any
    ) -> Self:
        """The task of an id.

        Args:
            id: of the registry.
            bins: values that each number of an action is chosen from; then actions are discrete, and numbers and word
                of a port are one choice. None for continuous actions.
            channel: over which the ports send messages, or None.
            ids: whether each port is also shown its number.
            **arguments: of the task.

        Raises:
            ValueError: Unknown id, or an argument with a value that is not allowed.
            TypeError: The task has no argument of that name.
        """
        require_bool("ids", ids)
        view = {"bins": bins, "channel": channel}
        made = cls(id.replace("/", "-"), {"id": id, "ids": ids, "view": view, "arguments": arguments})
        made.make()  # refuses what does not go together
        return made

    def make(self) -> ParallelTaskEnv:
        """One PettingZoo environment."""
        view, arguments = self.config["view"], self.config["arguments"]
        joint = view["bins"] is not None
        return ParallelTaskEnv(self.config["id"], joint=joint, **view, **arguments)

    def get_env_fun(
        self, num_envs: int, continuous_actions: bool, seed: int | None, device: Any
    ) -> Callable[[], Copies]:
        return lambda: Copies(self.make, num_envs, 0 if seed is None else seed, self.config["ids"])

    def supports_continuous_actions(self) -> bool:
        return self.config["view"]["bins"] is None

    def supports_discrete_actions(self) -> bool:
        return not self.supports_continuous_actions()

    def max_steps(self, env: EnvBase) -> int:
        return get_spec(self.config["id"]).horizon(**self.config["arguments"])

    def has_render(self, env: EnvBase) -> bool:
        return False

    def group_map(self, env: EnvBase) -> dict[str, list[str]]:
        return {GROUP: list(env.agents)}

    def observation_spec(self, env: EnvBase) -> Composite:
        return Composite({GROUP: env.full_observation_spec_unbatched[GROUP].clone()})

    def state_spec(self, env: EnvBase) -> Composite:
        return Composite({"state": env.full_observation_spec_unbatched["state"].clone()})

    def action_spec(self, env: EnvBase) -> Composite:
        return env.full_action_spec_unbatched

    def info_spec(self, env: EnvBase) -> None:
        return None

    def action_mask_spec(self, env: EnvBase) -> None:
        return None

    @staticmethod
    def env_name() -> str:
        return "badger"
