"""Which checks are meant by what somebody names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import build_graph
from tests.health.making import make_check
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health.choice import Choice, choose

SERVICES: dict[str, dict[str, Any]] = {
    "web": {"depends_on": {"api": {}}, "group": "edge", "tags": ["public"]},
    "api": {"depends_on": {"db": {}}, "group": "core", "tags": ["public", "python"]},
    "jobs": {"depends_on": {"db": {}}, "group": "core", "tags": ["python"]},
    "db": {"group": "core"},
    "docs": {},
}
GRAPH = build_graph({name: ServiceSettings.model_validate(one) for name, one in SERVICES.items()})
CHECKS = {name: [make_check("live"), make_check("ready")] for name in SERVICES if name != "docs"}


def chosen(*names: str, **choice: Any) -> dict[str, list[str]]:
    """Choose, and return the names of the checks by service."""
    found = choose(Choice(names, **choice), GRAPH, CHECKS)
    return {service: [check.name for check in checks] for service, checks in found.items()}


@pytest.mark.parametrize(
    ("names", "choice", "services"),
    [
        ((), {}, "web api jobs db docs"),
        (("db", "api"), {}, "api db"),
        ((), {"tags": ["public"]}, "web api"),
        ((), {"tags": ["public", "python"]}, "web api jobs"),
        ((), {"groups": ["edge", "core"]}, "web api jobs db"),
        (("db", "web", "api"), {"groups": ["core"], "tags": ["python"]}, "api"),
        (("web",), {"with_dependencies": True}, "web api db"),
        ((), {"tags": ["python"], "with_dependencies": True}, "api jobs db"),
    ],
)
def test_chooses_what_fits_all_that_is_given(
    names: tuple[str, ...], choice: dict[str, Any], services: str
) -> None:
    """In the order of the system, whatever the order in which it was asked for."""
    assert list(chosen(*names, **choice)) == services.split()


def test_a_service_is_chosen_with_all_its_checks() -> None:
    """One without a check has none."""
    assert chosen("api", "docs") == {"api": ["live", "ready"], "docs": []}


def test_a_check_can_be_chosen() -> None:
    """Of its service, no other one is; of what that needs, all are."""
    assert chosen("api/ready", with_dependencies=True) == {"api": ["ready"], "db": ["live", "ready"]}


def test_a_service_beside_its_check_means_all_of_them() -> None:
    """The wider word counts."""
    assert chosen("api/ready", "api") == {"api": ["live", "ready"]}


@pytest.mark.parametrize(
    ("names", "choice", "message", "hint"),
    [
        (("ap",), {}, "unknown service: `ap`", "did you mean `api`?"),
        (("api/redy",), {}, "unknown check: `api/redy`", "did you mean `api/ready`?"),
        (("docs/live",), {}, "unknown check: `docs/live`", "there is none"),
        ((), {"tags": ["publik"]}, "unknown tag: `publik`", "did you mean `public`?"),
        ((), {"groups": ["cor"]}, "unknown group: `cor`", "did you mean `core`?"),
        (
            ("db",),
            {"tags": ["public"]},
            "no service fits all that was asked for",
            "a service must have one of",
        ),
    ],
)
def test_refuses_what_there_is_not(
    names: tuple[str, ...], choice: dict[str, Any], message: str, hint: str
) -> None:
    """The nearest name is suggested."""
    with pytest.raises(UsageError) as caught:
        chosen(*names, **choice)

    assert caught.value.message == message
    assert (caught.value.hint or "").startswith(hint)


def test_a_system_without_services_is_no_mistake_here() -> None:
    """There is nothing to check then, which the answer says."""
    assert choose(Choice(), build_graph({}), {}) == {}
