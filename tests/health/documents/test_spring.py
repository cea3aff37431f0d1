from __future__ import annotations

from typing import Any

import pytest

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.documents import HealthDocument, Part, read_document

H, D, U = HealthState.HEALTHY, HealthState.DEGRADED, HealthState.UNHEALTHY


def read(value: Any) -> HealthDocument:  # Any: JSON
    """Read what Spring Boot says that it has written."""
    document = read_document(value, "", "application/vnd.spring-boot.actuator.v3+json")
    assert document
    assert document.format == "spring"
    return document


def test_components_are_parts() -> None:
    """A component below another has the name of both; its details are told, an error before all else."""
    document = read(
        {
            "status": "DOWN",
            "components": {
                "db": {
                    "status": "DOWN",
                    "components": {
                        "main": {
                            "status": "UP",
                            "details": {"database": "H2", "validationQuery": "isValid()"},
                        },
                        "replica": {"status": "DOWN", "details": {"error": "refused", "host": "r1"}},
                    },
                },
                "diskSpace": {"status": "UP", "details": {"total": 500, "exists": True, "paths": {"a": 1}}},
            },
            "groups": ["liveness", "readiness"],
        }
    )

    assert (document.state, document.detail) == (U, "it says `DOWN`; unhealthy: `db` and `db/replica`")
    assert document.parts == (
        Part("db", U),
        Part("db/main", H, "database: H2, validationQuery: isValid()"),
        Part("db/replica", U, "refused"),
        Part("diskSpace", H, "total: 500, exists: true"),
    )


def test_details_may_be_parts() -> None:
    """Before 2.2, components stood in `details`, beside what a component tells of itself."""
    document = read(
        {
            "status": "UP",
            "details": {
                "diskSpace": {"status": "UP", "details": {"free": 5}},
                "redis": {"status": "UP", "details": {"a": {"status": "UP", "details": {"version": "7"}}}},
            },
        }
    )

    assert document.parts == (
        Part("diskSpace", H, "free: 5"),
        Part("redis", H),
        Part("redis/a", H, "version: 7"),
    )


@pytest.mark.parametrize(
    ("status", "state"), [("UP", H), ("UNKNOWN", D), ("OUT_OF_SERVICE", U), ("DOWN", U), ("FATAL", U)]
)
def test_statuses_are_spring_s(status: str, state: HealthState) -> None:
    """Unknown is not healthy, nor is a status of the application's own."""
    assert read({"status": status}).state is state
    assert read({"status": "UP", "components": {"a": {"status": status}}}).parts[0].state is state


def test_depth_has_a_limit() -> None:
    """Components nested deeper than anybody nests them are not followed, and that is said."""
    value: dict[str, Any] = {"status": "UP"}
    for _ in range(100):
        value = {"status": "UP", "components": {"c": value}}

    parts = read(value).parts

    assert [part.name.count("/") for part in parts] == list(range(8))
    assert [part.detail for part in parts if part.detail] == ["what is below it is not shown"]
