"""Makes the data of this package anew: `python -m badger_envs.envs.modular_robot.tune bodies|gaits`.

Bodies: random trees are grown, and families are split into bodies for training and for testing. Gaits: CMA-ES (Hansen
2016, "The CMA Evolution Strategy: A Tutorial"; package `cma`) looks for the fastest wave of each body, forwards and
backwards. What comes of it is measured by `python -m badger_envs.measure_reference_returns Badger/ModularRobot-v0`.
"""

import argparse
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from badger_envs.core.extras import needs_extra
from badger_envs.core.files import write_json
from badger_envs.envs.modular_robot.bodies import SPLITS, bodies_of, chain, grow_tree, snake, star
from badger_envs.envs.modular_robot.body import Body
from badger_envs.envs.modular_robot.gaits import FREQUENCY, PACES, USUAL, Gait, commands, gait_name, layout
from badger_envs.envs.modular_robot.task import CONTROL_COST, SECONDS_OF_A_STEP

FOLDER = Path(__file__).parent / "data"
SIZES: dict[str, dict[str, list[list[int]]]] = {
    "chain": {"train": [[4], [6], [8]], "test": [[5], [7], [10], [12]]},
    "snake": {"train": [[4], [6], [8]], "test": [[5], [7], [10], [12]]},
    "star": {"train": [[4, 2], [5, 2], [4, 3]], "test": [[3, 2], [6, 2], [5, 3]]},
}
TREE_SIZES = range(5, 13)
TREES_OF_A_SIZE = {"train": 2, "test": 1}

STEPS = 250
POPULATION, GENERATIONS = 10, 40
REPEATS = 3
"""Episodes of every gait that is looked at: a gait that now and then turns over is no reference."""
SPREAD = np.asarray([0.4, 0.3, 0.3, 0.2, 0.2, 0.2, 1.0, 1.0])
"""How far a search looks at first, for each number of a gait."""
LOWEST = Gait(0.3, -np.pi, -np.pi, -1.0, -1.0, -1.0, -np.inf, -np.inf)
HIGHEST = Gait(4.0, np.pi, np.pi, 1.0, 1.0, 1.0, np.inf, np.inf)
"""What is looked at: commands stay in [-1, 1], and phases between neighbours below half a turn."""
EPISODES = 48
"""In which the gaits that were found are compared."""
EPISODES_OF_A_PACE = 6
NUDGE = 0.2
"""Every try begins with a step of random commands so large, as the reference policy does."""


def make_bodies() -> None:
    """Grow the trees and write all splits."""
    generator, grown = np.random.default_rng(0), set()
    trees: dict[str, list[Any]] = {split: [] for split in SPLITS}
    for split, count in TREES_OF_A_SIZE.items():
        for modules in TREE_SIZES:
            while sum(len(tree) == modules for tree in trees[split]) < count:
                body = grow_tree(modules, generator)
                if _is_a_chain(body) or body in grown:
                    continue
                grown.add(body)
                trees[split].append([list(module) for module in body.modules])
    write_json(FOLDER / "bodies.json", SIZES | {"tree": trees})


def _is_a_chain(body: Body) -> bool:
    return body.arms == 0 and bool((body.occupied().sum(axis=1) <= 2).all())


def tuned_bodies() -> list[Body]:
    """Every body that has a gait of its own."""
    bodies = [chain(modules) for modules in range(2, 13)] + [snake(modules) for modules in range(4, 13)]
    bodies += [star(arms, arm_modules) for arms in range(3, 7) for arm_modules in (2, 3)]
    for split in SPLITS:
        bodies += bodies_of("tree", 0, 0, 0, split)
    return bodies


def make_gaits() -> None:
    """Tune every body; what was found is written after each one."""
    gaits: dict[str, Any] = {}
    for body in tuned_bodies():
        # A gait turned round is one for the other way: as good where the body is the same from both ends.
        forwards = tune(body, 1)
        backwards = turned(forwards) if _is_a_chain(body) else tune(body, -1)
        found = {
            "forwards": best(body, 1, forwards, turned(backwards)),
            "backwards": best(body, -1, backwards, turned(forwards)),
        }
        gaits[gait_name(body)] = found
        print(gait_name(body), found["forwards"]["return"], found["backwards"]["return"], flush=True)
        made_with = {"mujoco": version("mujoco"), "cma": version("cma")}
        search = {"steps": STEPS, "population": POPULATION, "repeats": REPEATS, "generations": GENERATIONS}
        write_json(FOLDER / "gaits.json", {"versions": made_with, "search": search, "gaits": gaits})


