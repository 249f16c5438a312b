"""How templates become text: all is escaped, and pages allow nothing but their own script, style and pictures."""

from pathlib import Path

import jinja2

from badger_envs.core.pages import content_policy
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
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "board.js"))
    environment.globals["policy"] = content_policy(style, script, "'self' data:")
    return environment
