"""The strongest rivals of Badger, which take part in comparisons like everybody else."""

from baselines.experiments.agent_spec import AgentSpec

RIVALS = (
    # One network for everything, for any number of ports up to the most that are trained with.
    AgentSpec(
        "monolithic_padded", "monolithic GRU, padded",
        "the policy of RL2, of which ports that are not there are zeros, for a range of sizes", "PaddedMonolithic",
    ),
    AgentSpec(
        "monolithic_shuffled", "monolithic GRU, padded, random places",
        "the same, where ports get other places in every lifetime, so that all places are trained", "PaddedMonolithic",
        {"places": "random"},
    ),
    AgentSpec(
        "hypernetwork", "recurrent hypernetwork",
        "a GRU for all ports that generates the weights of a small policy in every step; padded", "Hypernetwork",
    ),
    AgentSpec(
        "transformer_over_time", "transformer over time",
        "two blocks of attention to the last 32 steps of all ports; padded", "TransformerOverTime",
    ),
    # The same network at every port, for any number of them.
    AgentSpec(
        "transformer_over_ports", "transformer over ports",
        "two blocks of attention among all ports in every step, and a recurrent memory for each", "OverPorts",
    ),
    AgentSpec(
        "deep_sets", "DeepSets",
        "the mean of what an encoder makes of every port, and a recurrent memory for each", "OverPorts",
        {"mixing": "mean"},
    ),
)  # fmt: skip
"""The agents."""
