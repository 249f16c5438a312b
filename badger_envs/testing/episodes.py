"""Rules about the functions of a task, on episodes played with numpy. Axis letters as in `badger_envs.core.task`."""

from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import FloatArray
from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task
from badger_envs.testing.rules import in_words, require, require_array, same

Seen = dict[str, Any]


class Record(NamedTuple):
    """Everything that a batch of episodes shows."""

    seen: list[Seen]
    """Of each state, T + 1 of them: name -> array with leading axis B."""
    rewards: list[Any]
    """Of each step, T of them, each (B,)."""

    def rows(self, rows: Any) -> "Record":
        """The same of some of the episodes."""
        return Record(
            [{name: a[rows] for name, a in seen.items()} for seen in self.seen], [r[rows] for r in self.rewards]
        )


def random_actions(task: Task[Any], batch: int, seed: int = 0) -> FloatArray:
    """Actions for a whole episode, float32 (T, B, P, A)."""
    rng = np.random.default_rng(seed)
    shape = (task.horizon, batch, task.ports, task.port_actions)
    return rng.uniform(-task.action_limit, task.action_limit, shape).astype(np.float32)


def play(task: Task[Any], keys: Keys, actions: FloatArray, inner_episode: int = 0) -> Record:
    """Play the actions (T, B, P, A); a functional task must leave the states and actions that it is given as they are.

    Raises:
        ContractError: A function of the task raised, or modified what it was given.
    """
    with in_words("initial"):
        state = task.initial(keys, inner_episode=inner_episode)
    record = Record([_see(task, state)], [])
    for action in actions:
        given, before = action.copy(), _copy(state) if task.functional else None
        with in_words("transition and reward"):
            next_state = task.transition(state, given)
            reward = task.reward(state, given, next_state)
        require(np.array_equal(given, action), "states", "no function may modify the action", "a modified action")
        if before is not None:
            changed = [name for name, (a, b) in _fields(before, state) if not same(a, b)]
            require(not changed, "states", "no function may modify the state that it is given", f"changes in {changed}")
        state = next_state
        record.rewards.append(np.array(reward))
        record.seen.append(_see(task, state))
    return record


