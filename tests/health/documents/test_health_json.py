from __future__ import annotations

from typing import Any

import pytest

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.documents import HealthDocument, Part, read_document

H, D, U, S = HealthState.HEALTHY, HealthState.DEGRADED, HealthState.UNHEALTHY, HealthState.SKIPPED


def read(value: Any) -> HealthDocument:  # Any: JSON
    """Read what says that it is application/health+json."""
    document = read_document(value, "", "application/health+json; charset=utf-8")
    assert document
    assert document.format == "health+json"
    return document


def test_the_draft_s_example_is_read() -> None:
    """Each node of each measurement is a part, with what was observed and what it had to say."""
    document = read(
        {
            "status": "pass",
            "version": "1",
            "releaseId": "1.2.2",
            "notes": [""],
            "output": "",
            "serviceId": "f03e522f-1f44-4062-9b55-9587f91c9c41",
            "description": "health of authz service",
            "checks": {
                "cassandra:responseTime": [
                    {
                        "componentId": "dfd6cf2b-1b6e-4412-a0b8-f6f7797a60d2",
                        "componentType": "datastore",
                        "observedValue": 250,
                        "observedUnit": "ms",
                        "status": "pass",
                        "affectedEndpoints": ["/users/{userId}"],
                        "time": "2018-01-17T03:36:48Z",
                        "output": "",
                    }
                ],
                "uptime": [{"componentType": "system", "observedValue": 1209600.245, "observedUnit": "s"}],
                "cpu:utilization": [
                    {"componentId": "n1", "node": 1, "observedValue": 85, "status": "warn", "output": "busy"},
                    {"componentId": "n2", "observedValue": 8, "observedUnit": "percent", "status": "pass"},
                    {"observedValue": None, "status": "fail", "output": "no answer"},
                ],
            },
        }
    )

    assert (document.state, document.detail, document.remarks) == (H, "", ())
    assert document.parts == (
        Part("cassandra:responseTime", H, "250 ms"),
        Part("uptime", S, "it has no status; 1209600.245 s"),
        Part("cpu:utilization/n1", D, "85; busy"),
        Part("cpu:utilization/n2", H, "8 percent"),
        Part("cpu:utilization/3", U, "no answer"),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((word, H) for word in ("pass", "PASS", "ok", "Ok", "up", "UP")),
        *((word, D) for word in ("warn", "WARN")),
        *((word, U) for word in ("fail", "FAIL", "error", "down", "DOWN")),
    ],
)
def test_statuses_are_those_of_the_draft_in_any_case(status: str, state: HealthState) -> None:
    """The three words, and what was usual before them."""
    assert read({"status": status}).state is state


def test_a_failure_says_why() -> None:
    """The status, the output and the parts that are worst."""
    document = read(
        {
            "status": "fail",
            "output": "no connection",
            "checks": {"db": [{"status": "fail"}], "mq": [{"status": "warn"}]},
        }
    )

    assert document.detail == "it says `fail`; no connection; unhealthy: `db`"


def test_a_warning_names_what_is_degraded() -> None:
    """Where nothing fails, the parts that are degraded are to blame."""
    document = read({"status": "warn", "checks": {"mq": [{"status": "warn"}], "db": [{"status": "pass"}]}})

    assert document.detail == "it says `warn`; degraded: `mq`"


@pytest.mark.parametrize(
    ("root", "detail"),
    [
        ({}, "it has no status"),
        ({"status": None}, "it has no status"),
        ({"status": "fine"}, "its status `fine` is unknown in health+json"),
        ({"status": ["pass"]}, "its status `list` is unknown in health+json"),
        ({"status": True}, "its status `true` is unknown in health+json"),
    ],
)
def test_what_is_not_known_to_be_good_is_not_healthy(root: Any, detail: str) -> None:
    """No status, another word or another type never passes, and says so."""
    document = read(root)

    assert (document.state, document.detail) == (U, detail)


@pytest.mark.parametrize(
    ("node", "part"),
    [
        ({"status": "fine"}, Part("db", U, "unknown status `fine`")),
        ({"status": {}}, Part("db", U, "unknown status `dict`")),
        ("ok", Part("db", S, "it is no object")),
        ([], None),
        ([None], Part("db", S, "it is no object")),
    ],
)
def test_a_part_of_another_shape_is_told(node: Any, part: Part | None) -> None:
    """A node that is not in a list stands for itself; one that is no object says nothing."""
    assert read({"status": "pass", "checks": {"db": node}}).parts == ((part,) if part else ())


def test_parts_of_the_same_name_are_numbered() -> None:
    """Every part can be told from the others."""
    document = read({"status": "pass", "checks": {"db": [{"componentId": "a", "status": "pass"}] * 3}})

    assert [part.name for part in document.parts] == ["db/a", "db/a#2", "db/a#3"]
