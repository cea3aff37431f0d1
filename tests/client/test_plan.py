"""What would be sent."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from tests.client.making import policy, request
from tiktoktoe_cli.client.plan import plan_of
from tiktoktoe_cli.client.sending import Pace
from tiktoktoe_cli.client.session import SendInputs
from tiktoktoe_cli.client.state_file import Patience


def inputs(policies: dict[str, Any], pace: Pace, state: Path | None = None, **words: Any) -> SendInputs:
    """Make the inputs of an errand."""
    random = Random(7)  # noqa: S311  # a test
    return SendInputs(request(**words), policies, {}, random, Patience(print), pace, state)


def test_everything_that_matters_is_listed() -> None:
    """The request, what it goes through, and its pace; credentials are not shown."""
    layers = policy(
        {"timeout": "5s"}, {"fallback": {"value": False, "on": ["error", "timeout"]}}, {"circuit_breaker": {}}
    )
    words = {
        "url": "http://me:hunter22@payments:8080/a",
        "headers": {"Cookie": "hunter22", "X-Trace": "1"},
        "auth": {"bearer": "hunter22"},
        "body": {"text": "hello"},
        "expect": ["status == 201", "body.ok"],
    }

    report = plan_of(inputs({"default": layers}, Pace(50, 4, 100_000_000), Path("states.json"), **words))

    assert report.ok
    assert report.verdict == "would send `charge` 50 times through the policy `default`; nothing was sent"
    assert "hunter22" not in str(report)
    layers = report.summary.pop("layers")  # type: ignore[attr-defined]  # a dict
    assert layers[:2] == [
        {"kind": "timeout", "settings": "5s"},
        {"kind": "fallback", "settings": {"value": False, "on": ["error", "timeout"]}},
    ]
    assert layers[2]["kind"] == "circuit_breaker"
    assert {"window": {"calls": 100}, "minimum_calls": 10, "reset_timeout": "30s"}.items() <= layers[2][
        "settings"
    ].items()
    assert report.summary == {
        "request": "POST http://payments:8080/a",
        "headers": {"cookie": "(hidden)", "x-trace": "1"},
        "authentication": "bearer token",
        "body": "5 bytes: hello",
        "timeout": "10s",
        "expect": ["status == 201", "body.ok"],
        "destination": "payments:8080",
        "policy": "default",
        "repeat": 50,
        "concurrency": 4,
        "rate": "10/s",
        "state": "states.json",
    }


def test_a_bare_request_has_no_policy() -> None:
    """Nothing is made up."""
    report = plan_of(inputs({}, Pace()))

    assert report.verdict == "would send `charge` 1 time without a policy; nothing was sent"
    assert report.summary == {
        "request": "GET http://payments:8080/charge",
        "headers": {},
        "timeout": "10s",
        "expect": [],
        "destination": "payments:8080",
        "policy": None,
        "layers": [],
        "repeat": 1,
        "concurrency": 1,
    }


def test_a_person_has_a_line_for_each_header_expectation_and_layer() -> None:
    """In the words of the YAML."""
    layers = policy({"timeout": "5s"}, {"fallback": {"value": False, "on": ["error", "timeout"]}})
    words = {"headers": {"X-Trace": "1"}, "expect": ["status == 201", "body.ok"]}

    items = plan_of(inputs({"default": layers}, Pace(), **words)).items

    rows = [(item["setting"], item["value"]) for item in items]
    assert rows[1] == ("header x-trace", "1")
    assert rows[3:5] == [("expect", "status == 201"), ("expect", "body.ok")]
    assert rows[7:9] == [
        ("layer 1 timeout", "5s"),
        ("layer 2 fallback", "value: false, on: [error, timeout]"),
    ]


def test_a_preset_is_shown_as_it_was_written() -> None:
    """Its own defaults depend on each other: one beside an option that overrules it would be a lie."""
    layers = policy({"circuit_breaker": {"semantics": "resilience4j", "slidingWindowSize": 20}})

    report = plan_of(inputs({"default": layers}, Pace()))

    settings = {"semantics": "resilience4j", "sliding_window_size": 20}
    assert report.summary["layers"] == [{"kind": "circuit_breaker", "settings": settings}]