def check_episodes(task: Task[Any], keys: Keys, actions: FloatArray) -> None:
    """Every rule about the functions of a task, on these episodes (B,) with these actions (T, B, P, A).

    Raises:
        ContractError: A rule is broken.
    """
    record = play(task, keys, actions)
    for step, seen in enumerate(record.seen):
        _check_seen(task, seen, len(keys), set(record.seen[0]))
        _check_presence(task, seen, record.seen[0], over=step == task.horizon)
        over = seen["terminal"]
        if step == task.horizon:
            require(over.all(), "episode end", f"terminal must be True after {task.horizon} steps", over)
        elif task.functional or step == 0:
            require(
                not over.any(),
                "episode end",
                f"terminal must be False before {task.horizon} steps",
                f"True after {step}",
            )
    for reward in record.rewards:
        require_array(reward, "reward", "reward", np.float32, (len(keys),))
        require(np.isfinite(reward).all(), "reward", "rewards must be finite", reward)
    _require_same(record, play(task, keys, actions), "determinism", "the same episodes and actions must give the same")
    rule, expected = "independence of the batch", "an episode must be the same whatever others are in its batch"
    middle = slice(len(keys) // 2, len(keys) // 2 + 1)
    _require_same(record.rows(middle), play(task, keys[middle], actions[:, middle]), rule, expected)
    back = slice(None, None, -1)
    _require_same(
        record.rows(back), play(task, keys[back], actions[:, back]), rule, "the order of rows must not matter"
    )


def _check_presence(task: Task[Any], seen: Seen, first: Seen, over: bool) -> None:
    rule, mask = "presence", seen["agent_mask"]
    if not task.presence_changes:
        stays = np.array_equal(mask, first["agent_mask"])
        require(stays, rule, "agent_mask must stay as it is in an episode unless presence_changes", mask)
        return
    require(task.variable_size, rule, "variable_size must be True with presence_changes", task.variable_size)
    shows = seen["observation"].any(axis=2)  # (B, P)
    told = over or shows[mask].all()
    require(told, rule, "a port that is there must show something other than 0 where presence changes", shows)


def check_inner_episodes(task: Task[Any], keys: Keys, actions: FloatArray, shared: tuple[str, ...]) -> None:
    """A later inner episode keeps the rules, and has what is to be learned in common with the first one."""
    rule, first, later = "inner episodes", task.initial(keys), task.initial(keys, inner_episode=1)
    for name in shared:
        kept = same(np.array(getattr(first, name)), np.array(getattr(later, name)))
        require(kept, rule, f"{name} must be the same in all inner episodes of a lifetime", "another one")
    one, other = (play(task, keys[:3], actions[:, :3], inner_episode=1) for _ in range(2))
    _check_seen(task, one.seen[0], 3, set(one.seen[0]))
    _require_same(one, other, rule, "the same inner episode and actions must give the same")


def _check_seen(task: Task[Any], seen: Seen, batch: int, names: set[str]) -> None:
    observation, hidden = seen["observation"], seen["privileged"]
    shape = (batch, task.ports, task.port_features)
    require_array(observation, "shapes", "observation", np.float32, shape)
    require_array(hidden, "shapes", "privileged", np.float32, (batch, len(task.privileged_bounds.low)))
    for name, bounds in (("observation", task.port_bounds), ("privileged", task.privileged_bounds)):
        values = seen[name]
        outside = np.argwhere(~((values >= bounds.low) & (values <= bounds.high)))  # NaN lies nowhere
        where = f"{values[tuple(outside[0])]} at {outside[0].tolist()}" if len(outside) else ""
        require(not len(outside), "bounds", f"{name} must lie in its bounds", where)
    require_array(seen["terminal"], "shapes", "terminal", np.bool_, (batch,))
    mask, neighbours = seen["agent_mask"], seen["neighbours"]
    require_array(mask, "agent_mask", "agent_mask", np.bool_, (batch, task.ports))
    require(mask.all() or task.variable_size, "agent_mask", "every port must be there unless variable_size", mask)
    require(not observation[~mask].any(), "agent_mask", "absent ports must show 0", observation[~mask])
    require_array(neighbours, "neighbours", "neighbours", np.int32, (batch, task.ports, task.max_degree))
    in_range = neighbours.min(initial=0) >= -1 and neighbours.max(initial=0) < task.ports
    require(in_range, "neighbours", f"neighbours must be ports in [0, {task.ports - 1}], or -1 for none", neighbours)
    require((neighbours[~mask] == -1).all(), "neighbours", "absent ports must have no neighbours", neighbours[~mask])
    require(set(seen) == names, "state_info", "the names must be the same in every state", sorted(set(seen) ^ names))
    for name in (name for name in seen if name.startswith("state_info")):
        require_array(seen[name], "state_info", name, np.float32, (batch,))
        require(np.isfinite(seen[name]).all(), "state_info", f"{name} must be finite", seen[name])


def _see(task: Task[Any], state: Any) -> Seen:
    """All that the task says about a state, copied."""
    seen = {}
    for name in ("observation", "privileged", "terminal", "neighbours", "agent_mask"):
        with in_words(name):
            seen[name] = np.array(getattr(task, name)(state))
    with in_words("state_info"):
        return seen | {f"state_info {name}": np.array(value) for name, value in task.state_info(state).items()}


def _copy(state: Any) -> Any:
    return type(state)(*(np.array(part) for part in state))


def _fields(one: Any, other: Any) -> list[tuple[str, tuple[Any, Any]]]:
    return [(name, (np.array(a), np.array(b))) for name, a, b in zip(type(one)._fields, one, other, strict=True)]


def _require_same(one: Record, other: Record, rule: str, expected: str) -> None:
    for step, (a, b) in enumerate(zip(one.seen, other.seen, strict=True)):
        names = [name for name in a if not same(a[name], b[name])]
        require(not names, rule, expected, f"another {', '.join(names)} after {step} steps")
    for step, (before, after) in enumerate(zip(one.rewards, other.rewards, strict=True)):
        require(same(before, after), rule, expected, f"another reward at step {step}")
