"""Modular robots: their bodies, the physics that moves them, and the gaits that were found for them.

`bodies` needs numpy alone. `model` and `simulation` import mujoco, so they are imported when a robot is built and not
before.
"""
