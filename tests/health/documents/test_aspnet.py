from __future__ import annotations

from typing import Any

import pytest

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.documents import HealthDocument, Part, read_document

H, D, U = HealthState.HEALTHY, HealthState.DEGRADED, HealthState.UNHEALTHY


@pytest.mark.parametrize(
    ("text", "state", "detail"),
    [
        ("Healthy", H, ""),
        ("Degraded\r\n", D, "it says `Degraded`"),
        ("Unhealthy", U, "it says `Unhealthy`"),
    ],
)
def test_the_word_alone_is_a_document(text: str, state: HealthState, detail: str) -> None:
    """It is what ASP.NET answers unless it is told otherwise."""
    assert read_document(text, text, "text/plain") == HealthDocument("aspnet", state, detail=detail)


@pytest.mark.parametrize("text", ["", "Healthy and well", "UP", "<p>Healthy</p>", "OK"])
def test_other_texts_are_no_documents(text: str) -> None:
    """Only the word itself is one."""
    assert read_document(text, text, "text/plain") is None


def test_entries_of_the_ui_are_parts() -> None:
    """What the writer of the health checks' UI makes of a report."""
    value = {
        "status": "Unhealthy",
        "totalDuration": "00:00:00.0512321",
        "entries": {
            "sql": {
                "data": {},
                "description": "login failed",
                "duration": "00:00:00.05",
                "exception": "login failed",
                "status": "Unhealthy",
                "tags": ["db"],
            },
            "disk": {"data": {"free": 5}, "duration": "00:00:00.01", "status": "Healthy", "tags": []},
        },
    }

    assert read_document(value, "", "application/json") == HealthDocument(
        "aspnet",
        U,
        (Part("sql", U, "login failed"), Part("disk", H, "free: 5")),
        "it says `Unhealthy`; unhealthy: `sql`",
    )


def test_results_of_the_documentation_are_parts() -> None:
    """What the example in the documentation writes."""
    value = {
        "status": "Degraded",
        "results": {"slow": {"status": "Degraded", "description": "3 s", "data": {"key": "value"}}},
    }

    document = read_document(value, "", "application/json")

    assert document
    assert (document.format, document.state, document.parts) == ("aspnet", D, (Part("slow", D, "3 s"),))


@pytest.mark.parametrize(("number", "state"), [(0, U), (1, D), (2, H)])
def test_a_report_may_have_numbers(number: int, state: HealthState) -> None:
    """The enumeration, written without a converter; there, 0 is the worst."""
    value: dict[str, Any] = {
        "status": number,
        "totalDuration": "00:00:01",
        "entries": {"a": {"status": number}},
    }

    document = read_document(value, "", "application/json")

    assert document
    assert (document.state, document.parts[0].state) == (state, state)
