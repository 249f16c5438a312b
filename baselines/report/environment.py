"""The templates of the page, and what a browser may do with it."""

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

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
    environment.globals["policy"] = _policy()
    return environment


def _svg(picture: Picture) -> Markup:
    return Markup(picture.svg)


def _policy() -> str:
    """A Content-Security-Policy: our own style and script alone, whatever a result contains; nothing is fetched but
    pictures beside the page."""
    style, script = (_hash((TEMPLATES / name).read_text(encoding="utf-8")) for name in (STYLE, SCRIPT))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src 'self' file: data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    """As browsers compute it of an element; without the last newline, which templates lose."""
    digest = hashlib.sha256(text.removesuffix("\n").encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
