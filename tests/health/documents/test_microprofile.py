from __future__ import annotations

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.documents import HealthDocument, Part, read_document

H, U, S = HealthState.HEALTHY, HealthState.UNHEALTHY, HealthState.SKIPPED


def test_checks_are_parts() -> None:
    """Each check of the list has a name, a status and perhaps data."""
    value = {
        "status": "DOWN",
        "checks": [
            {"name": "db", "status": "UP", "data": {"connections": 5, "pool": "main"}},
            {"name": "queue", "status": "DOWN", "data": None},
        ],
    }

    assert read_document(value, "", "application/json") == HealthDocument(
        "microprofile",
        U,
        (Part("db", H, "connections: 5, pool: main"), Part("queue", U)),
        "it says `DOWN`; unhealthy: `queue`",
    )


def test_no_checks_are_fine() -> None:
    """A service may have nothing to check."""
    assert read_document({"status": "UP", "checks": []}, "", "") == HealthDocument("microprofile", H)


def test_checks_of_another_shape_are_told() -> None:
    """A check without a name has its number; one that says nothing is nothing known."""
    document = read_document(
        {"status": "UP", "checks": [{"status": "UP"}, 5, {"name": "a"}, {"name": "b", "status": "MAYBE"}]},
        "",
        "",
    )

    assert document
    assert document.parts == (
        Part("1", H),
        Part("2", S, "it is no object"),
        Part("a", S, "it has no status"),
        Part("b", U, "unknown status `MAYBE`"),
    )
