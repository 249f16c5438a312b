"""What does not come with a thin install, and the extra that brings it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType


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
        raise _missing(what, error, extra) from error


def name_extras(package: str, extras: Mapping[str, str]) -> None:
    """Have every module of a package name the extra when it is imported without what that brings.

    One place instead of a context around the imports of every module. Where all is installed nothing changes.

    Args:
        package: its name.
        extras: what the modules import, by the name that it is imported by, and the extra that brings it.
    """
    if not all(map(_is_there, extras)):
        sys.meta_path.insert(0, _Finder(package, extras))


def _missing(what: str, error: ModuleNotFoundError, extra: str) -> ModuleNotFoundError:
    reason = f"{what} needs {error.name}: pip install 'badger-envs[{extra}]', or from a checkout "
    reason += f"pip install -c constraints.txt -e '.[{extra}]'"
    return ModuleNotFoundError(reason, name=error.name)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # refused, or None in sys.modules
        return False


class _Loader(SourceFileLoader):
    """Loads a module; the error names what is not installed, and the extra that brings it."""

    extras: Mapping[str, str]

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except ModuleNotFoundError as error:
            extra = self.extras.get(str(error.name).split(".")[0])
            if error.__cause__ or extra is None:  # said already, or no affair of an extra
                raise
            raise _missing(module.__name__, error, extra) from error


class _Finder:
    """Finds the modules of a package, wherever they are imported, for the loader above."""

    def __init__(self, package: str, extras: Mapping[str, str]) -> None:
        self._inside, self._extras = f"{package}.", extras

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.startswith(self._inside) else None
        if spec and spec.origin:
            spec.loader = loader = _Loader(name, spec.origin)
            loader.extras = self._extras
        return spec
