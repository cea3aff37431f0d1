"""What the rules of the graph look at, collected from all sections of the configuration that say something about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.nodes import ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.abilities import Abilities
    from tiktoktoe_cli.graph.rules import Operations, Subject
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.orchestration.settings import ActionsSettings
    from tiktoktoe_cli.system import System

SUBJECT_PARTS = ("services", "graph", "capacity", "actions", "orchestration")
"""The parts of the configuration that the rules look at; of checks, they ask no more than what is seen unread."""
COMPARED_PARTS = (*SUBJECT_PARTS, "checks")
"""Those that a comparison looks at."""
OUTLINES = frozenset({"checks", "actions"})
"""Of these, most of what is asked is whether something is there: who validates a graph need not have the secrets."""


def subject_of(system: System) -> Subject:
    """Collect what the rules look at; what an outline does not tell is left out."""
    from tiktoktoe_cli.graph.rules import Subject
    from tiktoktoe_cli.graph.rules.settings import GraphSettings

    settings = system["graph"] or GraphSettings()
    return Subject(system.graph(), system["capacity"], _operations_of(system), settings, _is_bare(system))


def _operations_of(system: System) -> Operations:
    from tiktoktoe_cli.graph.rules import Operations

    plan = system["orchestration"]
    read = system.parts.get("checks", {})
    checks = {name: None if found is None else _asked(found) for name, found in read.items()}
    abilities = system.abilities()
    return Operations(abilities, _uses_in(system, abilities), plan and plan.deadline, checks)


def _asked(checks: Iterable[CheckSettings]) -> dict[str, str]:
    """Tell whom checks ask that are made at all."""
    return {one.name: f"{one.kind} {one.probe.subject}".rstrip() for one in checks if one.enabled}


def _uses_in(system: System, abilities: Abilities) -> dict[str, dict[str, KeyPath]]:
    from tiktoktoe_cli.graph.usage import find_uses
    from tiktoktoe_cli.health.addresses import written_addresses

    if not abilities.started:
        return {}
    checks = {name: system.document.node(("services", name, "health")) for name in abilities.checked}
    addresses = {name: written_addresses(node) for name, node in checks.items() if node}
    texts = {name: _known_texts(system, name, found) for name, found in system["actions"].items() if found}
    return find_uses(addresses, texts)


def _known_texts(system: System, name: str, actions: ActionsSettings) -> Iterator[tuple[KeyPath, str]]:
    """List what a service is told when it is started, with where that is written, as far as its variables are set."""
    for path, text in _start_texts(name, actions):
        node = system.document.node(path)
        if not (isinstance(node, ScalarNode) and node.fault):
            yield path, text


def _start_texts(name: str, actions: ActionsSettings) -> Iterator[tuple[KeyPath, str]]:
    at = ("services", name, "actions", "start")
    for variable, value in actions.start.env.items():
        yield (*at, "env", variable), value
    for position, argument in enumerate(actions.start.run):
        yield (*at, "run", position), argument


def _is_bare(system: System) -> Callable[..., bool]:
    """Make the function that tells whether a text stands in the file itself, and without quotes."""

    def is_bare(*path: str | int) -> bool:
        node = system.document.node(path) or system.document.node(path[:-1])  # `ledger: 1.10` is a short form
        return isinstance(node, ScalarNode) and node.plain and not node.interpolated

    return is_bare
