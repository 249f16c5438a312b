"""A policy in a separate process that receives observations and rewards and returns actions, nothing else.

The evaluator keeps the environment, the names of the episodes and the results; the other process imports the code of
the submitter, in a clean environment. They talk over a socket pair, so that prints do no harm; messages are raw
numbers, and an answer is read only if its letter and its shape are those expected.

Where bubblewrap can be used, the process runs in its sandbox, see `leaderboards.evaluate.sandbox`; elsewhere it has the
rights of its user. In either case it can import badger_envs and compute what public episodes hide. For that reason
results without weights stay self-reported.

Axis letters as in `badger_envs.core.task`.
"""

import json
import os
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
from leaderboards.evaluate import policy_process as protocol
from leaderboards.evaluate import sandbox as box

FloatArray = npt.NDArray[np.float32]

STEP_SECONDS = 60.0
"""Time limit for one answer."""
START_SECONDS = 300.0
"""Time limit for the import and the making of a policy."""


class PolicyProcess:
    """A process for the policies of one reference, one at a time, which ends with `close` or a `with` block.

    What policies print appears on this process's standard error. A `leaderboards.evaluate.evaluate.MakePolicy`.

    Args:
        reference: "module:factory", imported in the current folder; factory(id, arguments, training_seed) makes an
            object with `reset(batch)` and `act(observation, reward)`, or raises ValueError for an unsupported size.
        seconds: time limit for an answer.
        start_seconds: time limit for the import and the making of a policy.
        sandbox: "auto" uses the sandbox where there is one; `isolation` tells.

    Raises:
        ValueError: The reference is of another form, or the sandbox that is required is not there.
    """

    def __init__(
        self,
        reference: str,
        *,
        seconds: float = STEP_SECONDS,
        start_seconds: float = START_SECONDS,
        sandbox: box.Sandbox = "auto",
    ) -> None:
        protocol.require_reference(reference)
        program = box.require_sandbox(sandbox)
        self.reference, self.seconds, self.start_seconds = reference, seconds, start_seconds
        self.current: SubprocessPolicy | None = None
        self.isolation = box.isolation_of(program)
        self._connection, theirs = socket.socketpair()
        with theirs:
            words = [sys.executable, "-P", "-m", protocol.__name__, str(theirs.fileno())]
            self._process = subprocess.Popen(
                box.sandboxed(program, words, [box.ROOT, Path.cwd()]) if program else words,
                stdin=subprocess.DEVNULL,
                stdout=2,  # prints go to standard error
                stderr=2,
                pass_fds=[theirs.fileno()],
                env=box.passed_environment(),
                start_new_session=True,
            )

    def __call__(self, id: str, arguments: Mapping[str, Any], training_seed: int) -> "SubprocessPolicy":
        """A policy, in place of the one before; errors as in `SubprocessPolicy`."""
        return SubprocessPolicy(self, id, arguments, training_seed)

    def close(self) -> None:
        """End the process and what it started in its session. Closing again does nothing."""
        self._connection.close()
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self, name: str, question: Mapping[bytes, npt.NDArray[Any]], kind: bytes, shape: tuple[int, ...], seconds: float
    ) -> npt.NDArray[Any]:
        """Send messages and return the numbers of the answer, which must be of this kind and shape.

        Raises:
            ValueError: A policy was to be made, and the factory raised ValueError.
            PolicyError: Anything else went wrong; the process is ended. The error begins with the name.
        """
        deadline = time.monotonic() + seconds
        if self._connection.fileno() < 0:
            raise PolicyError(f"{name}: its process was ended before")
        try:
            for letter, array in question.items():
                protocol.wait_until(self._connection, deadline)
                protocol.send(self._connection, letter, array)
            header = protocol.receive_header(self._connection, deadline)
            if header.kind in (protocol.ERROR, protocol.REFUSAL) and len(header.shape) == 1:
                text = protocol.receive(self._connection, min(header.size, protocol.MAX_TEXT_BYTES), deadline)
                reason = protocol.in_one_line(text.decode(errors="replace"))
                if header.kind == protocol.REFUSAL and protocol.MAKE in question:
                    raise ValueError(f"{name}: {reason}")
                self.fail(name, reason)
            if header.kind != kind:
                self.fail(name, f"must answer with a message {kind!r}, got {header.kind!r}")
            if header.shape != shape:
                self.fail(name, f"must answer with shape {shape}, got {header.shape}")
            body = protocol.receive(self._connection, header.size, deadline)
        except TimeoutError:
            self.fail(name, f"took longer than {seconds:g} s to answer")
        except OSError:  # of the connection
            self.fail(name, self._how_it_ended())
        return np.frombuffer(body, protocol.TYPES[kind]).reshape(shape)

    def fail(self, name: str, reason: str) -> NoReturn:
        """End the process and raise PolicyError."""
        self.close()
        raise PolicyError(f"{name}: {reason}") from None

    def _how_it_ended(self) -> str:
        code = self._end() if self.isolation.program == "none" else box.code_inside(self._process, self._end)
        if code == -signal.SIGKILL:
            return "hung up, or was killed, for example for lack of memory"
        return f"ended by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exited with code {code}"

    def _end(self) -> int:
        """Kill what is left of it and return its exit code."""
        if self._process.returncode is None:  # so nobody has waited for it, and its number is still its own
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()


class SubprocessPolicy:
    """Implements `badger_envs.core.policy.Policy` by asking its process.

    Args:
        process: in which it is made, in place of the policy before.
        id: of the environment.
        arguments: all of the task.
        training_seed: which of the trained policies is wanted.

    Raises:
        ValueError: The id is unknown, or the factory raised ValueError.
        PolicyError: The policy raises, hangs, exits, or answers with an invalid action, here or in its methods. One
            line, which names the policy; the process is ended.
    """

    def __init__(self, process: PolicyProcess, id: str, arguments: Mapping[str, Any], training_seed: int) -> None:
        task = get_spec(id).make_task(**arguments)
        self._width, self._limit, self._batch = task.ports * task.port_actions, task.action_limit, 0
        self._process, self._name = process, f"policy {process.reference} on {id}"
        process.current = self
        wanted = {
            "reference": process.reference,
            "id": id,
            "arguments": dict(arguments),
            "training_seed": training_seed,
        }
        text = np.frombuffer(json.dumps(wanted).encode(), protocol.TEXT)
        process.ask(self._name, {protocol.MAKE: text}, protocol.DONE, (0,), process.start_seconds)

    def reset(self, batch: int) -> None:
        self._ask({protocol.RESET: np.asarray([batch])}, protocol.DONE, (0,))
        self._batch = batch

    def act(self, observation: FloatArray, reward: FloatArray) -> FloatArray:
        question = {protocol.OBSERVATION: observation, protocol.REWARD: reward}
        shape = (self._batch, self._width)
        action = self._ask(question, protocol.ACTION, shape)  # (B, P * A)
        try:
            return check_numbers(action, shape, self._limit)
        except ValueError as error:  # as the evaluator would put it, but with a name
            self._process.fail(self._name, str(error))

    def _ask(self, question: Mapping[bytes, npt.NDArray[Any]], kind: bytes, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        if self._process.current is not self:
            raise PolicyError(f"{self._name}: its process has made another policy since")
        return self._process.ask(self._name, question, kind, shape, self._process.seconds)
