"""A Compose file → services with their health checks and dependencies (compose-spec, `05-services.md`).

A container's check runs inside the container. Where the command is one that everybody writes and its port is
published, a probe asks the same from here; otherwise `docker compose exec` runs it where it ran before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.health.importers.compose_commands import Sight, recognise
from tiktoktoe_cli.health.importers.fields import Fields
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.health.importers.facts import Notebook, Path, Tree

_INSIDE: Final = ("localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "")  # noqa: S104  # what commands say
_DEFAULTS: Final = {"interval": "30s", "timeout": "30s"}
_DEFAULT_RETRIES: Final = 3
_PARTS: Final = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
_CONDITIONS: Final = {"service_started": "started", "service_healthy": "healthy"}
_COMPLETED: Final = "service_completed_successfully"
_ELSEWHERE: Final = "the file that it names was not read: give both to the import"
REASONS: Final = {
    "extends": _ELSEWHERE,
    "include": _ELSEWHERE,
    "healthcheck.start_period": "`health wait` has a deadline of its own, and `depends_on` a `timeout`",
    "healthcheck.start_interval": "the interval is always the same",
}
"""Why a key is left out, or what takes its place here."""
_HEALTH_KEYS: Final = frozenset({"extends", "include", "healthcheck", "depends_on"})


def translate(trees: Sequence[MapNode], notes: Notebook) -> Tree:
    """Translate one application; of several files, a later one has the last word on each key."""
    root, *others = trees
    for other in others:
        _override(root, other)
    top = Fields(root)
    found = top.named("services")
    services = {name: _service(name, fields, found, notes) for name, fields in found.items()}
    _leave(top, found, notes)
    return {"version": 1, "services": services}


def _override(into: MapNode, other: MapNode) -> None:
    for key, entry in other.entries.items():
        mine = into.get(key)
        if isinstance(mine, MapNode) and isinstance(entry.value, MapNode):
            _override(mine, entry.value)
        else:
            into.entries[key] = entry


def _leave(top: Fields, services: Mapping[str, Fields], notes: Notebook) -> None:
    """Note each key that is about health and nobody took, and once, together, those that are about something else."""
    found = [
        (("services", service), name, spot) for service, one in services.items() for name, spot in one.left()
    ]
    others: dict[str, None] = {}
    for at, name, spot in [*found, *(((), name, spot) for name, spot in top.left())]:
        if name.partition(".")[0] in _HEALTH_KEYS:
            notes.untranslated(spot, at, f"`{name}`: {REASONS.get(name, 'it has no counterpart here')}")
        else:
            others[name] = None
    if others:
        notes.ignored(top.node, (), f"only health checks and dependencies are read, and not {listed(others)}")


def _service(name: str, fields: Fields, all_services: Mapping[str, Fields], notes: Notebook) -> Tree:
    at: Path = ("services", name)
    depends_on = _dependencies(fields, all_services, at, notes)
    check = _check(name, fields, all_services, notes)
    said = {"depends_on": depends_on, "health": [check] if check else []}
    return {key: value for key, value in said.items() if value}


def _dependencies(fields: Fields, known: Collection[str], at: Path, notes: Notebook) -> Tree:
    """Translate `depends_on`, the short list and the long map."""
    found: Tree = {node.raw: {"condition": "started"} for node in fields.texts("depends_on")}
    for name, given in fields.named("depends_on").items():
        condition = given.text("condition") or ""
        found[name] = {"condition": _CONDITIONS.get(condition, "started")}
        if condition == _COMPLETED:
            message = f"`{name}`: nothing here waits for a service to end, only for its start"
            notes.changed(given.spot("condition"), (*at, "depends_on", name), message)
        if given.flag("required") is False:
            found[name]["required"] = False
        notes.leave(given, at, {"restart": "a service is not restarted because another one was"})
    for name in found.keys() - set(known):
        notes.untranslated(
            fields.spot("depends_on"), at, f"it depends on `{name}`, which is no service of these files"
        )
    return {name: given for name, given in found.items() if name in known}


def _check(name: str, fields: Fields, all_services: Mapping[str, Fields], notes: Notebook) -> Tree | None:
    health = fields.inside("healthcheck")
    if not fields.is_map("healthcheck"):
        return None
    at: Path = ("services", name, "health", 0)
    command = _command(health.take("test"))
    if health.flag("disable") or command == ["NONE"]:
        notes.untranslated(fields.spot("healthcheck"), at[:2], f"the check of `{name}` is switched off")
        return None
    if not command:
        message = f"the check of `{name}` is its image's own, or is written in a way that is not known here"
        notes.untranslated(fields.spot("healthcheck"), at[:2], message)
        return None
    settings, expect = _probe(name, command, all_services, at, notes)
    return {
        "name": "container",
        **settings,
        "timeout": health.text("timeout") or _DEFAULTS["timeout"],
        "retries": 0,
        "interval": health.text("interval") or _DEFAULTS["interval"],
        **({"expect": expect} if expect else {}),
        "thresholds": {"fail": health.count("retries") or _DEFAULT_RETRIES, "pass": 1},
    }


def _command(test: Node | None) -> list[str] | str:
    """Read `test`: the arguments of a program, a line for a shell, or `["NONE"]`; empty if it says nothing."""
    if isinstance(test, ScalarNode):
        return test.raw if test.value is not None else ""
    words = (
        [item.raw for item in test.items if isinstance(item, ScalarNode)]
        if isinstance(test, ListNode)
        else []
    )
    match words:
        case ["CMD", *arguments]:
            return arguments
        case ["CMD-SHELL", line]:
            return line
        case ["NONE"]:
            return words
    return []


def _probe(
    name: str, command: list[str] | str, services: Mapping[str, Fields], at: Path, notes: Notebook
) -> tuple[Tree, list[str]]:
    sight = recognise(command)
    address = _published(name, sight, services) if sight else None
    spot = services[name].spot("healthcheck")
    program = (command.split() if isinstance(command, str) else command)[0]
    if sight and address:
        probe = sight.probe(address)
        kind = next(iter(probe))
        notes.inferred(
            spot, at, f"`{program}` became this {kind} probe; it asks from here, by the published port"
        )
        return probe, list(sight.expect)
    why = "its port is not published" if sight else "only the container has what it needs"
    notes.inferred(spot, at, f"`docker compose exec` runs `{program}` in the container: {why}")
    arguments = ["sh", "-c", command] if isinstance(command, str) else command
    return {"exec": {"run": ["docker", "compose", "exec", "-T", name, *arguments]}}, []


def _published(name: str, sight: Sight, services: Mapping[str, Fields]) -> str | None:
    """Find where a port inside can be reached from this machine."""
    owner = name if sight.host in _INSIDE else _owner(sight.host, services)
    if owner is None:
        return None
    port = _ports(services[owner]).get(sight.port)
    return f"localhost:{port}" if port else None


def _owner(host: str, services: Mapping[str, Fields]) -> str | None:
    """Find whose name it is among the containers: a service's, or the one it was given."""
    for name, fields in services.items():
        given = fields.node.get("container_name")
        if host == name or host == getattr(given, "raw", None):
            return name
    return None


def _ports(fields: Fields) -> dict[str, str]:
    """List the published ports by the port inside; one that Docker chooses is not known."""
    node = fields.node.get("ports")
    found: dict[str, str] = {}
    for item in node.items if isinstance(node, ListNode) else ():
        if isinstance(item, MapNode):
            inside, outside = (getattr(item.get(key), "raw", "") for key in ("target", "published"))
        elif isinstance(item, ScalarNode):
            *rest, inside = _PARTS.findall(item.raw.partition("/")[0])
            outside = rest[-1] if rest else ""
        else:
            continue
        if inside and outside and "-" not in outside.partition("${")[0]:
            found[inside] = outside
    return found
