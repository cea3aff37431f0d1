"""Fallbacks to other requests: each name must be known, and no request may end up falling back to itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.client.settings import RequestSettings
    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.resilience.settings import PolicySettings


def find_fallback_faults(
    requests: Mapping[str, RequestSettings], policies: Mapping[str, PolicySettings], place: Locate
) -> Iterator[Problem]:
    """Yield an error for each fallback that leads to no request, or in a circle."""
    targets = dict(_targets(policies))
    for policy, (position, target) in targets.items():
        where = place("resilience", policy, position, "fallback", "request")
        if target not in requests:
            hint = (
                suggestion(target, requests) or f"`requests` holds {listed(requests, limit=6) or 'nothing'}"
            )
            yield Problem("unknown-name", f"`requests` has no `{target}`", where, hint)
        elif circle := _circle(target, requests, policies, targets):
            chain = " → ".join(f"`{name}`" for name in circle)
            hint = "give one of them another policy"
            yield Problem("fallback-circle", f"the fallbacks go round in a circle: {chain}", where, hint)


def fallback_target(settings: PolicySettings) -> tuple[int, str] | None:
    """Return the request that a policy falls back to, and the position of that layer."""
    for position, layer in enumerate(settings):
        if layer.kind == "fallback" and layer.chosen.request is not None:
            return position, layer.chosen.request
    return None


def _targets(policies: Mapping[str, PolicySettings]) -> Iterator[tuple[str, tuple[int, str]]]:
    for name, settings in policies.items():
        if found := fallback_target(settings):
            yield name, found


def _circle(
    start: str,
    requests: Mapping[str, RequestSettings],
    policies: Mapping[str, PolicySettings],
    targets: Mapping[str, tuple[int, str]],
) -> list[str]:
    """Follow the fallbacks of a request; return the way back to it, or nothing if there is none."""
    way = [start]
    while way[-1] in requests:
        policy = policy_of(requests[way[-1]].policy, policies)
        if policy is None or policy not in targets or len(way) > len(requests):
            return []
        way.append(targets[policy][1])
        if way[-1] == start:
            return way
    return []
