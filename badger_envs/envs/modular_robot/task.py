"""Modular robots: many small bodies with one hinge each, plugged into a chain, a snake, a star or a tree, crawl.

Selects for coordination among neighbours, and for learning inside a lifetime what the body and the goal are. Longer
than 200 lines, since its state lives in a simulator and its description, a third of the file, is the longest.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from badger_envs.core.arrays import Array, Bounds
from badger_envs.core.checks import require_choice, require_integer
from badger_envs.core.episodes import Keys
from badger_envs.core.task import Task
from badger_envs.envs.modular_robot import features
from badger_envs.envs.modular_robot.bodies import ARMS, MOST_MODULES, SPLITS, bodies_of
from badger_envs.envs.modular_robot.body import PORTS_OF_A_MODULE, Body
from badger_envs.envs.modular_robot.draws import DEAD_SHARE, SPEED_RANGE, Draws, draw, secret_bounds, secrets

if TYPE_CHECKING:
    from badger_envs.envs.modular_robot.simulation import Simulation

FAMILIES = ("chain", "snake", "star", "tree")
UNKNOWNS = ("none", "direction", "signs", "permutation", "dead", "physics", "speed")
SECONDS_OF_A_STEP = 0.04
CONTROL_COST = 0.02
"""In metres per second, for commands of 1 everywhere."""
FASTEST_COUNTED = 2.0
"""In m/s: what moves faster is rewarded no more."""
SLOWEST = 100.0
"""In seconds per metre, shown for bodies that are slower, or go the other way."""
DIRECTION, SPEED = range(2)
"""Places in a goal."""
MOST_THREADS = 256
SPEED_MEMORY = 1.0
"""In seconds: a goal speed is compared with the mean speed of about so long."""


class RobotState(NamedTuple):
    """Everything that changes, and what is hidden. The robots themselves are in the simulation."""

    observation: Array  # (B, P, F) the observation
    neighbours: Array  # (B, P, 4) port at each physical port of a module, -1 for none; constant
    agent_mask: Array  # (B, P) whether there is a module behind the port; constant
    secret: Array  # (B, number of hidden variables); constant but for the velocity
    reward: Array  # (B,) of the step before
    over: Array  # (B,) whether the episode is over
    broken: Array  # (B,) whether the simulation ran away
    steps_left: Array  # (B,)
    distance: Array  # (B,) moved towards the goal in this lifetime, metres
    speed: Array  # (B,) towards the goal, mean of the last second or so, m/s
    place: Array  # (B, 3) centre of mass, metres
    qpos: Array  # (B, 7 + P) MuJoCo's coordinates, for pictures
    body: Array  # (B,) number of the body; constant
    goal: Array  # (B, 2) direction 1 or -1 along the world's x axis, and speed in m/s; constant
    age: int
    """Of the simulation, when this state was the latest one."""
    simulation: "Simulation | None"
    """None in a snapshot."""


@dataclass(frozen=True)
class ModularRobot(Task[RobotState]):
    """Crawl towards the goal with a body of identical modules (MuJoCo 4).

    Every module is two half boxes of 0.1 kg with a hinge between them and a position servo. This task lives in a
    simulator: it runs on numpy alone, and `transition` and `reset_rows` use up the state given.

    ## Observation
    One port per module, numbered anew in every episode; bodies with fewer modules than the largest leave the last
    ports absent, which show 0. A port shows, of its own module and in its own frame, 24 numbers: the hinge's angle
    (per 1.4 rad) and speed (per 20 rad/s), its own last command, the motor's force (N m), where gravity points (3),
    the turning speed of its front half (3, per 20 rad/s), touch (f / (f + 2 N) for a contact force f), the goal's
    direction (2: how far along the module, how far to its left), the goal speed (per 0.25 m/s, 0 where there is none),
    the reward of the step before (per 0.04, so in m/s), whether an inner episode begins, what is plugged into its back,
    front, left and right (4), which port of its parent it is plugged into (3: front, left, right), and its roll from
    its parent's in quarter turns. Numbers outside of their range are clipped. Position, velocity, index and the number
    of modules are not shown; what is hidden is shown as 0.

    ## Action
    One number u in [-1, 1] per port: the servo's target is 1.2 u rad. Actions of absent ports do nothing.

    ## Reward
    Metres that the centre of mass moved towards the goal in this step, minus 0.0008 * mean(u**2) over the modules;
    at most 0.08 either way, which is 2 m/s. With a goal speed g: 0.04 * (g - |s - g|) instead of the metres, where s
    is the speed towards the goal, averaged with a memory of one second.

    ## Episode end
    Terminated after `inner_episodes` times `steps` steps, or when the simulation runs away (NaN, or faster than
    300 rad/s), which shows 0 everywhere and is rewarded with 0. Every inner episode begins with the body at its start;
    what is hidden stays.

    ## Reference returns
    Chance: 0. The goal lies as often behind as ahead, so what a blind policy gains one way it loses the other way,
    and the best is to lie still. Reference: measured, since physics has no formula: a wave travels along the body,
    with the gait that CMA-ES found for this body. The policy finds the parent of each module by comparing turning
    speeds after one step, finds out what is hidden by one or two tries of its own, and walks. Its mean return is
    stored for the arguments in `badger_envs/data/reference_returns.json`, with its standard error, and is measured
    where there is none.

    ## Arguments
    `body`: "chain" (all hinges bend up and down), "snake" (up and down, and sideways, in turns), "star" (arms round a
    passive hub) or "tree". `modules`: of a chain or snake, 1 to 100, or of a tree, 5 to 12: the first tree of that
    size among those for training. `arms` (3 to 6) and `arm_modules` (at least 1): of a star, 100 in all
    at most. `split`: "none" for that
    one body, or "train" or "test" for a body of the family drawn in each episode from those shipped, whatever the
    sizes asked for. `inner_episodes`: 1 to 4. `steps`: of an inner episode, at least 1, of 0.04 s each. `unknown`:
    "none"; "direction" (the goal is not shown; not for stars, which have no front); "signs" (of each motor),
    "permutation" (ports command each other's motors), "dead" (one motor in four is limp), "physics" (friction,
    stiffness of the motors and a load), "speed" (a goal speed that is not shown). `goal`: "far" or "speed" (a goal
    speed; the only choice with unknown="speed"). `threads`: 1 to 256 that step the physics, which changes nothing but
    the speed.

    ## Version history
    v0: first version.
    """

    body: str = "chain"
    modules: int = 4
    arms: int = 4
    arm_modules: int = 2
    split: str = "none"
    inner_episodes: int = 1
    steps: int = 250
    unknown: str = "none"
    goal: str = "far"
    threads: int = field(default=1, compare=False)

    functional: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("body", self.body, FAMILIES)
        require_choice("split", self.split, ("none", *SPLITS))
        require_choice("unknown", self.unknown, UNKNOWNS)
        require_choice("goal", self.goal, ("far", "speed"))
        require_integer("inner_episodes", self.inner_episodes, 1, 4)
        require_integer("steps", self.steps, 1)
        require_integer("threads", self.threads, 1, MOST_THREADS)
        require_integer("modules", self.modules, 1, MOST_MODULES)
        require_integer("arms", self.arms, *ARMS)
        require_integer("arm_modules", self.arm_modules, 1, MOST_MODULES // self.arms)
        if self.unknown == "speed" and self.goal != "speed":
            raise ValueError(f"goal must be 'speed' with unknown='speed', got {self.goal!r}")
        if self.unknown == "direction" and self.body == "star":
            raise ValueError("unknown must not be 'direction' with body='star', which has no front, got 'direction'")
        smallest = min(len(body.modules) for body in self.bodies)  # refuses a tree that was not shipped
        if self.unknown == "dead" and smallest < DEAD_SHARE:
            raise ValueError(f"modules must be an integer at least {DEAD_SHARE} with unknown='dead', got {smallest}")

    @property
    def horizon(self) -> int:  # type: ignore[override]
        """Steps in a lifetime."""
        return self.inner_episodes * self.steps

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Those that an episode draws from."""
        return bodies_of(self.body, self.modules, self.arms, self.arm_modules, self.split)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> RobotState:
        """First state of each episode, as `Task.initial`; nothing is drawn anew in a later inner episode.

        Raises:
            ValueError: `xp` is not numpy: the robots live in a simulator.
        """
        if xp is not np:
            raise ValueError(f"xp must be numpy, since robots live in a simulator, got {getattr(xp, '__name__', xp)}")
        # Here, so that mujoco is loaded when a robot is first needed.
        from badger_envs.envs.modular_robot.simulation import Simulation

        draws = draw(episodes, self.bodies, self.ports, self.unknown)
        simulation = Simulation(self.bodies, draws, self.threads, varied=self.unknown in ("dead", "physics"))
        return self._first(draws, simulation, np.arange(len(episodes)))

    def observation(self, state: RobotState) -> Array:
        return state.observation

    def transition(self, state: RobotState, action: Array) -> RobotState:
        simulation = self._latest(state)
        running = ~state.over  # (B,)
        commands = np.where(state.agent_mask & running[:, None], action[:, :, 0], np.float32(0.0))  # (B, P)
        simulation.step(commands, running)
        readings = simulation.read()
        broken = state.broken | readings.broken  # (B,)
        if broken.any():  # whatever is there instead of numbers goes no further
            for part in readings:
                part[broken] = 0
            readings.place[broken], readings.qpos[broken] = state.place[broken], state.qpos[broken]
        steps_left = state.steps_left - running
        over = broken | (steps_left <= 0)
        begins = ~over & (steps_left % self.steps == 0)
        velocity = (readings.place - state.place) / SECONDS_OF_A_STEP  # (B, 3)
        towards = velocity[:, 0] * state.goal[:, DIRECTION]  # (B,) m/s
        speed = state.speed + (towards - state.speed) * (SECONDS_OF_A_STEP / SPEED_MEMORY)
        effort = np.square(commands).sum(axis=1) / state.agent_mask.sum(axis=1)  # (B,) mean over the modules
        worth = self._worth(towards, speed, state.goal[:, SPEED]) - CONTROL_COST * effort  # (B,) m/s
        worth = np.where(running & ~broken, np.clip(worth, -FASTEST_COUNTED, FASTEST_COUNTED), 0.0)
        secret = state.secret.copy()
        secret[:, :2] = np.clip(velocity[:, :2], -FASTEST_COUNTED, FASTEST_COUNTED)
        if begins.any():  # the next inner episode: the body is where it was at first
            rows = np.flatnonzero(begins)
            simulation.restart(rows)
            for now, anew in zip(readings, simulation.read(rows), strict=True):
                now[rows] = anew
            commands[rows], speed[rows], secret[rows, :2] = 0.0, 0.0, 0.0
        observation = np.empty_like(state.observation)  # (B, P, F)
        self._sense(observation, readings, commands, state.goal)
        observation[:, :, features.REWARD] = worth[:, None]
        observation[:, :, features.BEGINS] = begins[:, None]
        observation[:, :, features.STRUCTURE] = state.observation[:, :, features.STRUCTURE]
        observation[~state.agent_mask | broken[:, None]] = 0.0
        return state._replace(
            observation=observation, secret=secret, reward=(SECONDS_OF_A_STEP * worth).astype(np.float32), over=over,
            broken=broken, steps_left=steps_left, distance=state.distance + SECONDS_OF_A_STEP * towards * running,
            speed=speed, place=readings.place, qpos=readings.qpos, age=simulation.age,
        )  # fmt: skip

    def reward(self, state: RobotState, action: Array, next_state: RobotState) -> Array:
        return next_state.reward

    def terminal(self, state: RobotState) -> Array:
        return state.over

    def privileged(self, state: RobotState) -> Array:
        return state.secret

    def state_info(self, state: RobotState) -> dict[str, Array]:
        seconds = (self.horizon - state.steps_left) * SECONDS_OF_A_STEP  # (B,)
        mean = state.distance / np.maximum(seconds, SECONDS_OF_A_STEP)  # (B,) m/s
        return {
            "seconds_per_metre": (1.0 / np.maximum(mean, 1.0 / SLOWEST)).astype(np.float32),
            "distance": state.distance.astype(np.float32),
            "speed": state.speed.astype(np.float32),
            "broken": state.broken.astype(np.float32),
        }

    def neighbours(self, state: RobotState) -> Array:
        return state.neighbours

    def agent_mask(self, state: RobotState) -> Array:
        return state.agent_mask

    def reset_rows(
        self, state: RobotState, rows: npt.NDArray[Any], episodes: Keys, *, inner_episode: int = 0
    ) -> RobotState:
        simulation = self._latest(state)
        draws = draw(episodes, self.bodies, self.ports, self.unknown)
        simulation.begin(rows, draws)
        first = self._first(draws, simulation, rows)
        merged: dict[str, Any] = {}
        for name, old, new in zip(RobotState._fields, state, first, strict=True):
            merged[name] = new
            if isinstance(old, np.ndarray):
                merged[name] = old.copy()
                merged[name][rows] = new
        return RobotState(**merged)

    def unbatch(self, state: RobotState, row: int) -> RobotState:
        """One episode of a state, unbatched, to be kept for pictures: the simulation itself goes on."""
        kept = {name: np.array(part[row]) for name, part in state._asdict().items() if isinstance(part, np.ndarray)}
        return RobotState(**kept, age=state.age, simulation=None)

    @property
    def variable_size(self) -> bool:  # type: ignore[override]
        return len({len(body.modules) for body in self.bodies}) > 1

    @property
    def ports(self) -> int:
        return max(len(body.modules) for body in self.bodies)

    @property
    def max_degree(self) -> int:
        return PORTS_OF_A_MODULE

    @property
    def port_bounds(self) -> Bounds:
        return features.BOUNDS

    @property
    def privileged_bounds(self) -> Bounds:
        return secret_bounds(self.ports, FASTEST_COUNTED)

    def _first(self, draws: Draws, simulation: "Simulation", rows: npt.NDArray[Any]) -> RobotState:
        """First state of the episodes in these rows (R,) of the simulation, which begin now."""
        count, ports = draws.modules.shape
        readings = simulation.read(rows)
        agent_mask = draws.modules >= 0  # (R, P)
        goal = np.stack([draws.direction, draws.speed], axis=1)  # (R, 2)
        structure, neighbours = features.of_the_structure(self.bodies, draws.body, draws.modules)
        observation = np.zeros((count, ports, features.COUNT), np.float32)  # (R, P, F)
        self._sense(observation, readings, np.zeros((count, ports), np.float32), goal)
        observation[:, :, features.BEGINS] = 1.0
        observation[:, :, features.STRUCTURE] = structure
        zeros = np.zeros(count)
        return RobotState(
            observation=observation * agent_mask[:, :, None], neighbours=neighbours, agent_mask=agent_mask,
            secret=secrets(draws), reward=zeros.astype(np.float32), over=zeros > 0, broken=zeros > 0,
            steps_left=np.full(count, self.horizon), distance=zeros, speed=zeros, place=readings.place,
            qpos=readings.qpos, body=draws.body, goal=goal, age=simulation.age, simulation=simulation,
        )  # fmt: skip

    def _sense(self, observation: Array, readings: features.Readings, commands: Array, goal: Array) -> None:
        """Write into `observation` (B, P, F) what the modules sense, the goal (B, 2) included where it is no secret."""
        direction = goal[:, DIRECTION] if self.unknown != "direction" else np.zeros(len(goal))  # (B,)
        features.of_the_moment(observation, readings, commands, direction)
        tells = self.goal == "speed" and self.unknown != "speed"
        observation[:, :, features.GOAL_SPEED] = (goal[:, SPEED] / SPEED_RANGE[1])[:, None] if tells else 0.0

    def _worth(self, towards: Array, speed: Array, wanted: Array) -> Array:
        """What a step is worth in m/s, (B,), given the speed now, that of the last second, and the goal speed."""
        return wanted - np.abs(speed - wanted) if self.goal == "speed" else towards

    def _latest(self, state: RobotState) -> "Simulation":
        """The simulation of a state, which must be the latest one.

        Raises:
            ValueError: The state was used up by a step or a beginning after it.
        """
        if state.simulation is None:
            raise ValueError("state must have robots, got a snapshot")
        if state.age != state.simulation.age:
            raise ValueError(
                f"state must be the latest one of its robots, number {state.simulation.age}, got number {state.age}: "
                "transition and reset_rows use up the state they are given"
            )
        return state.simulation
