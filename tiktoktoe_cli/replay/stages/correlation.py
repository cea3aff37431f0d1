"""Correlation: marks the events of a session with its id, their position in it, and how many they are.

    correlationid         the key and the time of the session's first event: `ord-000017@2026-03-02T08:00:00.000Z`
    correlationposition   1 for the first event of the session in the order of time
    correlationcount      how many events the session has

`correlationid` is CloudEvents' own extension for this; an event that has these attributes loses their old values.
Events are held until their session closes, and pass on session by session, in the order in which sessions end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.correlation import Session, Sessions
from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.event import Fault, pointer
from tiktoktoe_cli.replay.times import write_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.replay.event import Event
    from tiktoktoe_cli.replay.settings import CorrelationSettings
    from tiktoktoe_cli.replay.station import Events, Stage, Station


def build(settings: CorrelationSettings, station: Station) -> Stage:
    """Make the stage; its measures are `sessions` and `uncorrelated` (events without the key).

    Raises:
        UnfinishedError: while it runs: more events are held than `max_held`.
    """

    def stage(events: Iterator[Event]) -> Events:
        sessions = Sessions(settings.window // 1_000, settings.lateness // 1_000)
        counts = {"sessions": 0, "uncorrelated": 0}
        station.measures = counts  # type: ignore[assignment]
        for event in events:
            for session in sessions.advance(event.time_us):
                counts["sessions"] += 1
                yield from annotated(session)
            key = settings.key.read_text(event.body)
            if key is None:
                counts["uncorrelated"] += 1
                yield event
            elif not sessions.add(key, event):
                station.reject(Reason.LATE, event.line, (_late(settings),), event.time_us)
            elif sessions.held > settings.max_held:
                raise _overflow(settings)
        for session in sessions.finish():
            counts["sessions"] += 1
            yield from annotated(session)

    return stage


def annotated(session: Session) -> Iterator[Event]:
    """Write the session into its events."""
    correlation_id = f"{session.key}@{write_rfc3339(session.first_us)}"
    total = len(session.events)
    for position, event in enumerate(session.events, start=1):
        body = event.body
        body["correlationid"] = correlation_id
        body["correlationposition"] = position
        body["correlationcount"] = total
        yield event


def _late(settings: CorrelationSettings) -> Fault:
    message = f"its session was closed: newer events were more than {settings.window} and {settings.lateness} past it"
    return Fault(pointer(*settings.key.parts), "correlation", "late", message)


def _overflow(settings: CorrelationSettings) -> UnfinishedError:
    message = f"correlation by `{settings.key}` holds more than {settings.max_held:,} events in open sessions"
    return UnfinishedError(message, hint="shorten `window`, or raise `max_held` if there is enough memory")
