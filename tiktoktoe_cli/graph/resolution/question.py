"""What there is to choose from, and what is asked for: the versions of each service, and the needs between them.

A range holds on edges of every kind. `kind: soft` and `required: false` say what happens while a dependency is down;
they do not make versions understand each other that do not.
Sets of versions are integers, a bit for each version of a service in order of preference; the bit above them, `absent`,
stands for a service that is not deployed at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.graph.choices import Preference
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.semver import Version, version_of, will_do

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.model import Graph, Service

Bits: TypeAlias = int
"""A set of versions of one service."""
Options: TypeAlias = "Mapping[str, tuple[Option, ...]]"
"""The versions of each service, the best first."""
_Said: TypeAlias = "dict[tuple[str, str | None], list[tuple[int | None, Bits]]]"
"""By target and range: the positions of the available versions that say so (None: the service), and who is meant."""


@dataclass(frozen=True, slots=True)
class Option:
    """A version that a service could have; without one nobody has said which it is, and any range will do.

    `position` counts among the service's `available` ones; None: it is deployed.
    """

    text: str | None
    version: Version | None
    position: int | None = None

    @property
    def is_deployed(self) -> bool:
        """Whether it is what the service has now."""
        return self.position is None


@dataclass(frozen=True, slots=True)
class Need:
    """What the configuration says: versions of `source` need `target` in a version that is `accepted`.

    `positions` are those of the available versions that say so; None is the service itself, for all its versions that
    do not say otherwise. A need that `orders` has its target started first; it `is_avoidable` if some version of the
    source has no such need.
    """

    source: str
    carriers: Bits
    target: str
    accepted: Bits
    range: str | None
    orders: bool
    is_avoidable: bool = False
    positions: tuple[int | None, ...] = (None,)

    @property
    def key(self) -> tuple[str, str, str | None]:
        """What is the same in every question about the same services."""
        return self.source, self.target, self.range

    @property
    def paths(self) -> list[KeyPath]:
        """The keys that lead to its range, wherever it is written."""
        return [
            ("services", self.source, "depends_on", self.target, "version")
            if position is None
            else ("services", self.source, "available", position, "depends_on", self.target)
            for position in self.positions
        ]


@dataclass(frozen=True, slots=True)
class Question:
    """The versions of each service, the services that have to run, and all needs.

    Services that do not have to run are deployed only if a chosen version needs them. With `counts_changes` it is worse
    to change one service more than to have any number of older versions.
    """

    options: Options
    wanted: Collection[str]
    needs: tuple[Need, ...]
    counts_changes: bool = True

    def versions(self, name: str) -> Bits:
        """Return all versions of a service; none for a name that no service has."""
        return (1 << len(self.options.get(name, ()))) - 1

    def everything(self, name: str) -> Bits:
        """Return all that may become of a service."""
        size = len(self.options.get(name, ()))
        return (1 << size) - 1 if name in self.wanted else (1 << size + 1) - 1

    def options_in(self, name: str, bits: Bits) -> list[Option]:
        """Return the versions of a service that are in a set, the best first."""
        return [option for at, option in enumerate(self.options.get(name, ())) if bits >> at & 1]

    def tightened(self) -> Question:
        """Leave out needs that every choice meets, and services that nothing is left to ask about.

        What orders the start stays where it depends on versions.
        """
        is_open = any(need.is_avoidable for need in self.needs)
        return self.asking(
            need
            for need in self.needs
            if (need.orders and is_open) or self.everything(need.target) & ~need.accepted
        )

    def asking(self, needs: Iterable[Need]) -> Question:
        """Ask for nothing but some needs, of the services that they are about."""
        kept = tuple(needs)
        named = dict.fromkeys(name for need in kept for name in (need.source, need.target))
        options = {name: self.options[name] for name in named if name in self.options}
        return replace(self, needs=kept, options=options)


def question_of(
    graph: Graph, preference: Preference = Preference.DEPLOYED, movable: Collection[str] | None = None
) -> Question:
    """Ask for versions that fit together; with `movable`, all other services keep what is deployed.

    What has a `version` is deployed and has to run. So has a service of which no version is known, and one that no
    other names, be it to say that a version no longer needs it. Texts that are no version or no range say nothing here:
    they have their own rule.
    """
    options = {
        name: _options(service, preference, is_fixed=movable is not None and name not in movable)
        for name, service in graph.services.items()
    }
    needs = tuple(need for service in graph.services.values() for need in _needs(service, options))
    named = {target for service in graph.services.values() for target in _named_by(service)}
    wanted = {
        name
        for name, service in graph.services.items()
        if service.version is not None or not service.available or name not in named
    }
    return Question(options, wanted, needs, counts_changes=preference is Preference.DEPLOYED)


def _named_by(service: Service) -> set[str]:
    """Return the other services that some version of a service depends on, or says that it does not."""
    apart = {target for one in service.available for target, _ in one.ranges}
    return (apart | {edge.target for edge in service.dependencies}) - {service.name}


def _options(service: Service, preference: Preference, *, is_fixed: bool) -> tuple[Option, ...]:
    deployed = Option(service.version, version_of(service.version))
    if service.version is not None and (is_fixed or not service.available):
        return (deployed,)
    found = {} if service.version is None else {deployed.version: deployed}
    for position, candidate in enumerate(service.available):
        version = version_of(candidate.version)
        if version is not None:
            found.setdefault(version, Option(candidate.version, version, position))
    keeps = preference is Preference.DEPLOYED
    return tuple(sorted(found.values(), key=lambda one: _rank(one, keeps=keeps), reverse=True)) or (deployed,)


def _rank(option: Option, *, keeps: bool) -> tuple[bool, bool, Version]:
    """Rank what is deployed, if it is to be kept, above stable versions, and these above prereleases."""
    version = option.version or Version(0, 0, 0)
    return option.is_deployed and keeps, option.is_deployed or not version.prerelease, version


def _needs(service: Service, options: Options) -> Iterator[Need]:
    """Yield what the versions of a service need; what several of them say in the same words is one need."""
    orders = {edge.target: edge.kind is EdgeKind.START for edge in service.dependencies}
    found = _said(service, options[service.name])
    everywhere = _everywhere(found, (1 << len(options[service.name])) - 1)
    for (target, text), said in found.items():
        ordering = orders.get(target, True)
        yield Need(
            source=service.name,
            carriers=sum(bits for _, bits in said),
            target=target,
            accepted=accepted_of(options, target, text),
            range=text,
            orders=ordering,
            is_avoidable=ordering and target not in everywhere,
            positions=tuple([position for position, _ in said]),
        )


def _said(service: Service, own: tuple[Option, ...]) -> _Said:
    """Collect who says what: a service for all its versions, but those that say otherwise."""
    found: _Said = {}
    apart: dict[str, Bits] = {}
    for at, option in enumerate(own):
        for target, text in () if option.position is None else service.available[option.position].ranges:
            apart[target] = apart.get(target, 0) | 1 << at
            if text is not None:
                found.setdefault((target, text), []).append((option.position, 1 << at))
    for edge in service.dependencies:
        carriers = (1 << len(own)) - 1 & ~apart.get(edge.target, 0)
        if carriers:
            found.setdefault((edge.target, edge.version_range), []).insert(0, (None, carriers))
    return found


def _everywhere(found: _Said, everyone: Bits) -> set[str]:
    """Return what all versions of a service need, be it in different ranges."""
    carriers: dict[str, Bits] = {}
    for (target, _), said in found.items():
        carriers[target] = carriers.get(target, 0) + sum(bits for _, bits in said)
    return {target for target, bits in carriers.items() if bits == everyone}


def accepted_of(options: Options, target: str, text: str | None) -> Bits:
    """Return the versions of a service that are in a range; none of a name that no service has."""
    return sum(1 << at for at, option in enumerate(options.get(target, ())) if will_do(option.text, text))
