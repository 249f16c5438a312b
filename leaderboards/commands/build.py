"""The command that builds the pages."""

from dataclasses import dataclass
from pathlib import Path

from leaderboards.commands.common import OK, ROOT, require_root, shown
from leaderboards.schema.errors import printable


@dataclass(frozen=True)
class Build:
    """Build the pages of the board."""

    out: Path = Path("results/leaderboard")
    """Folder of the pages."""
    benchmark: str = "v1"
    """Name of the benchmark."""
    root: Path = ROOT
    """Folder of all submissions."""

    raw: str | None = None
    """Address of the raw files that pages link to, https://.../submissions/v1; None: --root, as seen from the pages."""

    def run(self) -> int:
        from leaderboards.site.build import build

        require_root(self.root)
        if self.raw is not None and not self.raw.startswith("https://"):
            raise ValueError(f"--raw must begin with https://, got {self.raw!r}")
        built = build(self.root, self.benchmark, self.out, raw=self.raw)
        for name, errors in built.left_out.items():
            print(
                f"left out {printable(name)}: {errors[0]}" + (f" and {len(errors) - 1} more" if len(errors) > 1 else "")
            )
        print(f"wrote {shown(self.out / 'index.html')}: {built.entries} entries")
        return OK
