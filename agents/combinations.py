"""Which parts of a Badger go together. Nothing here needs torch."""

from typing import Any

from agents.parts import IN_TURN, MATCHED, OF_PAIRS, PLASTIC, TIED


def refuse_contradictions(config: Any) -> None:
    """Refuse a `BadgerConfig` whose parts can't work together.

    Raises:
        ValueError: naming the field, what it must be with the others, and what it is.
    """
    membrane = config.membrane
    if membrane not in TIED:
        config.require_size("experts", 1)
    elif config.experts is not None:
        raise ValueError(f"experts must be None with membrane {membrane!r}, tied to ports, got {config.experts}")
    if config.messages == "rows_and_columns" and membrane not in OF_PAIRS:
        raise ValueError(f"membrane must be 'pairs' or 'synapses' with messages='rows_and_columns', got {membrane!r}")
    if config.expert in PLASTIC and membrane != "synapses":
        raise ValueError(f"membrane must be 'synapses' with expert={config.expert!r}, got {membrane!r}")
    if membrane == "synapses" and config.hidden_size != config.port_actions:
        must = f"hidden_size must equal port_actions, {config.port_actions}, with membrane 'synapses'"
        raise ValueError(f"{must}, got {config.hidden_size}")
    if membrane in MATCHED:
        # An id is matched with addresses, so it must be a place in the same space.
        if config.identity != "random":
            raise ValueError(f"identity must be 'random' with membrane {membrane!r}, got {config.identity!r}")
        if config.identity_size != config.key_size:
            must = f"identity_size must equal key_size, {config.key_size}, with membrane {membrane!r}"
            raise ValueError(f"{must}, got {config.identity_size}")
    if membrane == "slots" and config.presence_changes:
        raise ValueError("presence_changes must be False with membrane 'slots', got True")
    if config.encoder_size and config.expert in PLASTIC:
        raise ValueError(f"encoder_size must be 0 with expert={config.expert!r}, got {config.encoder_size}")
    _refuse_topology(config)
    _refuse_edges(config)
    _refuse_kinds(config)
    _refuse_rounds(config)
    fraction = config.active_fraction
    if type(fraction) not in (int, float) or not 0.0 < fraction <= 1.0:
        raise ValueError(f"active_fraction must be a number above 0 and at most 1, got {fraction!r}")
    _refuse_turns(config)


def _refuse_topology(config: Any) -> None:
    topology = config.topology
    if isinstance(topology, tuple) and not set(topology) <= set(IN_TURN):
        raise ValueError(
            f"topology must be of {', '.join(map(repr, IN_TURN))} where several take turns, got {topology}"
        )
    if topology == "learned" and config.messages != "attention":
        raise ValueError(f"messages must be 'attention' with topology 'learned', got {config.messages!r}")
    if "given" in (topology if isinstance(topology, tuple) else (topology,)):
        if config.membrane not in ("direct", "edges"):
            must = f"membrane must be 'direct' or 'edges' with topology {topology!r}"
            raise ValueError(f"{must}, got {config.membrane!r}")
        if config.hidden_experts is not None:
            raise ValueError(f"hidden_experts must be None with topology {topology!r}, got {config.hidden_experts}")


def _refuse_edges(config: Any) -> None:
    if config.messages == "along_edges" and config.membrane != "edges":
        raise ValueError(f"membrane must be 'edges' with messages='along_edges', got {config.membrane!r}")
    if config.membrane == "edges":
        if config.topology != "given":
            raise ValueError(f"topology must be 'given' with membrane 'edges', got {config.topology!r}")
        if config.messages not in ("along_edges", "none"):
            raise ValueError(f"messages must be 'along_edges' or 'none' with membrane 'edges', got {config.messages!r}")
        if config.identity == "one_hot":
            raise ValueError("identity must be 'none' or 'random' with membrane 'edges', got 'one_hot'")
        if config.presence_changes:
            raise ValueError("presence_changes must be False with membrane 'edges', got True")


def _refuse_kinds(config: Any) -> None:
    if config.hidden_experts is not None:
        config.require_size("hidden_experts", 1)
        if config.membrane != "direct":
            raise ValueError(f"membrane must be 'direct' with hidden experts, got {config.membrane!r}")
        if config.turns != "all_at_once":
            raise ValueError(f"turns must be 'all_at_once' with hidden experts, got {config.turns!r}")
    elif config.hidden_kind != "trained":
        raise ValueError(f"hidden_experts must be given with hidden_kind={config.hidden_kind!r}, got None")
    if config.hidden_kind != "trained" and config.messages == "none":
        raise ValueError(f"messages must not be 'none' with hidden_kind={config.hidden_kind!r}, which follow them")
    if config.assignment == "by_role":
        if config.membrane not in OF_PAIRS and config.hidden_experts is None:
            must = "assignment must be 'in_turn' or 'random' where all experts have one role"
            raise ValueError(f"{must}, got 'by_role' with membrane {config.membrane!r} and no hidden experts")
        if config.kinds != 2:
            raise ValueError(f"kinds must be 2 with assignment='by_role', got {config.kinds}")


def _refuse_rounds(config: Any) -> None:
    if type(config.agreement) not in (int, float) or not 0.0 <= config.agreement < 1.0:
        raise ValueError(f"agreement must be a number from 0 to below 1, got {config.agreement!r}")
    for name in ("free_rounds", "agreement"):
        if config.exchange != "settle" and getattr(config, name):
            raise ValueError(f"{name} must be 0 with exchange={config.exchange!r}, got {getattr(config, name)}")


def _refuse_turns(config: Any) -> None:
    feature = config.error_feature
    if feature is not None and not (type(feature) is int and 0 <= feature < config.port_features):
        raise ValueError(f"error_feature must be None or an integer below {config.port_features}, got {feature!r}")
    if config.turns == "rounds" and feature is None:
        raise ValueError("error_feature must be given with turns='rounds', which tell what trials change, got None")
    if config.turns != "all_at_once" and config.presence_changes:
        raise ValueError(f"turns must be 'all_at_once' where presence changes, got {config.turns!r}")
    if config.turns not in ("all_at_once", "recall") and config.membrane not in ("direct", "bonds"):
        raise ValueError(f"membrane must be 'direct' or 'bonds' with turns={config.turns!r}, got {config.membrane!r}")
