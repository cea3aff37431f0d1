"""Fallbacks to other requests lead somewhere, and not in a circle."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client.making import policy, settings
from tiktoktoe_cli.client.fallbacks import fallback_target, find_fallback_faults
from tiktoktoe_cli.errors import Place


def to(name: str) -> Any:
    """Make a policy that falls back to a request, behind another layer."""
    return policy({"retry": {}}, {"fallback": {"request": name}})


def at(*path: str | int) -> Place:
    """Say which path was asked for."""
    return Place("/".join(map(str, path)), 1, 1)


def test_a_chain_that_ends_is_fine() -> None:
    """The second one has another policy, which gives up."""
    requests = {"charge": settings(policy="first"), "backup": settings(policy="second")}
    policies = {"first": to("backup"), "second": policy({"fallback": {"value": 1}})}

    assert list(find_fallback_faults(requests, policies, at)) == []


def test_a_chain_into_nothing_is_told_once() -> None:
    """The one that names what is not there is blamed, not the one before it."""
    requests = {"a": settings(policy="p"), "b": settings(policy="q")}

    (problem,) = find_fallback_faults(requests, {"p": to("b"), "q": to("nope")}, at)

    assert problem.place == at("resilience", "q", 1, "fallback", "request")


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    """It is found before anything is sent, at its place."""
    (problem,) = find_fallback_faults({"backup": settings()}, {"first": to("bakcup")}, at)

    assert (problem.code, problem.message) == ("unknown-name", "`requests` has no `bakcup`")
    assert problem.hint == "did you mean `backup`?"
    assert problem.place == at("resilience", "first", 1, "fallback", "request")


@pytest.mark.parametrize(
    ("requests", "policies", "chain"),
    [
        ({"a": settings(policy="p")}, {"p": to("a")}, "`a` → `a`"),
        ({"a": settings()}, {"default": to("a")}, "`a` → `a`"),
        (
            {"a": settings(policy="p"), "b": settings(policy="q")},
            {"p": to("b"), "q": to("a")},
            "`b` → `a` → `b`",
        ),
    ],
)
def test_a_circle_is_refused(requests: Any, policies: Any, chain: str) -> None:
    """There would be no last answer; also where the policy is the default one."""
    first, *_ = find_fallback_faults(requests, policies, at)

    assert (first.code, first.message) == (
        "fallback-circle",
        f"the fallbacks go round in a circle: {chain}",
    )


def test_a_way_into_a_circle_is_no_circle_of_its_own() -> None:
    """The one that only leads there is not blamed, and looking for the end ends."""
    requests = {"a": settings(policy="p"), "b": settings(policy="q")}
    policies = {"entry": to("a"), "p": to("b"), "q": to("b")}

    blamed = [problem.place for problem in find_fallback_faults(requests, policies, at)]

    assert blamed == [at("resilience", name, 1, "fallback", "request") for name in ("p", "q")]


def test_a_policy_without_such_a_fallback_leads_nowhere() -> None:
    """A fixed value is no other request."""
    assert fallback_target(policy({"fallback": {"value": "sorry"}}, {"retry": {}})) is None
