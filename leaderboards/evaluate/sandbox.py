"""The sandbox of a stranger's policy: bubblewrap, where it is installed and may be used.

Bubblewrap (https://github.com/containers/bubblewrap) starts a program in namespaces of its own. Ours has no network and
sees no process but its own. Of files it sees those of the interpreter and its module path, the system's programs, the
checkout and the current folder, and can write none of them; it writes into a private folder in memory, has no
capabilities and dies with the evaluator. What is asked of it is tried once before it is relied on: many systems have
the program and forbid the namespaces.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from leaderboards.evaluate.process_limits import FILE_BYTES, MEMORY_BYTES
from leaderboards.schema.isolation import Isolation

Sandbox = Literal["auto", "required", "off"]
"""Whether the process of a policy runs in a sandbox; "auto": where there is one."""
PASSED_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES",
)  # fmt: skip
"""Environment variables that are passed on; tokens and the like are not."""
ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
PRIVATE = "/dev/shm"
"""The private folder as the policy sees it, its home and for temporary files."""
PRIVATE_BYTES = 2**30
"""Of the private folder, which lies in memory."""
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/opt")
"""What an interpreter may need besides its own folders; what is missing is left out."""
LIMITED = (
    f"use more than {MEMORY_BYTES >> 30} GiB of addresses in a process, or write files above {FILE_BYTES >> 30} GiB"
)
HELD = (
    "use the network",
    "see, stop or read the memory and environment of other processes",
    "read files besides those of the interpreter and its module path, the system, the checkout and the current folder",
    "write files besides those of a private folder, which is gone afterwards",
    "use capabilities or gain rights by programs that have more",
    "outlive the evaluator",
    LIMITED,
)
NOT_HELD_WITHOUT = (
    "use the network",
    "read the memory and environment of other processes of the user",
    "read and write all files of the user",
    "outlive the evaluator, in a session of its own",
)
NEVER_HELD = (
    "compute what the public test episodes hide: their keys are public, and the environments can be imported",
    "use as many processes and as much time as its answers may take",
    "call whatever the kernel offers to a program without rights",
)
"""What no process of ours keeps a policy from."""


class Found(NamedTuple):
    """Outcome of looking for a sandbox."""

    program: str | None
    """Path of bubblewrap; None where it cannot be used."""
    why_not: str
    """Empty where it can."""


def find_sandbox() -> Found:
    """Look for bubblewrap and try whether it may do here what is asked of it."""
    program = shutil.which("bwrap")
    if program is None:
        return Found(None, "no bwrap (bubblewrap) on the PATH")
    reason = _try(program)
    return Found(None, reason) if reason else Found(program, "")


def require_sandbox(sandbox: Sandbox) -> str | None:
    """The program of the sandbox; None where there is none or none is wanted.

    Raises:
        ValueError: It is required and cannot be used.
    """
    if sandbox == "off":
        return None
    found = find_sandbox()
    if found.program is None and sandbox == "required":
        raise ValueError(f"sandbox must be there where it is required, got: {found.why_not}")
    return found.program


def sandboxed(program: str, words: list[str], readable: list[Path]) -> list[str]:
    """The command that runs a command in the sandbox.

    Args:
        program: path of bubblewrap.
        words: the command.
        readable: folders that it may read besides those of the interpreter and the system.
    """
    own = [Path(path) for path in (sys.prefix, sys.base_prefix, *_module_path(passed_environment()["PYTHONPATH"]))]
    seen = sorted({str(path.resolve()) for path in [*own, *readable]}, key=lambda path: (path.count("/"), path))
    linked = [str(path) for path in (Path(sys.prefix), *readable) if str(path) not in seen]  # names that are links
    size = str(PRIVATE_BYTES)
    options = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "policy"]
    options += ["--size", size, "--tmpfs", "/tmp"]
    for path in SYSTEM:
        options += ["--ro-bind-try", path, path]
    for path in [*seen, *linked]:
        options += ["--ro-bind", path, path]
    options += ["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", PRIVATE, "--remount-ro", "/"]
    options += ["--setenv", "HOME", PRIVATE, "--setenv", "TMPDIR", PRIVATE, "--chdir", os.getcwd()]
    return [program, *options, "--", *words]


def passed_environment() -> dict[str, str]:
    """Environment variables of a policy's process."""
    kept = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))}


def isolation_of(program: str | None) -> Isolation:
    """What policies are kept from, by bubblewrap or without it."""
    if program is None:
        return Isolation(program="none", held=(LIMITED,), not_held=(*NOT_HELD_WITHOUT, *NEVER_HELD))
    return Isolation(program=f"bubblewrap {_version(program)}", held=HELD, not_held=NEVER_HELD)


@cache
def _module_path(python_path: str) -> list[str]:
    """Where the process of a policy will look for modules; this process may look in more folders."""
    words = [sys.executable, "-P", "-c", "import sys; print('\\n'.join(sys.path))"]
    environment = passed_environment() | {"PYTHONPATH": python_path}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
    return [path for path in done.stdout.splitlines() if os.path.exists(path)]


@cache
def _try(program: str) -> str:
    """Why the sandbox cannot be used; empty where it can."""
    command = sandboxed(program, [sys.executable, "-c", "print('ready')"], [Path.cwd()])
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bwrap cannot be run ({type(error).__name__})"
    if done.stdout.strip() == "ready":
        return ""
    said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
    return f"bwrap cannot make the namespaces that are needed: {said}"


@cache
def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, errors="replace", check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else "of unknown version"


def code_inside(process: "subprocess.Popen[bytes]", end: Callable[[], int], seconds: float = 5.0) -> int:
    """What a program in a sandbox exited with, the negative signal where one ended it.

    A sandbox passes the exit code on a moment after its program is gone, which a kill would hide. Bubblewrap exits, as
    a shell does, with 128 and the number of a signal.

    Args:
        process: the sandbox.
        end: ends it and returns its exit code.
        seconds: to wait before it is ended.
    """
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    code = end()
    return 128 - code if code > 128 else code
