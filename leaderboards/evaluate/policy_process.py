"""The process of a policy, and the messages that both sides send.

A message is a letter for its kind, which determines the type of its numbers, the number of axes, four lengths, and the
raw bytes. The module needs numpy alone, so that the process starts fast.
"""

import contextlib
import importlib
import json
import math
import os
import re
import socket
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from leaderboards.evaluate.process_limits import limit_process
from leaderboards.schema.errors import printable

MAKE, RESET, OBSERVATION, REWARD = b"M", b"R", b"O", b"W"
"""Kinds of messages to a policy."""
DONE, ACTION, ERROR, REFUSAL = b"D", b"A", b"E", b"V"
"""Kinds of answers. A refusal: the factory raised ValueError, so the policy does not support that size."""
TEXT, FLOAT = np.dtype("u1"), np.dtype("<f4")
TYPES: dict[bytes, np.dtype[Any]] = {
    MAKE: TEXT, RESET: np.dtype("<u4"), OBSERVATION: FLOAT, REWARD: FLOAT,
    DONE: TEXT, ACTION: FLOAT, ERROR: TEXT, REFUSAL: TEXT,
}  # fmt: skip
"""Type of the numbers, by letter."""
MAX_TEXT_BYTES = 2400
"""Bytes of an error that are sent."""

_HEADER = struct.Struct("<cB4I")
_LARGEST = np.finfo(np.float32).max
_NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_REFERENCE = re.compile(f"{_NAME}:{_NAME}")


class Header(NamedTuple):
    """Beginning of a message."""

    kind: bytes
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes that follow."""
        return math.prod(self.shape) * TYPES[self.kind].itemsize


def send(connection: socket.socket, kind: bytes, array: npt.NDArray[Any]) -> None:
    """Send a message.

    Raises:
        OSError: The other side is gone; TimeoutError where it does not read.
        ValueError: The array has more than four axes.
    """
    if array.ndim > 4:
        raise ValueError(f"array must have at most 4 axes, got {array.ndim}")
    lengths = array.shape + (0,) * (4 - array.ndim)
    content = np.ascontiguousarray(array, TYPES[kind]).tobytes()
    connection.sendall(_HEADER.pack(kind, array.ndim, *lengths) + content)


def receive_header(connection: socket.socket, deadline: float | None = None) -> Header:
    """Receive the beginning of a message, unchecked.

    Raises:
        OSError: The other side is gone; TimeoutError where the deadline passed.
    """
    kind, axes, *lengths = _HEADER.unpack(receive(connection, _HEADER.size, deadline))
    return Header(kind, tuple(lengths[:axes]))


def receive(connection: socket.socket, count: int, deadline: float | None = None) -> bytearray:
    """Receive exactly that many bytes.

    Raises:
        OSError: The other side is gone; TimeoutError where the deadline passed, in seconds of `time.monotonic`.
    """
    content = bytearray(count)
    view = memoryview(content)
    while view:
        if deadline is not None:
            wait_until(connection, deadline)
        read = connection.recv_into(view)
        if read == 0:
            raise ConnectionError("the other side hung up")
        view = view[read:]
    return content


def wait_until(connection: socket.socket, deadline: float) -> None:
    """Let the next call raise TimeoutError at the deadline; zero would mean that it does not wait at all."""
    connection.settimeout(max(deadline - time.monotonic(), 1e-3))


def in_one_line(text: str) -> str:
    """A text of another process, as errors quote it."""
    return printable(" ".join(text.split()), max_length=MAX_TEXT_BYTES // 4)  # letters have up to four bytes


def require_reference(reference: str) -> None:
    """Refuse what cannot name a policy.

    Raises:
        ValueError: It is not of the form module:factory.
    """
    if not _REFERENCE.fullmatch(reference):
        raise ValueError(f"policy must be module:factory, got {reference!r}")


def serve(connection: socket.socket) -> None:
    """Make policies and let them act until one fails. Raises OSError when the other side hangs up."""
    policy: Any = None
    while True:
        header = receive_header(connection)
        numbers = _receive_numbers(connection, header)
        reward = None
        if header.kind == OBSERVATION:
            reward = _receive_numbers(connection, receive_header(connection))  # (B,)
        refusal, kind, answer = False, DONE, np.empty(0, np.float32)
        try:
            if header.kind == MAKE:
                policy = None  # what it holds is not needed twice
                wanted = json.loads(numbers.tobytes())
                factory = _find(wanted["reference"])
                refusal = True
                policy = factory(wanted["id"], wanted["arguments"], wanted["training_seed"])
            elif header.kind == RESET:
                policy.reset(int(numbers[0]))
            else:
                kind, answer = ACTION, _numbers(policy.act(numbers, reward))
        except ValueError as error:
            _tell(connection, error, REFUSAL if refusal else ERROR)
            if refusal:
                continue
            return
        except Exception as error:
            _tell(connection, error, ERROR)
            return
        send(connection, kind, answer)


def _numbers(answer: Any) -> npt.NDArray[np.float32]:
    """An action as it is sent; what is no number must not become one on the way, and what is finite stays it."""
    action = np.asarray(answer)
    parts = np.asarray(answer, dtype=object).flat if isinstance(answer, list | tuple) else (answer,)
    cut = any(isinstance(part, bool | np.bool_ | bytearray | np.ma.MaskedArray) for part in parts)
    if action.dtype.kind not in "iuf" or cut:
        raise ValueError(f"action must be an array of numbers, got type {'object' if cut else action.dtype}")
    if action.ndim > 4:
        raise ValueError(f"action must have shape (B, P * A), got {action.ndim} axes")
    return np.where(np.isfinite(action), np.clip(action, -_LARGEST, _LARGEST), action).astype(np.float32)


def _find(reference: str) -> Any:
    """What "module:name" names."""
    module, _, path = reference.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _receive_numbers(connection: socket.socket, header: Header) -> npt.NDArray[Any]:
    return np.frombuffer(receive(connection, header.size), TYPES[header.kind]).reshape(header.shape)


def _tell(connection: socket.socket, error: Exception, kind: bytes) -> None:
    """Send what went wrong and where, in one line; people get the whole of it on standard error."""
    if kind == ERROR:
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    message = printable(f"{type(error).__name__}: {' '.join(str(error).split())}", max_length=MAX_TEXT_BYTES // 5)
    text = f"{message} ({Path(place.filename).name[:80]}, line {place.lineno})"
    send(connection, kind, np.frombuffer(text.encode(errors="replace")[:MAX_TEXT_BYTES], TEXT))


def main() -> None:
    """Talk over the socket whose number is on the command line."""
    sys.path.insert(0, os.getcwd())
    limit_process()
    descriptor = int(sys.argv.pop())
    os.set_inheritable(descriptor, False)
    # A second descriptor, since the first stays open until the process is gone: then its exit code is there too.
    with socket.socket(fileno=os.dup(descriptor)) as connection, contextlib.suppress(OSError):
        serve(connection)


if __name__ == "__main__":
    main()
