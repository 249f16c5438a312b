"""An outside referee: BenchMARL trains on our PettingZoo view, and we score what it learned on the test episodes.

Neither the trainer nor the networks are ours; only the environment is. See README.md beside this file for the
environment of its own that BenchMARL needs, and for what came out.

    python -m baselines.third_party.benchmarl.referee --id Badger/HiddenXOR-v0 --arguments bits=2 \
        --bins 2 --vocabulary 2
"""

import argparse
import ast
import shlex
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pettingzoo

from badger_envs import Channel
from badger_envs.core.files import write_json
from badger_envs.core.task import Task
from badger_envs.evaluation import FORMAT, versions
from badger_envs.registry import get_spec, reference_returns

PROG = "python -m baselines.third_party.benchmarl.referee"
README = "baselines/third_party/benchmarl/README.md"


def named_values(texts: list[str]) -> dict[str, Any]:
    """The task's arguments, from name=value; what is no Python value is a word.

    Raises:
        ValueError: A text that is not name=value.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier() or name in values:
            raise ValueError(f"arguments must be name=value, each name once, got {text!r}")
        try:
            values[name] = ast.literal_eval(value)
        except (SyntaxError, ValueError):
            values[name] = value
    return values


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROG, description=__doc__.splitlines()[0], usage=f"{PROG} --id ID [options]")
    add = parser.add_argument
    add("--id", required=True, help="of the environment, such as Badger/Guessing-v0")
    add("--arguments", nargs="*", default=[], metavar="NAME=VALUE", help="of the task")
    add("--bins", type=int, help="values that each number of an action is chosen from (default: all)")
    add("--vocabulary", type=int, default=0, help="words of the message channel (default: no channel)")
    add("--message", type=int, default=0, help="numbers in a message, instead of words (default: no channel)")
    add("--to", default="neighbours", help="who hears messages: neighbours or all")
    add("--cut", action="store_true", help="keep the channel, but let nobody hear anything")
    add("--ids", action="store_true", help="show each port its number")
    add("--algorithm", choices=("mappo", "ippo"), default="mappo", help="(default: mappo)")
    add("--recurrent", action="store_true", help="a GRU for a policy instead of a feed-forward network")
    add("--frames", type=int, default=200_000, help="environment steps to train for (default: 200,000)")
    add("--lr", type=float, default=1e-3, help="learning rate (default: 0.001)")
    add("--entropy", type=float, default=0.01, help="weight of the entropy bonus (default: 0.01)")
    add("--seed", type=int, default=0, help="of training (default: 0)")
    add("--episodes", type=int, default=1000, help="test episodes to score on, from number 0 on (default: 1000)")
    add("--out", type=Path, help="JSON file for the result; its folder must exist")
    return parser


def prepare(options: argparse.Namespace) -> tuple[Task[Any], dict[str, Any]]:
    """The task, and the arguments of `badger_envs.views.benchmarl.BadgerTask.of`.

    Raises:
        ValueError, TypeError: Something is asked for that does not exist.
    """
    for name, least in (("frames", 1), ("episodes", 1), ("seed", 0)):
        if getattr(options, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(options, name)}")
    if not options.lr > 0.0:
        raise ValueError(f"lr must be above 0, got {options.lr}")
    if options.out is not None and not options.out.parent.is_dir():
        raise ValueError(f"out must be in a folder that exists, got {options.out}")
    channel = None
    if options.vocabulary or options.message:
        channel = Channel(size=options.message, vocabulary=options.vocabulary, to=options.to, cut=options.cut)
    elif options.cut or options.to != "neighbours":
        raise ValueError("to and cut need a channel: vocabulary or message must be above 0, got 0 and 0")
    arguments = named_values(options.arguments)
    task = get_spec(options.id).make_task(**arguments)
    view = {"bins": options.bins, "channel": channel}
    # Refuses what does not go together.
    pettingzoo.make("parallel", options.id, joint=options.bins is not None, **view, **arguments)
    return task, {"id": options.id, "ids": options.ids, **view, **arguments}


def main() -> None:
    """Train, score, print, write."""
    parser = build_parser()
    options = parser.parse_args()
    try:
        task, wanted = prepare(options)
    except (TypeError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    if find_spec("benchmarl") is None:
        parser.exit(1, f"{parser.prog}: BenchMARL is not installed here; see {README}\n")
    # Here, since --help and refusals need no BenchMARL.
    from baselines.third_party.benchmarl.training import score, train

    how = {name: getattr(options, name) for name in ("algorithm", "recurrent", "frames", "lr", "entropy", "seed")}
    began = time.process_time()
    experiment, curve = train(task, wanted, **how)
    seconds = time.process_time() - began
    greedy, sampled = (
        score(experiment, task, episodes=options.episodes, greedy=likeliest) for likeliest in (True, False)
    )
    for frames, mean_return in curve[:: -max(len(curve) // 10, 1)][::-1]:
        print(f"{frames:>9,} steps  score {float(reference_returns(task).score(mean_return)):6.3f} (exploring)")
    print(f"{options.episodes} test episodes: score {greedy.score:.3f} greedy, {sampled.score:.3f} with actions drawn")
    if options.out is None:
        return
    training = {
        "command": shlex.join(["python", *sys.argv]),
        "settings": how | {"ids": options.ids, "bins": options.bins, "channel": repr(wanted["channel"])},
        "steps": curve[-1][0],
        "cpu_seconds": round(seconds, 1),
        "curve": curve,
        "policy_parameters": sum(weights.numel() for weights in experiment.policy.parameters()),
    }
    libraries = {name: version(name) for name in ("benchmarl", "torchrl", "tensordict", "torch")}
    name = f"benchmarl {options.algorithm}{' gru' if options.recurrent else ''}"
    content = {"format": FORMAT, "policy": name, "versions": versions() | libraries, "results": [greedy.as_json()]}
    write_json(options.out, content | {"sampled": sampled.as_json(), "training": training})


if __name__ == "__main__":
    main()
