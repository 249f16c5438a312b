"""What the board costs with many submissions of real size: `python -m benchmarks.leaderboard`.

Every submission is made from one on the board: as many rows, episodes, digits and weights, all numbers other ones. The
check and the build run in a process of their own each; CPU-seconds are theirs, reading included.

Of 1,000 submissions, 1.5 MB each, on a shared core: the check took 20 CPU-seconds and the build 43, the
site had 77 MB, its largest page .39 MB. Wanted are at most 30 and 60 CPU-seconds, 200 MB, and 1 MB.
"""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tyro
from rich.console import Console
from rich.table import Table

from leaderboards.commands.common import ROOT
from leaderboards.schema.benchmark import load_benchmark
from leaderboards.schema.submission import FILE, Submission, read_submission, result_sha256, to_bytes

TEMPLATE = ROOT / "v1" / "2026-11-21_badger"


def make_copies(root: Path, count: int, *, template: Path = TEMPLATE) -> None:
    """Write submissions that pass the check, each with numbers of its own.

    Args:
        root: folder of all submissions.
        count: how many.
        template: the submission that they are like.
    """
    like = read_submission(template)
    files = {path.stem: path.read_bytes() for path in (template / "weights").glob("*.safetensors")}
    abouts = {sha: json.loads((template / "weights" / f"{sha}.json").read_text(encoding="utf-8")) for sha in files}
    for number in range(count):
        numbers = np.random.default_rng(number)
        folder = root / like.benchmark / f"{like.date}_agent-{number}"
        (folder / "weights").mkdir(parents=True)
        renamed = {}
        for sha, content in files.items():
            changed = content[:-4] + numbers.standard_normal(1).astype("<f4").tobytes()
            renamed[sha] = hashlib.sha256(changed).hexdigest()
            (folder / "weights" / f"{renamed[sha]}.safetensors").write_bytes(changed)
            about = {**abouts[sha], "weights_sha256": renamed[sha]}
            about.pop("sha256", None)
            (folder / "weights" / f"{renamed[sha]}.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / FILE).write_bytes(to_bytes(_renewed(like, number, numbers, renamed)))


def _renewed(like: Submission, number: int, numbers: np.random.Generator, renamed: dict[str, str]) -> Submission:
    benchmark, rows = load_benchmark(like.benchmark), []
    middle = numbers.uniform(0.3, 0.9)
    for row in like.rows:
        level = benchmark.problem(row.problem).sizes[row.size]
        scores = middle + 0.3 * numbers.standard_normal(level.episodes)  # (episodes,)
        returns = np.clip(level.chance + scores * (level.reference - level.chance), level.lowest, level.highest)
        values = _nine_digits(returns).tolist()
        sha = renamed[str(row.weights_sha256)]
        sealed = result_sha256(like.benchmark, row.problem, row.size, row.training_seed, sha, values)
        rows.append(row.model_copy(update={"weights_sha256": sha, "returns": tuple(values), "sha256": sealed}))
    update: dict[str, Any] = {"name": f"agent-{number}", "title": f"Agent number {number}", "rows": tuple(rows)}
    return like.model_copy(update=update)


def _nine_digits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values (N,) rounded to nine significant digits."""
    return np.array([float(f"{value:.9g}") for value in values])


def measure(code: str, *words: str | Path) -> tuple[float, float]:
    """CPU-seconds and MiB of a Python program that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 2**10


CHECK = """
import sys
from pathlib import Path
from leaderboards.check.tree import check_tree
found = check_tree(Path(sys.argv[1]), "v1")
assert found and not any(found.values()), next(errors for errors in found.values() if errors)
"""
BUILD = """
import sys
from pathlib import Path
from leaderboards.site.build import build
assert not build(Path(sys.argv[1]), "v1", Path(sys.argv[2])).left_out
"""


def main(counts: Sequence[int] = (100, 1000)) -> None:
    """Measure boards of several sizes.

    Args:
        counts: numbers of submissions.
    """
    table = Table(title="the board with many submissions of real size")
    columns = ("submissions", "check, CPU-s", "build, CPU-s", "build, MiB of memory", "site, MB", "largest page, MB")
    for column in columns:
        table.add_column(column, justify="right")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root, site = Path(folder, "all"), Path(folder, "site")
            make_copies(root, count)
            checked, _ = measure(CHECK, root)
            built, memory = measure(BUILD, root, site)
            sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
            pages = [path.stat().st_size for path in site.rglob("*.html")]
        table.add_row(
            f"{count}", f"{checked:.1f}", f"{built:.1f}", f"{memory:.0f}", f"{sum(sizes) / 1e6:.1f}",
            f"{max(pages) / 1e6:.2f}",
        )  # fmt: skip
    Console(width=120).print(table)


if __name__ == "__main__":
    tyro.cli(main)
