"""What well-known trainers of others reach on our environments: `python -m benchmarks.third_party --steps 200000`.

An independent check of the environments and of our own PPO: sb3-contrib's RecurrentPPO on the Gymnasium view (RL2),
and stable-baselines3's PPO with one policy for all ports and a message channel on the parameter-sharing view. One seed;
scores on the test episodes, 0 for blind chance and 1 for the handcrafted reference.
"""

import time

import torch
import tyro
from rich.console import Console
from rich.table import Table

from badger_envs import Channel
from badger_envs.evaluation import evaluate
from badger_envs.registry import reference_returns
from baselines.experiments.recipe import Recipe
from baselines.experiments.recipes import RECIPES
from baselines.third_party.stable_baselines3 import RecurrentPolicy, recurrent_ppo, shared_ppo, shared_returns

PROBLEMS = ("guessing_ppo", "xor2_ppo", "routing3_ppo", "reacher_ppo", "robot_ppo")
MESSAGE_SIZE = 2


def recurrent(recipe: Recipe, steps: int, copies: int) -> float:
    """Score of RecurrentPPO."""
    task = recipe.make_task()
    model = recurrent_ppo(recipe.task, recipe.arguments, steps=steps, seed=0, copies=copies)
    policy = RecurrentPolicy(model, task)
    return evaluate(policy, recipe.task, episodes=recipe.test_episodes, **recipe.arguments).score


def shared(recipe: Recipe, steps: int, copies: int) -> float:
    """Score of PPO with one policy for all ports, which hear each other one step later."""
    channel = Channel(size=MESSAGE_SIZE)
    model = shared_ppo(recipe.task, recipe.arguments, steps=steps, seed=0, copies=copies, channel=channel)
    returns = shared_returns(model, recipe.task, recipe.arguments, episodes=recipe.test_episodes, channel=channel)
    return float(reference_returns(recipe.make_task()).score(returns).mean())


def main(steps: int = 200_000, recipes: tuple[str, ...] = PROBLEMS, copies: int = 64) -> None:
    """Train with trainers of others, test, and print the scores.

    Args:
        steps: environment steps of each training.
        recipes: what is trained on, by name.
        copies: environments played together.
    """
    torch.set_num_threads(1)
    table = Table(title=f"scores after {steps:,} environment steps", title_justify="left")
    for column in ("problem", "RecurrentPPO (RL2)", "CPU s", "PPO, shared by ports", "CPU s"):
        table.add_column(column)
    for name in recipes:
        row = [RECIPES[name].title]
        for train in (recurrent, shared):
            began = time.process_time()
            score = train(RECIPES[name], steps, copies)
            row += [f"{score:.2f}", f"{time.process_time() - began:.0f}"]
        table.add_row(*row)
        print(*row, flush=True)
    Console().print(table)


if __name__ == "__main__":
    tyro.cli(main)
