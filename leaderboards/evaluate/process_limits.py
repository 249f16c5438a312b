"""What a policy's process may use, set by itself before it imports a stranger's code; it cannot be taken back."""

import contextlib

MEMORY_BYTES = 16 * 2**30
"""Addresses that a process may use; torch alone takes a quarter of them."""
FILE_BYTES = 2**30
"""Of any file."""


def limit_process() -> None:
    """Limit this process and those that it starts, where the system has such limits."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        for kind, most in (("RLIMIT_AS", MEMORY_BYTES), ("RLIMIT_FSIZE", FILE_BYTES), ("RLIMIT_CORE", 0)):
            with contextlib.suppress(AttributeError, OSError, ValueError):  # a lower limit is in force already
                resource.setrlimit(getattr(resource, kind), (most, most))
