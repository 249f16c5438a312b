"""Environments of several agents by id, made as pettingzoo makes them where it has a registry (from 1.27 on)."""

import pettingzoo

from badger_envs.views import AECTaskEnv, ParallelTaskEnv

KINDS = {"parallel": ParallelTaskEnv, "aec": AECTaskEnv}


def make_agents(kind, id, **how):
    """As `pettingzoo.make`; older pettingzoos take the class itself."""
    return pettingzoo.make(kind, id, **how) if hasattr(pettingzoo, "make") else KINDS[kind](id, **how)
