from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.documents import UNREADABLE, read_document

HEALTH_JSON = "application/health+json"
SPRING = "application/vnd.spring-boot.actuator.v2+json;charset=UTF-8"
PLAIN_JSON = "application/json"


@pytest.mark.parametrize(
    ("value", "content_type", "format_"),
    [
        ({"status": "UP"}, HEALTH_JSON, "health+json"),
        ({"status": "UP", "components": {"a": {"status": "UP"}}}, "Application/Health+JSON", "health+json"),
        ({"status": "UP", "checks": []}, SPRING, "spring"),
        ({"status": "up", "checks": {"a": [{"status": "up"}]}}, PLAIN_JSON, "health+json"),
        ({"status": "pass", "checks": {}}, PLAIN_JSON, "health+json"),
        ({"status": "UP", "checks": []}, PLAIN_JSON, "microprofile"),
        ({"status": "UP", "components": {"a": {"status": "UP"}}}, PLAIN_JSON, "spring"),
        ({"status": "UP", "details": {"a": {"status": "UP"}}}, PLAIN_JSON, "spring"),
        ({"status": "UP", "groups": ["liveness"]}, PLAIN_JSON, "spring"),
        ({"status": "Healthy", "entries": {}}, PLAIN_JSON, "aspnet"),
        ({"status": 2, "totalDuration": "00:00:01"}, PLAIN_JSON, "aspnet"),
        ({"status": "UP"}, PLAIN_JSON, "spring"),
        ({"status": "ok"}, PLAIN_JSON, "health+json"),
        ({"status": "Healthy"}, PLAIN_JSON, "aspnet"),
    ],
)
def test_formats_are_told_apart(value: Any, content_type: str, format_: str) -> None:
    """By the media type first, then by the members, and at last by the status alone."""
    document = read_document(value, json.dumps(value), content_type)

    assert document
    assert document.format == format_


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"status": "running"},
        {"status": 200},
        {"status": True},
        {"state": "UP"},
        [],
        ["UP"],
        5,
        None,
        "",
        "{",
    ],
)
def test_other_bodies_are_no_documents(value: Any) -> None:
    """What has no status of any format is not guessed at."""
    assert read_document(value, json.dumps(value), PLAIN_JSON) is None


def test_what_stands_for_no_document_fails_and_says_so() -> None:
    """A body that should have been a document is not good."""
    assert UNREADABLE.state is HealthState.UNHEALTHY
    assert UNREADABLE.detail


def test_only_so_many_parts_are_shown() -> None:
    """Of ten thousand parts there are two hundred, and a remark."""
    value = {"status": "UP", "checks": [{"name": "a", "status": "UP"}] * 10_000}

    document = read_document(value, "", PLAIN_JSON)

    assert document
    assert len(document.parts) == 200
    assert document.remarks == ("only its first 200 parts are shown",)


def test_long_words_are_cut() -> None:
    """A body of a mebibyte does not become a name or a detail of one."""
    long = "x" * 2**20
    part = {"status": long, "output": long, "componentId": long, "observedValue": long}

    document = read_document(
        {"status": long, "output": long, "checks": {long: [part, part]}}, "", HEALTH_JSON
    )

    assert document
    assert len(document.detail) < 1000
    assert all(len(part.name) + len(part.detail) < 1000 for part in document.parts)


WORDS = st.sampled_from(
    ["UP", "DOWN", "pass", "warn", "fail", "Healthy", "Degraded", "OUT_OF_SERVICE", "UNKNOWN", "?"]
)
KEYS = st.sampled_from(
    [
        "status",
        "checks",
        "components",
        "details",
        "groups",
        "entries",
        "results",
        "totalDuration",
        "data",
        "name",
        "componentId",
        "observedValue",
        "observedUnit",
        "output",
        "description",
        "exception",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), below, max_size=5)
    ),
    max_leaves=40,
)


@given(
    value=st.dictionaries(KEYS, JSON) | JSON,
    content_type=st.sampled_from([HEALTH_JSON, SPRING, PLAIN_JSON, "text/plain", "", ";;"]),
)
def test_any_body_can_be_read(value: Any, content_type: str) -> None:
    """Whatever stands where, there is no exception; names are unique, and what is not healthy says why."""
    document = read_document(value, str(value)[:100], content_type)

    if document:
        names = [part.name for part in document.parts]
        assert len(names) == len(set(names)) <= 200
        assert bool(document.detail) == (document.state is not HealthState.HEALTHY)
        assert document.state is not HealthState.SKIPPED


@given(status=JSON, content_type=st.sampled_from([HEALTH_JSON, SPRING]))
def test_only_a_good_word_is_healthy(status: Any, content_type: str) -> None:
    """A document that announces itself is healthy by one of the words for it, and by nothing else."""
    document = read_document({"status": status}, "", content_type)

    assert document
    if document.state is HealthState.HEALTHY:
        assert isinstance(status, str)
        assert status.strip().lower() in {"pass", "ok", "up"}
