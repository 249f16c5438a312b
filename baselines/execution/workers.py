"""What happens in a worker: one thread of torch, and an end that leaves time for a checkpoint."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import torch

SECONDS_TO_STOP = 10.0
"""That an interrupted worker has for its checkpoint, before it is ended by force."""
_stopping = threading.Event()
"""Of a worker process: it has to end."""


def begin_worker(parent: int, ready: Any) -> None:
    """Set up a worker process of the parent with this number, and tell it by an event that this was done."""
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C and a closed terminal: the parent decides
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    ready.set()


def _die_with(parent: int) -> None:
    """Stop this worker when its parent was killed: nobody would take its result. End it if stopping takes too long."""
    while os.getppid() == parent and not _stopping.wait(1.0):
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(SECONDS_TO_STOP)
    os._exit(1)


def until_stopped(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function. SIGTERM interrupts it, so that it can leave a checkpoint, and then ends this process."""

    def interrupt(number: int, frame: Any) -> None:
        if not _stopping.is_set():
            _stopping.set()
            sys.exit(1)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        return with_one_thread(function, *arguments)
    finally:
        if _stopping.is_set():  # or the pool would go on with the next one
            os._exit(1)
        signal.signal(signal.SIGTERM, before)


def with_one_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    torch.set_num_threads(1)
    return function(*arguments)
