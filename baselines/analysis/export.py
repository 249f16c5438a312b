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
from baselines.results.comparison import RUNS
from baselines.results.run import AGENT_FILE, RUN_FILE, RunResult, SavedAgent, file_sha256

LEFT_OUT = {"metrics", "mean_reward_of_step"}
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
    result = merge(read_results(folders))
    contents: dict[Path, bytes] = {}
    for agent in result.agents:
        if not agent.runs:
            continue
        content = {
            "format": FORMAT,
            "policy": agent.agent,
            "suite": result.suite,
            "suite_version": result.suite_version,
            "problem": agent.problem,
            "versions": {name: version for made in result.invocations for name, version in made.versions.items()},
            "results": [test for run in agent.runs for test in _tests(run.hash, folders)],
        }
        path = out / f"{agent.problem}_{agent.agent}.json.gz"
        contents[path] = gzip.compress(json.dumps(content, allow_nan=False).encode(), mtime=0)
    out.mkdir(parents=True, exist_ok=True)
    for path, packed in contents.items():  # all of them or, where a run is gone, none
        write_whole(path, packed)
    return list(contents)


def _tests(hash: str, folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Every test of a run."""
    for folder in (folder / RUNS / hash for folder in folders):
        run, agent = RunResult.find(folder / RUN_FILE), SavedAgent.find(folder / AGENT_FILE)
        if run is not None and run.hash == hash:
            if agent is not None and file_sha256(folder / AGENT_FILE) != run.agent_sha256:
                raise ValueError(f"folders must hold the agents that were tested, got another one in {folder}")
            own = {
                "run": hash,
                "training_seed": run.specification.seed,
                **run.specification.model_dump(mode="json", include={"kind", "config", "outer_loop"}),
                "weights_sha256": agent and agent.weights_sha256,
                "environment_steps": run.environment_steps,
            }
            return [own | test.model_dump(mode="json", exclude=LEFT_OUT) for test in run.tests.values()]
    raise ValueError(f"folders must hold the run {hash}, got {', '.join(map(str, folders))}")
