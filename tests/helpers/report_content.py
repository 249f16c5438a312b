"""Results of a comparison that nobody ran, small and with everything that can go wrong, for tests of the report."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents import build_agent, save_agent
from baselines.analysis.summary import aggregate, problem
from baselines.experiments.recipes import RECIPES
from baselines.perturbations.probes import PROBES

LABELS = {
    "badger": "Badger <b>&amp;</b> $x_1$",
    "badger_attention": "Badger with attention",
    "monolithic": "monolithic GRU",
    "shared": "shared, no messages",
}
POINTS = 12


def run(of: dict[str, Any], agent: str, seed: int, score: float) -> dict[str, Any]:
    """A run; all its numbers follow from the score."""
    own, many = of["size"], agent != "monolithic"
    sizes = {str(own + more): score - 0.1 * more for more in ((0, 1, 2) if many else (0,))}
    hearing = ("cut", "noise", "delay", "rounds") if agent.startswith("badger") else ()
    xs = {"life": [1, 3, 10], "switch": [1.0, 2.0, 3.0], "forget": [0.0, 0.5, 1.0], "noise": [0.0, 0.1, 1.0]}
    curves = {
        name: xs.get(name, [0, 1, 2]) if name in (*hearing, "life", "switch", "forget") else [] for name in PROBES
    }
    return {
        "hash": f"{agent}{seed}{of['name']}",
        "seed": seed,
        "score": score,
        "metric": 1.0 - score,
        "score_at_size": sizes,
        "metric_at_size": {size: 1.0 - value for size, value in sizes.items()},
        "cannot_have_size": [] if many else [own + 1, own + 2],
        "curve": [
            {"update": 10.0 * step, "environment_steps": 1e4 * step, "cpu_seconds": 0.3 * step}
            | {"score": score * step / POINTS, "error": 0.5}
            for step in range(1, POINTS + 1)
        ],
        "training_cpu_seconds": 3.6,
        "probes": {
            name: {"x": x, "score": [score - 0.2 * place for place in range(len(x))], "trained": x[0] if x else None}
            for name, x in curves.items()
        },
    }


def agent(of: dict[str, Any], name: str, scores: list[float], *, wanted: int | None = None) -> dict[str, Any]:
    """An agent on a problem with a run of each of these scores."""
    label, missing = LABELS.get(name, name.replace("_", " ")), (wanted or len(scores)) - len(scores)
    handcrafted = name in ("chance", "reference")
    runs = [run(of, name, seed, score) for seed, score in enumerate(scores)]
    if handcrafted:
        runs = [each | {"probes": {}, "curve": []} for each in runs]
    failed = [
        {
            "hash": f"lost{name}{number}",
            "title": f"{of['name']}: {name}",
            "traceback": "ValueError: <script>no</script>",
        }
        for number in range(missing)
    ]
    settings = {"updates": 120, "learning_rate": 0.004, "stages": [{"until": 1.0, "sizes": None}], "kind": "bptt"}
    summary: dict[str, Any] = {
        "problem": of["name"], "agent": name, "label": label, "about": f"what {label} is", "handcrafted": handcrafted,
        "failed": failed, "wanted": wanted or len(scores), "runs": runs, "trials": [
            {"settings": {"learning_rate": 0.002}, "seed": 1000, "updates": 60, "score": None,
             "training_cpu_seconds": None},
            {"settings": {"learning_rate": 0.004}, "seed": 1000, "updates": 60, "score": 0.25,
             "training_cpu_seconds": 1.5},
        ] if not handcrafted else [],
    }  # fmt: skip
    costs = {"parameters": 8000, "memory": 96, "parameters_per_memory": 83.3, "flops_per_step": 46000}
    more = {"settings": settings, "episodes": 960, "environment_steps": 120_000, **costs} if scores else {}
    return summary | more | aggregate(runs)


def content() -> dict[str, Any]:
    """Two problems that everybody is on but one agent, one with a failed rival, one with a single agent."""
    generator = np.random.default_rng(0)

    def around(level: float, runs: int = 5) -> list[float]:
        return [round(float(value), 6) for value in level + 0.02 * generator.standard_normal(runs)]

    xor, guessing, reacher, alone = (problem(RECIPES[name]) for name in ("xor3", "guessing", "reacher_tips", "xor"))
    agents = [
        agent(xor, "badger", around(0.9)),
        agent(xor, "monolithic", around(0.4)),
        agent(xor, "shared", around(0.1)),
        agent(xor, "reference", [1.0]),
        agent(guessing, "badger", around(0.8)),
        agent(guessing, "monolithic", around(0.95, 4), wanted=5),
        agent(guessing, "shared", around(-1.5)),
        agent(guessing, "commnet", around(0.7)),
        agent(reacher, "badger_attention", around(0.6)),
        agent(reacher, "monolithic", around(0.2)),
        agent(reacher, "shared", around(0.5)),
        agent(reacher, "badger", [], wanted=5),
        agent(alone, "badger", around(0.3, 1)),
    ]
    return {
        "format": 2, "suite": "synthetic", "suite_version": 1, "about": "made up", "agents": agents,
        "problems": [xor, guessing, reacher, alone], "search": {"trials": 2, "seeds": 1, "fraction": 0.5},
        "runs": [
            {"command": "python -m baselines compare --suite synthetic", "versions": {"numpy": "2.0"},
             "machine": {"processors": 2, "architecture": "x86_64", "executor": "processes", "jobs": 1,
                         "device": "cpu"},
             "wall_seconds": 1.5}
        ],
    }  # fmt: skip


def write_run(folder: Path, hash: str, recipe: str, kind: str = "Badger") -> Path:
    """A run of a recipe with an agent that never learned anything."""
    task, bins = RECIPES[recipe].make_task(), getattr(RECIPES[recipe].outer_loop, "bins", None)
    config: dict[str, Any] = {"port_features": task.port_features, "port_actions": task.port_actions * (bins or 1)}
    run = folder / "runs" / hash
    torch.manual_seed(0)
    save_agent(build_agent(kind, config), run)
    specification = {"outer_loop": {"bins": bins}}
    (run / "run.json").write_text(json.dumps({"hash": hash, "specification": specification}))
    return run
