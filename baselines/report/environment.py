"""The templates of the page, and what a browser may do with it."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from badger_envs.core.pages import content_policy
from baselines.report.style import Picture
from baselines.report.words import OUTER_LOOPS, capital, in_words, spelled

TEMPLATES = Path(__file__).parent / "html"
STYLE, SCRIPT = "style.css", "page.js"


def make_environment() -> jinja2.Environment:
    """Templates with the filters that they use, and the policy of the page as the variable `policy`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "svg": _svg,
        "spelled": spelled,
        "capital": capital,
        "in_words": in_words,
        "outer_loop": lambda kind: OUTER_LOOPS.get(kind, kind),
    }
    # Our own style and script alone, whatever a result contains; nothing is fetched but pictures beside the page.
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in (STYLE, SCRIPT))
    environment.globals["policy"] = content_policy(style, script, "'self' file: data:")
    return environment


def _svg(picture: Picture) -> Markup:
    return Markup(picture.svg)
