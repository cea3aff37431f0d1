"""Which checks are meant by the services, checks, tags and groups that somebody names. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph, Service
    from tiktoktoe_cli.health.settings import CheckSettings


@dataclass(frozen=True, slots=True)
class Choice:
    """Which services are checked: those that fit all that is given, and what they need if that is wanted too.

    Each of `names` is a service, or one of its checks: `payments/api`.
    """

    names: Collection[str] | None = None
    tags: Collection[str] | None = None
    groups: Collection[str] | None = None
    with_dependencies: bool = False


def choose(
    choice: Choice, graph: Graph, checks: Mapping[str, Sequence[CheckSettings]]
) -> dict[str, Sequence[CheckSettings]]:
    """Return the checks of every service that is meant, in the order of the graph; a service may have none.

    Raises:
        UsageError: if there is no such service, check, tag or group, or no service that fits all that is given.
    """
    services, named = graph.services, [name.partition("/")[0] for name in choice.names or ()]
    _refuse_unknown("service", named, services)
    _refuse_unknown("tag", choice.tags, {tag for one in services.values() for tag in one.tags})
    _refuse_unknown("group", choice.groups, {one.group for one in services.values() if one.group})
    chosen = {one.name for one in services.values() if _fits(one, named, choice)}
    if services and not chosen:
        hint = "a service must have one of the names, of the tags and of the groups"
        raise UsageError("no service fits all that was asked for", hint=hint)
    if choice.with_dependencies:
        chosen = graph.closure_of(chosen)
    return {
        name: _checks_of(name, checks.get(name, ()), choice.names or ())
        for name in services
        if name in chosen
    }


def _fits(service: Service, named: Collection[str], choice: Choice) -> bool:
    return (
        (not named or service.name in named)
        and (not choice.tags or not set(choice.tags).isdisjoint(service.tags))
        and (not choice.groups or service.group in choice.groups)
    )


def _checks_of(
    service: str, checks: Sequence[CheckSettings], names: Collection[str]
) -> Sequence[CheckSettings]:
    """List the checks of a service that are named; all, if none is, or the service itself is too."""
    named = [name for name in names if name.partition("/")[0] == service]
    if not named or service in named:
        return checks
    known = {f"{service}/{check.name}": check for check in checks}
    _refuse_unknown("check", named, known)
    return [check for name, check in known.items() if name in named]


def _refuse_unknown(kind: str, words: Collection[str] | None, known: Collection[str]) -> None:
    for word in words or ():
        if word not in known:
            raise unknown(word, known, kind)
