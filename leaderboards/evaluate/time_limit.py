"""A limit for what is computed in this process."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End a computation after so many CPU-seconds of this process; not on Windows, nor in threads, where none can.

    Raises:
        ValueError: It took longer.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise ValueError(f"it takes longer than {seconds:g} CPU-seconds")

    before, began = signal.signal(signal.SIGPROF, end), (time.process_time(), time.thread_time())
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
        # The system's timer only ticks a few hundred times a second, and while it is set some systems count the time of
        # the process in such ticks too, but not that of a thread.
        if max(time.process_time() - began[0], time.thread_time() - began[1]) > seconds:
            raise ValueError(f"it takes longer than {seconds:g} CPU-seconds")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