def tune(body: Body, direction: int) -> npt.NDArray[Any]:
    """The best gait (8,) that CMA-ES finds for a body and a direction."""
    with needs_extra("tune", "the tuning of gaits"):
        import cma

    begin = np.asarray(USUAL._replace(wave_along=direction * USUAL.wave_along))
    options = {"popsize": POPULATION, "seed": 1, "verbose": -9, "CMA_stds": SPREAD}
    search, generator = cma.CMAEvolutionStrategy(begin, 1.0, options), np.random.default_rng(0)
    for _ in range(GENERATIONS):
        tried = search.ask()
        allowed = np.clip(tried, LOWEST, HIGHEST)  # (tries, 8)
        returns = crawl(body, direction, np.repeat(allowed, REPEATS, axis=0), generator)  # (tries * repeats,)
        search.tell(tried, (-returns.reshape(-1, REPEATS).mean(axis=1)).tolist())
    return tidy(np.asarray(search.result.xfavorite), body)


def turned(gait: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same wave the other way along the body."""
    return np.asarray(Gait(*gait)._replace(wave_along=-gait[1]))


def best(body: Body, direction: int, *gaits: npt.NDArray[Any]) -> dict[str, Any]:
    """The best of some gaits, and its mean return in episodes that were not searched on."""
    generator = np.random.default_rng(1)
    means = [crawl(body, direction, np.repeat(gait[None], EPISODES, axis=0), generator).mean() for gait in gaits]
    chosen = gaits[int(np.argmax(means))]
    return {
        "gait": [round(float(number), 4) for number in chosen],
        "return": round(float(max(means)), 4),
        "speeds": paces(body, direction, chosen),
    }


def paces(body: Body, direction: int, gait: npt.NDArray[Any]) -> list[float]:
    """The mean speed of a gait at each of `PACES` times its frequency, in m/s."""
    slowed = np.repeat(gait[None], len(PACES), axis=0)  # (paces, 8)
    slowed[:, FREQUENCY] *= PACES
    returns = crawl(body, direction, np.repeat(slowed, EPISODES_OF_A_PACE, axis=0), np.random.default_rng(2))
    speeds = returns.reshape(-1, EPISODES_OF_A_PACE).mean(axis=1) / (STEPS * SECONDS_OF_A_STEP)  # (paces,)
    return [round(float(speed), 4) for speed in speeds]


def tidy(gait: npt.NDArray[Any], body: Body) -> npt.NDArray[Any]:
    """The same gait with 0 for what this body has no modules for."""
    heading, roll = layout(body)[:, 2], layout(body)[:, 3]
    kept = Gait(*np.clip(gait, LOWEST, HIGHEST))
    if not (np.abs(np.sin(heading[roll == 0])) > 1e-9).any():
        kept = kept._replace(across=0.0, phase_across=0.0)
    if not layout(body)[:, 1].any():
        kept = kept._replace(wave_aside=0.0)
    if not roll.any():
        kept = kept._replace(sideways=0.0, phase_sideways=0.0)
    return np.asarray(kept)


def crawl(body: Body, direction: int, gaits: npt.NDArray[Any], generator: np.random.Generator) -> npt.NDArray[Any]:
    """Return of each gait (tries, 8) in an inner episode of its own, (tries,)."""
    from mujoco import mjtStage
    from mujoco.batch import Batch

    from badger_envs.envs.modular_robot.group import quiet
    from badger_envs.envs.modular_robot.model import SERVO_RANGE, SUBSTEPS, build

    robot, where = build(body), layout(body)
    batch = Batch(robot.model, len(gaits), nthread=1, persistent=True)
    ctrl, place = batch.bind("ctrl"), batch.bind("subtree_com")[:, robot.root]  # (tries, N), (tries, 3)
    batch.forward(stage=mjtStage.mjSTAGE_VEL)
    begin, effort = place[:, 0].copy(), np.zeros(len(gaits))  # (tries,)
    for step in range(STEPS):
        wanted = commands(gaits[:, None], where, step * SECONDS_OF_A_STEP)  # (tries, N)
        if step == 0:
            wanted = generator.uniform(-NUDGE, NUDGE, wanted.shape)
        effort += np.square(wanted).mean(axis=1)
        ctrl[:] = SERVO_RANGE * wanted
        with quiet():
            batch.step(nstep=SUBSTEPS, stage=mjtStage.mjSTAGE_VEL)
    returns = (place[:, 0] - begin) * direction - CONTROL_COST * SECONDS_OF_A_STEP * effort
    return np.where(np.isfinite(returns), returns, -1.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("bodies", "gaits"))
    {"bodies": make_bodies, "gaits": make_gaits}[parser.parse_args().what]()
