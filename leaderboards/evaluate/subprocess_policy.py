"""A policy in a process of its own: observations and rewards go in, actions come out, nothing else.

The process that asks keeps the environment, the names of the episodes and the results; the other one imports what the
submitter wrote, in a clean environment. They talk over a socket pair, not over standard output, so that prints disturb
nothing; messages are raw numbers, nothing that could be executed, and no answer is read before its letter and its shape
are those expected.

This keeps an evaluation from going wrong unnoticed. It is no sandbox: the process may do what its user may do, and who
wants to cheat can import badger_envs there and look up what an episode hides. Results that nobody else can re-run stay
self-reported for that reason.

Axis letters as in `badger_envs.core.task`.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np
import numpy.typing as npt

from badger_envs.core.checks import check_numbers
from badger_envs.evaluation import PolicyError
from badger_envs.registry import get_spec
from leaderboards.evaluate import policy_process as process

FloatArray = npt.NDArray[np.float32]

STEP_SECONDS = 60.0
"""Longest that a policy may take for one answer."""
START_SECONDS = 300.0
"""Longest that it may take to be imported and made."""
PASSED_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES",
)  # fmt: skip
"""What of the environment the other process sees; tokens and the like stay here."""

_ROOT = Path(__file__).resolve().parents[2]
_NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_REFERENCE = re.compile(f"{_NAME}:{_NAME}")


class PolicyProcess:
    """A process for the policies of one reference, one at a time, which ends with `close` or a `with` block.

    What policies print appears on this process's standard error. It is a
    `leaderboards.evaluate.evaluate.MakePolicy`, for which libraries are imported once and not for every size.

    Args:
        reference: "module:factory", imported in the current folder; factory(id, arguments, training_seed) makes an
            object with `reset(batch)` and `act(observation, reward)`, or raises ValueError if it can't have the size.
        seconds: longest that an answer may take.
        start_seconds: longest that the import and the making of a policy may take.

    Raises:
        ValueError: The reference is none.
    """

    def __init__(self, reference: str, *, seconds: float = STEP_SECONDS, start_seconds: float = START_SECONDS) -> None:
        require_reference(reference)
        self.reference, self.seconds, self.start_seconds = reference, seconds, start_seconds
        self.current: IsolatedPolicy | None = None
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", process.__name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=2,  # what it prints goes where errors go
                stderr=2,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,
            )

    def __call__(self, id: str, arguments: Mapping[str, Any], training_seed: int) -> "IsolatedPolicy":
        """A policy, in place of the one before; errors as in `IsolatedPolicy`."""
        return IsolatedPolicy(self.reference, id, arguments, training_seed, within=self)

    def close(self) -> None:
        """End the process and what it started in its session. Closing again does nothing."""
        self._connection.close()
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self, name: str, asked: Mapping[bytes, npt.NDArray[Any]], kind: bytes, shape: tuple[int, ...], seconds: float
    ) -> npt.NDArray[Any]:
        """Send messages and return the numbers of the answer, which must be of this kind and shape.

        Raises:
            ValueError: A policy was asked for, and the factory raised ValueError.
            PolicyError: Anything else went wrong; the process is ended. The error begins with the name.
        """
        deadline = time.monotonic() + seconds
        if self._connection.fileno() < 0:
            raise PolicyError(f"{name}: its process was ended before")
        try:
            for letter, array in asked.items():
                process.wait_until(self._connection, deadline)
                process.send(self._connection, letter, array)
            header = process.receive_header(self._connection, deadline)
            if header.kind in (process.ERROR, process.REFUSAL) and len(header.shape) == 1:
                text = process.receive(self._connection, min(header.size, process.MAX_TEXT_BYTES), deadline)
                said = process.in_one_line(text.decode(errors="replace"))
                if header.kind == process.REFUSAL and process.MAKE in asked:
                    raise ValueError(f"{name}: {said}")
                self.fail(name, said)
            if header.kind != kind:
                self.fail(name, f"must answer with a message {kind!r}, got {header.kind!r}")
            if header.shape != shape:
                self.fail(name, f"must answer with shape {shape}, got {header.shape}")
            body = process.receive(self._connection, header.size, deadline)
        except TimeoutError:
            self.fail(name, f"took longer than {seconds:g} s to answer")
        except OSError:  # of the connection
            self.fail(name, self._how_it_ended())
        return np.frombuffer(body, process.TYPES[kind]).reshape(shape)

    def fail(self, name: str, reason: str) -> NoReturn:
        """End the process and raise PolicyError."""
        self.close()
        raise PolicyError(f"{name}: {reason}") from None

    def _how_it_ended(self) -> str:
        code = self._end()
        if code == -signal.SIGKILL:
            return "hung up, or was killed, for example for lack of memory"
        return f"ended by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exited with code {code}"

    def _end(self) -> int:
        """Kill whatever is left of it. The exit code of a process that was ending by itself stays what it was."""
        if self._process.returncode is None:  # so nobody has waited for it, and its number is still its own
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()


class IsolatedPolicy:
    """Implements `badger_envs.core.policy.Policy` by asking another process, which ends with `close` or a `with` block.

    Args:
        reference: as in `PolicyProcess`, like seconds and start_seconds.
        id: of the environment.
        arguments: all of the task.
        training_seed: which of the trained policies is wanted.
        within: a process that is there and goes on when this policy is closed; None for one of its own.

    Raises:
        ValueError: The reference is none, the id is unknown, or the factory raised ValueError.
        PolicyError: Anything else that the policy does wrong: it raises, hangs, exits, or answers with what is no
            action. One line, which names the policy; the process is ended.
    """

    def __init__(
        self,
        reference: str,
        id: str,
        arguments: Mapping[str, Any],
        training_seed: int,
        *,
        seconds: float = STEP_SECONDS,
        start_seconds: float = START_SECONDS,
        within: PolicyProcess | None = None,
    ) -> None:
        task = get_spec(id).make_task(**arguments)
        self._width, self._limit, self._batch = task.ports * task.port_actions, task.action_limit, 0
        self._name, self._is_own = f"policy {reference} on {id}", within is None
        wanted = {"reference": reference, "id": id, "arguments": dict(arguments), "training_seed": training_seed}
        text = np.frombuffer(json.dumps(wanted).encode(), process.TEXT)
        self._process = within or PolicyProcess(reference, seconds=seconds, start_seconds=start_seconds)
        self._process.current = self
        try:
            self._process.ask(self._name, {process.MAKE: text}, process.DONE, (0,), self._process.start_seconds)
        except BaseException:
            self.close()
            raise

    def reset(self, batch: int) -> None:
        self._ask({process.RESET: np.asarray([batch])}, process.DONE, (0,))
        self._batch = batch

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        asked = {process.OBSERVATION: observation, process.REWARD: reward}
        shape = (self._batch, self._width)
        action = self._ask(asked, process.ACTION, shape)  # (B, P * A)
        try:
            return check_numbers(action, shape, self._limit)
        except ValueError as error:  # as the evaluator would say it, but with a name
            self._process.fail(self._name, str(error))

    def _ask(self, asked: Mapping[bytes, npt.NDArray[Any]], kind: bytes, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        if self._process.current is not self:
            raise PolicyError(f"{self._name}: its process has made another policy since")
        return self._process.ask(self._name, asked, kind, shape, self._process.seconds)

    def close(self) -> None:
        """End the process if it is this policy's own. Closing again does nothing."""
        if self._is_own:
            self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def require_reference(reference: str) -> None:
    """Refuse what can't name a policy.

    Raises:
        ValueError: It is not of the form module:factory.
    """
    if not _REFERENCE.fullmatch(reference):
        raise ValueError(f"policy must be module:factory, got {reference!r}")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), kept.get("PYTHONPATH"))))}
