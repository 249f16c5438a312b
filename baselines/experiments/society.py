"""Recipes about who makes up an agent: kinds of experts, handmade ones among them, words, rules of synapses."""

from typing import Any

from baselines.experiments.agent_spec import AgentSpec
from baselines.experiments.grid import Grid
from baselines.experiments.recipe import Recipe
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT

GUESSING, XOR, ROUTING = "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0"

_AT_PORTS: dict[str, Any] = {"messages": "mean", "identity": "one_hot"}
_FREE: dict[str, Any] = {
    "messages": "attention", "identity": "random", "membrane": "bonds", "experts": 6, "topology": "all_and_self",
}  # fmt: skip
_EIGHT: dict[str, Any] = {**_FREE, "experts": 8, "messages": "mean"}
_PLASTIC: dict[str, Any] = {
    "membrane": "synapses", "expert": "plastic", "hidden_size": 1, "messages": "none", "identity": "none",
}  # fmt: skip


def _one_of(name: str, label: str, description: str, base: dict[str, Any], **changes: Any) -> AgentSpec:
    return AgentSpec(name, label, description, "Badger", {**base, **changes})


SOCIETY_AGENTS = (
    _one_of("kinds_2", "2 kinds", "Badger, but experts of two policies sit at ports in turn", _AT_PORTS, kinds=2),
    _one_of("kinds_3", "3 kinds", "the same with three: at three ports a policy for each", _AT_PORTS, kinds=3),
    _one_of("free_six", "6 free experts", "free experts, as few as six", _FREE),
    _one_of("free_kinds_2", "2 kinds, free", "the same, of two policies in turn", _FREE, kinds=2),
    _one_of("free_kinds_6", "6 kinds, free", "the same, a policy for each of six experts", _FREE, kinds=6),
    *(
        _one_of(
            f"hidden_{kind}", f"3 more, {kind}", f"Badger with three more experts without a port, {what}", _AT_PORTS,
            hidden_experts=3, hidden_kind=kind,
        )
        for kind, what in (
            ("trained", "trained like the others"),
            ("register", "registers, which keep what they are told"),
            ("clock", "clocks"),
            ("mean_keeper", "which keep the mean of what they hear"),
            ("mixed", "one register, one clock, one that keeps the mean"),
        )
    ),
    _one_of("nameless", "numbers", "Badger without ids, which says numbers", _AT_PORTS, identity="none"),
    *(
        _one_of(
            f"words_{words}", f"{words} words", f"the same, but it says one of {words} words", _AT_PORTS,
            identity="none", messages="words", message_size=words,
        )
        for words in (2, 4)
    ),
    _one_of("free_eight", "8 free experts", "eight free experts that all hear the mean of all", _EIGHT),
    *(
        _one_of(
            f"active_{name}", f"{label} of 8 are active", f"the same, but in each step {label} of the experts update",
            _EIGHT, activity="top", active_fraction=fraction,
        )
        for name, label, fraction in (("all", "8", 1.0), ("half", "4", 0.5), ("quarter", "2", 0.25))
    ),
    _one_of(
        "plastic_product", "plastic, A only", "plastic synapses whose rule is the product of pre and post alone",
        _PLASTIC, expert="plastic_product",
    ),
    _one_of(
        "plastic_unscaled", "plastic, not normalised", "plastic synapses whose changes are not divided by the energy",
        _PLASTIC, expert="plastic_unscaled",
    ),
    _one_of(
        "plastic_by_role", "plastic, two rules", "a rule for synapses of a port with itself, one for all others",
        _PLASTIC, kinds=2, assignment="by_role",
    ),
    _one_of("plastic_3", "plastic, three rules", "three rules, which synapses have in turn", _PLASTIC, kinds=3),
    _one_of("plastic_each", "plastic, a rule each", "a rule for each of the nine synapses", _PLASTIC, kinds=9),
)  # fmt: skip
"""Agents of these recipes."""

_HIDDEN = tuple(spec.name for spec in SOCIETY_AGENTS if spec.name.startswith("hidden_"))
_THREE_ROUNDS = {"messages": "attention", "rounds": 3, "message_size": 24}
_OF_THREE = {"ports": 3, "horizon": 10}

