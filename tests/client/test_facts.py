"""What the facts of an errand add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client.errands import (
    ALL,
    ANSWERED,
    CANCELLED,
    FALLBACK,
    TURNED_AWAY,
    UNANSWERED,
    UNEXPECTED,
    errand,
)
from tests.client.making import MS
from tiktoktoe_cli.client.facts import Ending
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.client.facts import RequestFacts


@pytest.mark.parametrize(
    ("requests", "code"),
    [
        ((ANSWERED,), ExitCode.YES),
        ((ANSWERED, ANSWERED), ExitCode.YES),
        ((FALLBACK,), ExitCode.NO),
        ((ANSWERED, UNEXPECTED), ExitCode.NO),
        ((UNANSWERED,), ExitCode.UNFINISHED),
        ((TURNED_AWAY,), ExitCode.UNFINISHED),
        ((UNEXPECTED, UNANSWERED, ANSWERED), ExitCode.UNFINISHED),
        ((), ExitCode.UNFINISHED),
    ],
)
def test_the_worst_request_is_the_exit_code(requests: tuple[RequestFacts, ...], code: ExitCode) -> None:
    """0 answered, 1 a fallback or something else, 3 nothing at all."""
    assert errand(*requests, repeat=2).exit_code is code


def test_counts_and_shares() -> None:
    """A fallback is no success, and who was cut off or never sent says nothing about times."""
    facts = errand(*ALL, repeat=9)

    assert facts.endings == dict.fromkeys(Ending, 1)
    assert facts.causes == {"error": 3, "breaker": 1, "cancelled": 1}
    assert facts.reasons == {"status": 2, "refused": 1, "breaker": 1, "cancelled": 1}
    assert facts.success_rate == 1 / 6
    assert facts.times is not None
    assert facts.times.p50_ns == 240 * MS
    assert errand(CANCELLED).times is errand(TURNED_AWAY).times is None
    assert errand().success_rate is None


def test_only_what_was_sent_is_an_attempt() -> None:
    """A refusal is not, and waits are added up."""
    assert [one.attempts for one in ALL] == [2, 1, 1, 0, 1, 1]
    assert ANSWERED.waited_ns == 200 * MS
