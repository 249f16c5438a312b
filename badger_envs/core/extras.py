"""What does not come with a thin install, and the extra that brings it."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs_extra(extra: str, what: str) -> Iterator[None]:
    """Import in this context what an extra installs.

    Args:
        extra: its name in `setup.cfg`.
        what: what needs it, as the error calls it.

    Raises:
        ModuleNotFoundError: Something is not installed; the message names it and the extra.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        reason = f"{what} needs {error.name}: pip install 'badger-envs[{extra}]', or from a checkout "
        reason += f"pip install -c constraints.txt -e '.[{extra}]'"
        raise ModuleNotFoundError(reason, name=error.name) from error