SOCIETY = (
    # One shared policy, two, or one for each: everybody within 10 % of the same parameters.
    Recipe(
        "guessing_kinds", "guessing 3 numbers, by kinds of experts", GUESSING, {"dims": 3},
        BPTT(updates=1000, batch=64), agents=("badger", "kinds_2", "kinds_3", "independent"), parameters=6500,
        test_sizes=(1, 2, 3, 4, 5, 6), tuned=False, cpu_seconds=13,
    ),
    Recipe(
        "routing_kinds", "routing through 3 ports, by kinds of experts", ROUTING, _OF_THREE,
        BPTT(updates=350, batch=128), agents=("badger", "kinds_2", "kinds_3"),
        configs=dict.fromkeys(("badger", "kinds_2", "kinds_3"), _THREE_ROUNDS),
        test_sizes=(3, 4, 5, 6), tuned=False, cpu_seconds=23,
    ),
    Recipe(
        "guessing_free_kinds", "guessing 3 numbers by 6 free experts, by their kinds", GUESSING, {"dims": 3},
        BPTT(
            updates=700, batch=96, learning_rate=3e-3,
            stages=(Stage(until=0.25, horizon=(10, 10), shared_across_batch=True), Stage(horizon=(10, 10))),
        ),
        agents=("free_six", "free_kinds_2", "free_kinds_6"), parameters=8500, test_sizes=(1, 2, 3, 4, 5, 6),
        tuned=False, cpu_seconds=18,
    ),
    # What experts without a port are worth, trained or handmade.
    Recipe(
        "xor_hidden", "parity of 3 bits with 3 more experts", XOR, {"bits": 3},
        BPTT(updates=1000, batch=256), agents=("badger", *_HIDDEN), test_sizes=(2, 3, 4), tuned=False, cpu_seconds=7,
    ),
    # Parity needs no ids. That bits are to be told is learned of two of them.
    Recipe(
        "xor_words", "parity of 3 bits, by words", XOR, {"bits": 3},
        BPTT(updates=2000, batch=256, learning_rate=2e-3, stages=(Stage(0.1, sizes=(2, 2)), Stage())),
        agents=("words_2", "words_4", "nameless"), test_sizes=(2, 3, 4), tuned=False, cpu_seconds=33,
    ),
    # The report's five steps begin here: `study growing` goes on with the frozen policy.
    Recipe(
        "growing", "guessing 2..4 numbers by 4 free experts", GUESSING, {"dims": 4},
        BPTT(
            updates=1200, batch=96, learning_rate=3e-3,
            stages=(
                Stage(until=0.15, sizes=(3, 3), horizon=(10, 10), shared_across_batch=True),
                Stage(until=0.3, sizes=(3, 3), horizon=(10, 10)),
                Stage(sizes=(2, 4), horizon=(10, 20)),
            ),
        ),
        agents=("badger_free",), configs={"badger_free": {"experts": 4}}, parameters=8500, tuned=False,
        test_sizes=(2, 3, 4, 6), cpu_seconds=47,
    ),
    # Which experts update.
    Recipe(
        "xor_active", "parity of a hidden subset of 2 bits, asked five times", XOR,
        {"bits": 2, "subset": True, "questions": 5}, BPTT(updates=500, batch=96),
        agents=("free_eight", "active_all", "active_half", "active_quarter"), test_sizes=(2, 3), tuned=False,
        cpu_seconds=20,
    ),
    # What each part of the plastic rule is worth.
    Recipe(
        "plastic_rules", "routing through 3 ports by rules of synapses", ROUTING, _OF_THREE,
        BPTT(updates=300, batch=128, learning_rate=0.03, warmup=20),
        agents=(
            "badger_plastic", "plastic_product", "plastic_unscaled", "plastic_by_role", "plastic_3", "plastic_each",
        ),
        parameters=9, test_sizes=(2, 3, 4, 6, 10), tuned=False, cpu_seconds=6,
        grids=(Grid("steps", (10, 30, 100), (3, 6)),),
    ),
)  # fmt: skip
"""The recipes."""
