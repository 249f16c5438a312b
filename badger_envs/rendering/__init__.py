"""Pictures and texts of running episodes, kept out of the task files."""

from badger_envs.rendering.renderer import Renderer

__all__ = ["Renderer"]
