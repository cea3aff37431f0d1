"""A Compose file → services with their health checks and dependencies (compose-spec, `05-services.md`).

A container's check runs inside the container. Where the command is one that everybody writes and its port is
published, a probe asks the same from here; otherwise `docker compose exec` runs it where it ran before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode
from tiktoktoe_cli.config.units import Duration, UnitError
from tiktoktoe_cli.health.importers.compose_commands import Sight, recognise
from tiktoktoe_cli.importing.compose.application import EVERY_PROFILE, Choice, read_application
from tiktoktoe_cli.importing.compose.dependencies import dependencies_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.fields import Fields
    from tiktoktoe_cli.importing.reading import Files

_INSIDE: Final = ("localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "")  # noqa: S104  # what commands say
_DEFAULT_SPAN: Final = "30s"
_DEFAULT_RETRIES: Final = 3
_PARTS: Final = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
REASONS: Final = {
    "start_period": "`health wait` has a deadline of its own, and `depends_on` a `timeout`",
    "start_interval": "the interval is always the same",
}
"""Why a key of a check is left out, or what takes its place here."""


def translate(files: Files, notes: Notebook) -> Tree:
    """Translate one application, with the services of every profile."""
    application = read_application(files, Choice(profiles=frozenset({EVERY_PROFILE})), notes)
    services = {name: _service(name, application.services, notes) for name in application.services}
    notes.sift(application.left(), application.top.node, "health checks and dependencies are read")
    return {"version": 1, "services": services}


def container_checks(name: str, services: Mapping[str, Fields], notes: Notebook) -> Tree:
    """Translate the check of one of the services, if it has one, into its `health`."""
    if not services[name].is_map("healthcheck"):
        return {}
    health = services[name].own("healthcheck")
    check = _check(name, health, services, notes)
    notes.leave(health, ("services", name), REASONS, around="healthcheck.")
    return {"health": [check]} if check else {}


def _service(name: str, services: Mapping[str, Fields], notes: Notebook) -> Tree:
    return {**_dependencies(name, services, notes), **container_checks(name, services, notes)}


def _dependencies(name: str, services: Mapping[str, Fields], notes: Notebook) -> Tree:
    found = dependencies_of(name, services[name], notes)
    known = {other: given for other, given in found.items() if other in services}
    for other in found:
        if other not in known:
            message = f"it depends on `{other}`, which is no service of these files"
            notes.untranslated(services[name].spot("depends_on"), ("services", name), message)
    return {"depends_on": known} if known else {}


def _check(name: str, health: Fields, services: Mapping[str, Fields], notes: Notebook) -> Tree | None:
    at: Path = ("services", name, "health", 0)
    command = _command(health)
    if health.flag("disable") or command == ["NONE"]:
        notes.untranslated(
            services[name].spot("healthcheck"), at[:2], f"the check of `{name}` is switched off"
        )
        return None
    if not command:
        message = f"the check of `{name}` is its image's own, or is written in a way that is not known here"
        notes.untranslated(services[name].spot("healthcheck"), at[:2], message)
        return None
    settings, expect = _probe(name, command, services, at, notes)
    return {
        "name": "container",
        **settings,
        "timeout": _span(health, "timeout", at, notes),
        "retries": 0,
        "interval": _span(health, "interval", at, notes),
        **({"expect": expect} if expect else {}),
        "thresholds": {"fail": health.count("retries") or _DEFAULT_RETRIES, "pass": 1},
    }


def _span(health: Fields, key: str, at: Path, notes: Notebook) -> str:
    """Take a duration; 0 is Docker's own, and so is what is none."""
    text = health.text(key) or _DEFAULT_SPAN
    if "$" in text:
        return text
    try:
        return text if Duration.parse(text) else _DEFAULT_SPAN
    except UnitError as error:
        notes.untranslated(health.spot(key), at, f"`healthcheck.{key}`: {error.message}")
        return _DEFAULT_SPAN


def _command(health: Fields) -> list[str] | str:
    """Read `test`: the arguments of a program, a line for a shell, or `["NONE"]`; empty if it says nothing."""
    words = [word.raw for word in health.texts("test")]
    match words:
        case ["CMD", *arguments]:
            return arguments
        case ["CMD-SHELL", line]:
            return line
        case ["NONE"]:
            return words
    return health.text("test") or ""


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
