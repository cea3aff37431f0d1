"""What the rules of the graph look at, collected from all sections of the configuration that say something about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.nodes import ScalarNode
from tiktoktoe_cli.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.graph.abilities import Abilities
    from tiktoktoe_cli.graph.findings.baseline import Baseline
    from tiktoktoe_cli.graph.rules import Operations, Subject
    from tiktoktoe_cli.graph.usage import Address, Path
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.orchestration.settings import ActionsSettings
    from tiktoktoe_cli.system import System

SUBJECT_PARTS = ("services", "graph", "capacity", "checks", "actions", "orchestration")
"""The parts of the configuration that the rules look at."""
OUTLINES = frozenset({"checks", "actions"})
"""Of these, most of what they ask is whether something is there: who validates a graph need not have the secrets."""


def subject_of(system: System) -> Subject:
    """Collect what the rules look at; what an outline does not tell is left out."""
    from tiktoktoe_cli.graph.rules import Subject
    from tiktoktoe_cli.graph.rules.settings import GraphSettings

    settings = system["graph"] or GraphSettings()
    return Subject(system.graph(), system["capacity"], _operations_of(system), settings, _is_bare(system))


def baseline_at(system: System, path: str) -> Baseline | Problem:
    """Read a baseline; its text joins those that frames are drawn from."""
    from tiktoktoe_cli.config.reader import read_source
    from tiktoktoe_cli.graph.findings.baseline import read_baseline

    source = read_source(path)
    if isinstance(source, Problem):
        return replace(source, place=source.place or system.place("graph", "baseline"))
    system.document.sources[source.name] = source.text
    return read_baseline(source.name, source.text)


def _operations_of(system: System) -> Operations:
    from tiktoktoe_cli.graph.rules import Operations

    plan = system["orchestration"]
    return Operations(_abilities_of(system), _uses_in(system), plan and plan.deadline)


def _abilities_of(system: System) -> Abilities:
    """Tell what can be done with services, by what is written: an outline may lack the settings of what is there."""
    from tiktoktoe_cli.graph.abilities import Abilities

    started = system["actions"].keys()
    return Abilities(
        checked={name for name, checks in system["checks"].items() if checks is None or checks},
        started=started,
        ready_line={name for name in started if _says(system, name, "start", "ready_line")},
        rollback={name for name in started if _says(system, name, "rollback")},
        drain={name for name in started if _says(system, name, "drain")},
    )


def _says(system: System, name: str, *key: str) -> bool:
    """Tell whether the actions of a service say something at a key, whatever it is."""
    node = system.document.node(("services", name, "actions", *key))
    return node is not None and not (isinstance(node, ScalarNode) and node.value in {None, ""})


def _uses_in(system: System) -> dict[str, dict[str, Path]]:
    from tiktoktoe_cli.graph.usage import find_uses

    checks: Mapping[str, tuple[CheckSettings, ...] | None] = system["checks"]
    addresses: dict[str, list[Address]] = {
        name: [one for check in found if (one := check.probe.listens_at)]
        for name, found in checks.items()
        if found
    }
    texts = {name: _known_texts(system, name, found) for name, found in system["actions"].items() if found}
    return find_uses(addresses, texts)


def _known_texts(system: System, name: str, actions: ActionsSettings) -> Iterator[tuple[Path, str]]:
    """List what a service is told when it is started, with where that is written, as far as its variables are set."""
    for path, text in _start_texts(name, actions):
        node = system.document.node(path)
        if not (isinstance(node, ScalarNode) and node.fault):
            yield path, text


def _start_texts(name: str, actions: ActionsSettings) -> Iterator[tuple[Path, str]]:
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
