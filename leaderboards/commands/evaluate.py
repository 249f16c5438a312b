"""The command that runs a policy on the test episodes."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from leaderboards.commands.common import OK
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.result_file import read_results


@dataclass(frozen=True)
class Evaluate:
    """Run a policy on the test episodes and write the returns to a file."""

    policy: Positional[str]
    """Folder of a saved agent, or module:factory."""
    out: Path
    """File; results are added to those in it."""
    seed: tuple[int, ...] = (0,)
    """Training seeds, from 0 on."""
    problems: tuple[str, ...] | None = None
    """Names of problems; all by default."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    sandbox: Literal["auto", "required", "off"] = "auto"
    """Whether module:factory runs in a sandbox (bubblewrap; no GPU, no network); auto: where there is one."""

    def run(self) -> int:
        from leaderboards.evaluate.evaluate_to import evaluate_to
        from leaderboards.evaluate.sandbox import find_sandbox

        command = shlex.join(["python", "-m", "leaderboards", *sys.argv[1:]])
        benchmark = load_benchmark(self.benchmark)
        if self.problems == ():
            raise ValueError("--problems must be followed by at least one name, got none")
        evaluate_to(
            self.policy,
            benchmark=benchmark,
            out=self.out,
            seeds=self.seed,
            problems=self.problems or (),
            command=command,
            sandbox=self.sandbox,
        )
        for way in read_results(self.out).isolation:
            ways = {"none": "without a sandbox", "unknown": "before, nobody knows how"}
            where = ways.get(way.program, f"in the sandbox of {way.program}")
            print(f"{self.policy} ran {where}; it could:", *way.not_held, sep="\n  ")
        why_not = find_sandbox().why_not if self.sandbox == "auto" else ""
        if why_not and ":" in self.policy:
            print(f"no sandbox: {why_not}")
        print(f"wrote {self.out}")
        print(f"next: evaluate further training seeds into it, then python -m leaderboards submit {self.out} --help")
        return OK
