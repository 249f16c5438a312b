"""Which fresh episodes a submission is run on, and what is random in its agents there.

Both follow from a secret that nobody but the board knew when the submission was made, and from the submission itself:

    digest = SHA-256("fresh episodes\n" benchmark "\n" folder "\n" SHA-256 of submission.json "\n" secret)

Its first eight bytes choose the episodes, the next eight the random numbers of the agents. So neither side could choose
them: the board had committed to the secret, and the submitter did not know it. Once the secret is published, everybody
can compute them.
"""

import hashlib
from typing import NamedTuple

FIRST_FRESH = 10_000_000
"""Fresh episodes have numbers of at least this; no benchmark comes near."""
LAST_FRESH = 2**32 - 1_000_000


class Draw(NamedTuple):
    """What was drawn for the fresh episodes of a submission."""

    first_episode: int
    """Of every row; the episodes that follow have the numbers that follow."""
    agent_seed: int
    """What is random in agents follows from this and the key of each episode."""


def draw_for(benchmark: str, folder: str, submission_sha256: str, secret: str) -> Draw:
    """The draw of a submission by a secret.

    Args:
        benchmark: its name.
        folder: name of the submission's folder.
        submission_sha256: of the bytes of `submission.json`.
        secret: 64 hexadecimal digits.
    """
    return _draw("\n".join(("fresh episodes", benchmark, folder, submission_sha256, secret)))


def draw_of_seed(seed: int) -> Draw:
    """The draw of a rehearsal, by a seed that anybody may choose."""
    return _draw(f"rehearsal\n{seed}")


def _draw(text: str) -> Draw:
    digest = hashlib.sha256(text.encode()).digest()
    first, agents = (int.from_bytes(digest[at : at + 8], "little") for at in (0, 8))
    return Draw(FIRST_FRESH + first % (LAST_FRESH - FIRST_FRESH), agents)
