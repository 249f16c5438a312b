"""Mesh routing."""

from badger_envs.core.policy import Blind
from badger_envs.core.spec import EnvSpec
from badger_envs.envs.mesh_routing import drawing
from badger_envs.envs.mesh_routing.policies import ShortestPaths
from badger_envs.envs.mesh_routing.returns import reference_returns
from badger_envs.envs.mesh_routing.task import MeshRouting

SPEC = EnvSpec(
    id="Badger/MeshRouting-v0",
    task=MeshRouting,
    policies={"chance": Blind, "reference": ShortestPaths},
    returns=reference_returns,
    drawing=drawing,
    size_argument="ports",
    length_argument="horizon",
    train_sizes=(4, 6, 8),
    test_sizes=(3, 4, 5, 6, 8, 10, 12, 16),
    variants=(
        {"ports": 3, "horizon": 10, "failures": 0},
        {"ports": 5, "horizon": 12, "failures": 3},
    ),
    shared_fields=("links", "fails", "moments", "addresses"),
    metric="error",
    # A packet that is kept earns nothing; the reference policy earns 1 in every step but the first.
    published_curves={
        "chance": dict.fromkeys((3, 4, 5, 6, 8, 10, 12, 16), 1.0),
        "shortest paths": dict.fromkeys((3, 4, 5, 6, 8, 10, 12, 16), 1 / 50),
    },
)
