"""What a breaker would do, found by letting it: no formula for each preset, but its own machine in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.config.units import NANOSECONDS
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience.machine import Machine
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

_MOST_CALLS: Final = 10_000
_PACES_NS: Final = (NANOSECONDS["ms"] * 100, NANOSECONDS["ms"])
"""From call to call. Some circuits turn by the clock alone and so need time, some forget and so need haste."""
_START_NS: Final = 365 * NANOSECONDS["d"]
_AGES_NS: Final = 30 * NANOSECONDS["d"]
_REMEMBERED: Final = 1024
_NOT_ADMITTED: Final = frozenset({REFUSED, QUEUED})

_End: TypeAlias = "Callable[[CircuitBreaker, int, int], None]"
"""Ends a call: the breaker, the call's ticket, the time."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A breaker as far as a trial tells it from others."""

    machine: Machine
    rules: Any  # the machine's own tuple
    settings: BreakerSettings = field(compare=False)


class _Opening(NamedTuple):
    """After how many failures at what pace a circuit was seen open, and when."""

    failures: int
    pace_ns: int
    at_ns: int


def failures_to_open(settings: BreakerSettings, pace_ns: int = 0) -> int | None:
    """Count the calls after which a fresh circuit is open when all of them fail.

    They follow each other no faster than every `pace_ns`, and no faster than it takes: at ten a second if that is
    enough. None if 10,000 do not open it, at no pace: it needs more, or never opens. So is the answer for one that
    its options switch off or force open: it decides nothing.
    """
    opening = _opening(_subject(settings), pace_ns)
    return opening.failures if opening else None


def is_wedged_by_hung_probes(settings: BreakerSettings) -> bool | None:
    """Ask whether the circuit never lets a call through again when none of its probes ever returns.

    None if nobody can tell: failures do not open it, or it lets 10,000 probes through at once.
    """
    return _wedges(_subject(settings))


def counts_cancelled_calls(settings: BreakerSettings) -> bool:
    """Ask whether calls that their callers give up open the circuit as failures do."""
    opening = _opening(_subject(settings), 0)
    return opening is not None and _play(CircuitBreaker(settings), opening.pace_ns, _give_up) is not None


def _subject(settings: BreakerSettings) -> _Subject:
    return _Subject(settings.machine, settings.rules, settings)


@lru_cache(_REMEMBERED)
def _opening(subject: _Subject, pace_ns: int) -> _Opening | None:
    paces = (*(pace for pace in _PACES_NS if pace > pace_ns), pace_ns)
    openings = (_play(CircuitBreaker(subject.settings), pace, _fail) for pace in paces)
    return next((opening for opening in openings if opening), None)


@lru_cache(_REMEMBERED)
def _wedges(subject: _Subject) -> bool | None:
    opening = _opening(subject, 0)
    if opening is None:
        return None
    breaker = CircuitBreaker(subject.settings)
    _play(breaker, opening.pace_ns, _fail)
    now_ns = opening.at_ns + _AGES_NS
    for _ in range(_MOST_CALLS):
        if breaker.acquire(now_ns) in _NOT_ADMITTED:
            return breaker.acquire(now_ns + _AGES_NS) in _NOT_ADMITTED
    return None


def _play(breaker: CircuitBreaker, pace_ns: int, end: _End) -> _Opening | None:
    """Make calls, and end each of them in a way, until the circuit has turned."""
    now_ns = _START_NS
    for count in range(_MOST_CALLS):
        ticket = breaker.acquire(now_ns)
        if ticket in _NOT_ADMITTED or not _is_closed(breaker):
            return _Opening(count, pace_ns, now_ns) if count else None
        end(breaker, ticket, now_ns)
        if not _is_closed(breaker):
            return _Opening(count + 1, pace_ns, now_ns)
        now_ns += pace_ns
    return None


def _is_closed(breaker: CircuitBreaker) -> bool:
    return breaker.state is BreakerState.CLOSED


def _fail(breaker: CircuitBreaker, ticket: int, now_ns: int) -> None:
    breaker.record(ticket, now_ns, 0, 1)


def _give_up(breaker: CircuitBreaker, ticket: int, now_ns: int) -> None:
    breaker.cancel(ticket, now_ns)
