"""The OpenGL context that robots are drawn with."""

import os
import sys
from functools import cache
from typing import Any

from gymnasium.error import DependencyNotInstalled

WIDTH, HEIGHT = 480, 320
_HELP = (
    "pictures of robots need OpenGL: on Linux install EGL and Mesa (Debian and Ubuntu: apt install libegl1 "
    "libgl1-mesa-dri), or set MUJOCO_GL to 'osmesa' or 'glfw' before mujoco is imported; everything else works "
    "without, render_mode='ansi' too"
)


@cache
def open_gl() -> Any:
    """The one OpenGL context of this process."""
    chosen = os.environ.get("MUJOCO_GL", "").lower().strip()
    try:
        if not chosen and sys.platform == "linux":
            # What mujoco itself would take is a window; this needs none, whenever mujoco was imported.
            from mujoco.egl import GLContext
        else:
            from mujoco.gl_context import GLContext
        context = GLContext(WIDTH, HEIGHT)
        context.make_current()
        import mujoco

        mujoco.MjrContext(mujoco.MjSpec().compile(), mujoco.mjtFontScale.mjFONTSCALE_100.value).free()  # can it draw?
    # OpenGL's own errors are of many types, and none of them says what to do.
    except Exception as error:
        raise DependencyNotInstalled(f"{_HELP}; its error: {error}") from error
    return context


def require_own_process() -> None:
    """Refuse to draw where OpenGL would wait forever for threads that stayed behind in the parent.

    Raises:
        RuntimeError: The process was forked after a picture was drawn.
    """
    if os.getpid() != _drawing_process():
        raise RuntimeError(
            "pictures of robots must not be drawn in a process that was forked after the first of them; start workers "
            "with 'spawn' or 'forkserver'"
        )


@cache
def _drawing_process() -> int:
    """The process that drew first."""
    return os.getpid()
