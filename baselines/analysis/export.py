"""Raw results for others: what every run returned in every test episode, one file for each agent on each problem.

Each file is what `badger_envs.evaluation.write_results` writes, with the training seed, the agent's own settings and
the hash of its weights beside each result; packed, since a thousand returns with nine digits for every size are large.
"""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from badger_envs.core.files import write_whole
from badger_envs.evaluation import FORMAT
from baselines.analysis.merge import merge, read_results
from baselines.experiments.run import read_object

LEFT_OUT = ("metrics", "mean_reward_of_step")
"""Of a test; they follow from the agent and are many."""


def export(folders: Sequence[Path], out: Path) -> list[Path]:
    """Write the raw results of comparisons.

    Args:
        folders: with a `result.json` and the runs beside it, of one suite.
        out: where the files go; made where it is missing.

    Returns:
        The files, `<problem>_<agent>.json.gz`.

    Raises:
        ValueError: A folder without results, folders of different suites, or a run that is gone.
    """
    content = merge(read_results(folders))
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for agent in content["agents"]:
        if not agent["n"]:
            continue
        results = [result for run in agent["runs"] for result in _results(run["hash"], folders)]
        about = {
            "format": FORMAT,
            "policy": agent["agent"],
            "suite": content["suite"],
            "suite_version": content["suite_version"],
            "problem": agent["problem"],
            "versions": content["runs"][0]["versions"],
            "results": results,
        }
        path = out / f"{agent['problem']}_{agent['agent']}.json.gz"
        write_whole(path, gzip.compress(json.dumps(about, allow_nan=False).encode(), mtime=0))
        written.append(path)
    return written


def _results(name: str, folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Every test of a run."""
    for folder in folders:
        run, agent = (read_object(folder / "runs" / name / file) for file in ("run.json", "agent.json"))
        if run is not None:
            specification = run["specification"]
            own = {
                "run": name,
                "training_seed": specification["seed"],
                "kind": specification["kind"],
                "config": specification["config"],
                "outer_loop": specification["outer_loop"],
                "weights_sha256": agent and agent["weights_sha256"],
                "environment_steps": run.get("environment_steps", 0),
            }
            kept = ({key: test[key] for key in test if key not in LEFT_OUT} for test in run["tests"].values())
            return [own | test for test in kept]
    raise ValueError(f"folders must hold the run {name}, got {', '.join(map(str, folders))}")
