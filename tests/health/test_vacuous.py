from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.health.making import make_check
from tiktoktoe_cli.config import load
from tiktoktoe_cli.errors import Place, Severity
from tiktoktoe_cli.health import find_vacuous

if TYPE_CHECKING:
    from collections.abc import Callable


def found(expect: str) -> list[str]:
    """Look for expectations that prove nothing, and return their codes."""
    return [problem.code for problem in find_vacuous(make_check(expect=[expect]), (), lambda *_: None)]


@pytest.mark.parametrize(
    "expect", ["true", "1 == 1", 'timing.total < duration("1s")', "!has(timing.tls)", "status == 200 || true"]
)
def test_what_holds_without_an_answer_is_found(expect: str) -> None:
    """An expectation that an empty result fulfils is a warning."""
    assert found(expect) == ["vacuous-expectation"]


@pytest.mark.parametrize(
    "expect",
    [
        "status == 200",
        "status != 500",
        "status < 400",
        "!has(body.errors)",
        'body.status == "UP"',
        "false",
        "connected",
        "!connected",
        'error == "refused"',
        'status == 200 && timing.total < duration("1s")',
    ],
)
def test_what_needs_an_answer_is_left_alone(expect: str) -> None:
    """What has no value on an empty result cannot pass on it, and negative checks are meant."""
    assert found(expect) == []


@pytest.mark.parametrize("probe", [{}, {"tcp": {"address": "h:1"}}, {"exec": {"run": ["true"]}}])
def test_the_usual_expectations_are_never_vacuous(probe: dict[str, object]) -> None:
    """What is expected by default proves something, for every probe."""
    assert list(find_vacuous(make_check(**probe), (), lambda *_: None)) == []


def test_the_warning_stands_at_the_expectation(write: Callable[[str, str], str]) -> None:
    """The place is the line and column of the expectation in the user's file."""
    text = "services:\n  s:\n    health:\n      - name: api\n        expect: ['status == 200',\n          'true']\n"
    name = write("t.yaml", text)
    document = load([name], {})
    check = make_check(expect=["status == 200", "true"])

    (problem,) = find_vacuous(check, ("services", "s", "health", 0), document.place)

    assert problem.severity is Severity.WARNING
    assert problem.message == "`true` holds even if nothing answers"
    assert isinstance(problem.place, Place)
    assert (problem.place.line, problem.place.column) == (6, 11)
