"""Whether a pull request only adds valid submissions.

What is submitted is data: its files are copied out of git's object store into a temporary folder, byte for byte.
Nothing is checked out, so no filter, hook, link or large-file server of the pull request has a say, and nothing of it
is imported or run. Names of files are strangers' words: they reach no shell, and messages escape them.
"""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from leaderboards.check.copies import resemblances_among_siblings
from leaderboards.check.limited import check_within_limits
from leaderboards.schema.errors import ErrorDetails, SubmissionError
from leaderboards.schema.fields import MAX_ERRORS
from leaderboards.schema.submission import FILE

SUBMISSIONS = "leaderboards/submissions"
_FOLDER = rf"{SUBMISSIONS}/[a-z0-9_]+/[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}_[a-z0-9-]+"
_PATH = re.compile(rf"({_FOLDER})/(submission\.json|weights/[0-9a-f]{{64}}\.(safetensors|json))")
_ADDED = re.compile(r":000000 100644 0+ [0-9a-f]+ A")
"""A new regular file that is not executable, as `git diff-tree --raw` describes it; a link has the mode 120000."""


HEADER = 4096
"""Bytes by which the headers of the same weights may differ."""


def check_pull_request(repository: Path, base: str, head: str) -> dict[Path, list[ErrorDetails]]:
    """Check every submission that a pull request adds.

    Args:
        repository: folder with a checkout of the board, whose working tree is not looked at.
        base: revision that the pull request is merged into.
        head: revision after the merge.

    Returns:
        What is wrong with each new submission, by its folder; see `leaderboards.check.check.check`. What looks like a
        copy is among it, so that a maintainer looks: see `leaderboards.check.copies`.

    Raises:
        SubmissionError: The pull request changes, removes or links anything, on the board or elsewhere, or adds
            something else than the files of new submissions.
        ValueError: No such revision.
    """
    base, head = (_commit(repository, revision) for revision in (base, head))
    options = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    words = _git(repository, "diff-tree", *options, base, head).split("\0")[:-1]
    changes = dict(zip(words[1::2], words[::2], strict=True))  # path -> modes, hashes and kind of its change
    errors, new = [], set()
    for path, change in changes.items():
        place = _PATH.fullmatch(path)
        if place is None or not _ADDED.fullmatch(change):
            reason = "must not be in a pull request with submissions: it may only add files of those"
            errors.append(ErrorDetails(path, "", reason))
        else:
            new.add(place[1])
    for folder in sorted(new):
        if _git(repository, "ls-tree", "--name-only", base, "--", folder):
            errors.append(ErrorDetails(folder, "", "must not be changed: it is on the board already"))
    if errors:
        raise SubmissionError(errors[:MAX_ERRORS])
    with tempfile.TemporaryDirectory() as copy:
        _copy_submissions(repository, head, new, Path(copy))
        found = check_within_limits([Path(copy, folder) for folder in sorted(new)])
        errors_of = dict(zip(sorted(new), found.values(), strict=True))
        for folder, its_errors in errors_of.items():
            if not its_errors:  # so its files are small and whole
                its_errors += [each.as_error() for each in resemblances_among_siblings(Path(copy, folder))]
        return {Path(folder): its_errors for folder, its_errors in errors_of.items()}


def _copy_submissions(repository: Path, commit: str, new: set[str], target: Path) -> None:
    """Copy new submissions whole; of the others, which they are compared with, `submission.json`, and weights of about
    as many bytes as new ones have: no others can be the same in another order."""
    found = []
    for line in _git(repository, "ls-tree", "-r", "-l", "-z", commit, "--", f"{SUBMISSIONS}/").split("\0")[:-1]:
        about, _, path = line.partition("\t")
        mode, _, blob, size = about.split()
        place = _PATH.fullmatch(path)
        if place is not None and mode == "100644":
            found.append((PurePosixPath(path), place[1] in new, int(size), blob))
    sizes = {size // HEADER for path, is_new, size, _ in found if is_new and path.suffix == ".safetensors"}
    sizes |= {size + step for size in sizes for step in (-1, 1)}
    _copy_blobs(
        repository,
        {
            target / path: blob
            for path, is_new, size, blob in found
            if is_new or path.name == FILE or (path.suffix == ".safetensors" and size // HEADER in sizes)
        },
    )


def _copy_blobs(repository: Path, blobs: Mapping[Path, str]) -> None:
    command = ["git", "cat-file", "--batch"]
    with subprocess.Popen(command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        for path, blob in blobs.items():
            git.stdin.write(f"{blob}\n".encode())
            git.stdin.flush()
            size = int(git.stdout.readline().split()[2])  # of "<hash> blob <size>"; the content ends with a newline
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(git.stdout.read(size + 1)[:size])


def _commit(repository: Path, revision: str) -> str:
    try:
        options = ("--verify", "--quiet", "--end-of-options")
        return _git(repository, "rev-parse", *options, f"{revision}^{{commit}}").strip()
    except subprocess.CalledProcessError:
        raise ValueError(f"revision must be a commit of {repository}, got {revision!r}") from None


def _git(repository: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape")
