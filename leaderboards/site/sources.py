"""Where the files are that pages are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sources:
    """The files of submissions."""

    address: str = "../raw"
    """Of the folder that the folders of submissions lie in, as seen from the page of an entry."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of `submission.json`, by folder."""


AS_RAW = Sources()
"""Beside the pages, in a folder `raw`."""
