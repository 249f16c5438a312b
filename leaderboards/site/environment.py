"""How templates become text: all is escaped, and pages allow nothing but their own script, style and pictures."""

import base64
import hashlib
from pathlib import Path

import jinja2

from leaderboards.site.numbers import compact, count, heat
from leaderboards.site.titles import in_words

TEMPLATES = Path(__file__).parent / "templates"


def make_environment() -> jinja2.Environment:
    """Templates with the filters that they use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "compact": compact, "heat": heat, "in_words": in_words}
    # Only our own script and style may run, whatever a submission contains, and nothing is fetched from elsewhere.
    style, script = (_hash((TEMPLATES / name).read_text(encoding="utf-8")) for name in ("style.css", "board.js"))
    environment.globals["policy"] = (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src 'self' data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return environment


def _hash(text: str) -> str:
    """As it stands in a Content-Security-Policy; without the last newline, which templates lose."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.removesuffix("\n").encode()).digest()).decode()
