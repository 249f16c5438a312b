"""What is asked of every trained agent besides its score: a probe is one function and one row of `PROBES`.

Each probe gives a curve: the score, or bits, where something was done to the agent or to its episodes, more or less of
it, with the point at which it was trained. A probe that does not apply to an agent has no curve. `lesions` harm agents
or change their lives, `information` reads what they know, `compression` makes it less, `transfer` hands it on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baselines.perturbations.probe import OWN, Probe

if TYPE_CHECKING:  # the table of probes needs no torch
    from baselines.perturbations.subject import Subject

LESIONS = "baselines.perturbations.lesions"
TRANSFER, COMPRESSION = "baselines.perturbations.transfer", "baselines.perturbations.compression"
KNOWLEDGE = "baselines.perturbations.information.knowledge"

PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        Probe(
            "life", "Does it keep learning in a longer life?", "life, in trained lives", 1.0, f"{LESIONS}:life",
            "A line that rises says that it goes on learning where it was never trained; one that falls, that its "
            "memory runs away.",
        ),
        Probe(
            "switch", "Can it learn again when what is hidden changes?", "hidden task of one life", 1.0,
            f"{LESIONS}:switch", "A line that falls says that what it believed stands in the way of what is new.",
        ),
        Probe(
            "forget", "Does it survive losing memory in mid-life?", "fraction of memory lost", 0.0,
            f"{LESIONS}:forget", "A flat line says that what is lost is held elsewhere too, or learned again.",
            version=2,
        ),
        Probe(
            "cut", "What are its messages worth?", "fraction of messages lost", 0.0, f"{LESIONS}:cut",
            "What is left without messages, at the right, is what each expert can do alone.",
        ),
        Probe(
            "noise", "Does it bear noise on its messages?", "noise, in units of the messages", 0.0,
            f"{LESIONS}:noise", "A line that falls early says that much hangs on the exact numbers of a message.",
        ),
        Probe(
            "delay", "Does it bear late messages?", "rounds of delay", 0.0, f"{LESIONS}:delay",
            "A line that falls says that messages are about what happens now.",
        ),
        Probe(
            "rounds", "Does more thinking help?", "rounds of messages in a step", OWN, f"{LESIONS}:rounds",
            "A line that falls behind the ring says that the rounds do not settle: more of them destroy the answer.",
        ),
        Probe(
            "experts", "Do more experts help?", "experts", OWN, f"{LESIONS}:experts",
            "A flat line says that the policy is one for any number of experts.",
        ),
        Probe(
            "newcomers", "Does it survive losing or getting experts in mid-life?",
            "experts after half a life, in trained ones", 1.0, f"{LESIONS}:newcomers",
            "Left of the middle experts are lost with what they knew; right of it some come that know nothing.",
        ),
        Probe(
            "decode", "What does it know of what is hidden, and when?", "step of the life", OWN, f"{KNOWLEDGE}:decode",
            "Usable information about the hidden variables in all memories together, each variable for itself: a line "
            "that rises is learning, and what only the network reads is known, but not yet worked out.",
            y="bits", line="linear readers",
        ),
        Probe(
            "rethink", "Does it know more after another round?", "round within a step of mid-life", OWN,
            f"{KNOWLEDGE}:rethink",
            "From round to round nothing new is seen: a line that rises says that thinking makes what is known easier "
            "to read, one that falls behind the ring that more rounds destroy it.",
            y="bits", line="linear readers",
        ),
        Probe(
            "one_or_all", "Does one expert know, or only all together?", "experts that are read", OWN,
            f"{KNOWLEDGE}:one_or_all",
            "A flat line says that all know the same, one that rises to the end that what is known is a pattern over "
            "all of them.",
            y="bits",
        ),
        Probe(
            "squeeze", "How much of its memory does it need?", "components, or bits", OWN, f"{COMPRESSION}:squeeze",
            "A memory that can be squeezed into few components in mid-life holds a summary; one that bears few bits in "
            "every step holds it coarsely.",
            line="components, at half of the life",
        ),
        Probe(
            "bandwidth", "How much of its messages does it need?", "components, or bits", OWN,
            f"{COMPRESSION}:bandwidth",
            "Where the line is high already at the left, as few numbers, or as coarse ones, would do.",
            line="components",
        ),
        Probe(
            "swap", "Does it believe what it hears?", "fraction of messages from another life", 0.0,
            f"{TRANSFER}:swap",
            "Where wrong words cost more than silence they are believed; where both cost the same, nobody listened, or "
            "doubt is as bad as error.",
            line="messages of another life",
        ),
        Probe(
            "transplant", "Can what one life learned be handed to another?", "fraction of memory from a whole life",
            0.0, f"{TRANSFER}:transplant",
            "Newborns that get memories of the same hidden task and do better have been handed a skill; memories of "
            "another task are the control.",
            line="memories of the same hidden task",
        ),
        Probe(
            "shocks", "Does it survive losing memory again and again?", "times that half of the memory is lost", 0.0,
            f"{LESIONS}:shocks", "A line that falls less and less says that what is left is what can be learned again.",
        ),
        Probe(
            "bottleneck", "Would it gain more by a longer life or by a longer training?", "life, in trained lives",
            1.0, "baselines.perturbations.bottleneck:bottleneck",
            "Lines that lie on each other and rise say that the life is too short for what was learned to learn; lines "
            "far apart, that the training was.",
            line="all of the training",
        ),
        Probe(
            "ratio", "How much is learned once, for how much that is learned anew?",
            "parameters for each number that changes in a life", OWN, "baselines.perturbations.ratio:ratio",
            "To the left are agents in which much is learned in a life by few parameters: the claim is that these "
            "carry over to other sizes.",
            line="as trained",
        ),
    )
}  # fmt: skip
"""Probes by name."""

QUICK = (
    "life", "switch", "forget", "cut", "noise", "delay", "rounds", "experts", "newcomers", "decode", "swap",
    "transplant",
)  # fmt: skip
"""Probes for a comparison that has to be done in minutes."""


def ask(name: str, subject: Subject) -> dict[str, Any]:
    """Run a probe: what it found as plain numbers, and where on its curve the agent was trained."""
    return PROBES[name].plain(subject)
