"""The command that builds the pages."""

from dataclasses import dataclass
from pathlib import Path

from leaderboards.commands.common import OK, ROOT, require_root


@dataclass(frozen=True)
class Build:
    """Build the pages of the board."""

    out: Path = Path("results/leaderboard")
    """Folder of the pages."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    root: Path = ROOT
    """Folder of all submissions."""

    def run(self) -> int:
        from leaderboards.site.build import build

        require_root(self.root)
        built = build(self.root, self.benchmark, self.out)
        for name, errors in built.left_out.items():
            print(f"left out {name}: {errors[0]}" + (f" and {len(errors) - 1} more" if len(errors) > 1 else ""))
        print(f"wrote {self.out / 'index.html'}: {built.entries} entries")
        return OK
