"""What a browser may do with a page that we write, whatever the results in it say."""

import base64
import hashlib


def content_policy(style: str, script: str, images: str) -> str:
    """A Content-Security-Policy: one style and one script alone, both in the page, and pictures.

    Args:
        style, script: as they are written; their last newline, which templates lose, does not count.
        images: where pictures may come from, as the policy writes it.
    """
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src {images}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """As browsers compute it of what an element holds."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.removesuffix("\n").encode()).digest()).decode()
