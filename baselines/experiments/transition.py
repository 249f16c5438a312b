"""Where is the transition from monolithic to modular? Two axes, everybody with the same number of parameters.

One is the number of experts that share one memory: from one expert with all of it, which serves every port, to 32 free
experts with one number each. The other is of architectures.
"""

from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

GUESSING = "Badger/Guessing-v0"
MEMORY = 32
"""Numbers that all experts remember together."""
SPLITS = (1, 2, 4, 8, 16, 32)
"""Experts among which they are split."""
IDENTITY = 4
"""Numbers of an identity: one expert has no use for it, and learns the less the more there are."""
MOST_PORTS = 5
"""Of the training: so many ports one expert can serve."""


def _split(experts: int) -> AgentSpec:
    memory = MEMORY // experts
    return AgentSpec(
        f"split_{experts}", f"{experts} x {memory}",
        f"{MEMORY} numbers of memory split among {experts} free {'expert' if experts == 1 else 'experts'}, to which "
        "ports are dealt evenly", "Badger",
        {
            "membrane": "slots", "slots": MOST_PORTS, "experts": experts, "hidden_size": memory, "identity": "random",
            "key_size": IDENTITY, "identity_size": IDENTITY, "messages": "mean", "message_size": 8,
            "topology": "all_and_self",
        },
        width="encoder_size",
    )  # fmt: skip


TRANSITION_AGENTS = tuple(_split(experts) for experts in SPLITS)
"""Along the first axis."""

ARCHITECTURES = ("monolithic_padded", "transformer_over_ports", "badger", "badger_attention", "badger_free", "shared")
"""Along the second axis, from one network for all ports to a network for each that nobody talks to."""

# Fixed ids beyond those that were trained with would be new to an agent; random ones are not.
_RANDOM_IDS = {
    name: {"identity": "random"} for name in ("transformer_over_ports", "badger", "badger_attention", "shared")
}

TRANSITION = (
    Recipe(
        "transition", "guessing, trained at 2 to 5 numbers", GUESSING, {"dims": 3, "horizon": 10},
        # At first all lifetimes share their random identities and addresses, which free experts learn sooner from.
        BPTT(updates=600, batch=64, stages=(Stage(0.2, sizes=(2, 5), shared_across_batch=True), Stage(sizes=(2, 5)))),
        parameters=12_000,
        agents=(*(agent.name for agent in TRANSITION_AGENTS), *ARCHITECTURES),
        configs=_RANDOM_IDS | {"badger_free": {"experts": 8}}, test_sizes=(1, 2, 3, 4, 5, 6, 8, 10), cpu_seconds=7,
    ),
)  # fmt: skip
"""The recipes."""
