"""Delivery: events → JSON lines → the destinations that routing names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import orjson

from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.event import Event, Fault
from tiktoktoe_cli.replay.routing import route
from tiktoktoe_cli.replay.station import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.routing import Rule
    from tiktoktoe_cli.replay.station import Events, Stage, Station

_UNROUTED = Fault("", "routing", "unrouted", "no rule takes this event")


class Destination(Protocol):
    """Somewhere that takes one encoded event at a time."""

    def write(self, line: bytes) -> None:
        """Take an event: JSON with its newline."""


def deliver(rules: Sequence[Rule], destinations: Mapping[str, Destination], station: Station) -> Stage:
    """Make the last stage: it writes each event to its destinations, and passes on those it has delivered.

    An event is written as compact JSON, its keys in the order in which they were read. JSON nested deeper than 254
    can be read but not written: such an event is a dead letter.
    """
    writers = {name: destination.write for name, destination in destinations.items()}

    def stage(events: Iterator[Event]) -> Events:
        for event in events:
            names = route(rules, event.body)
            if names is None:
                station.reject(Reason.UNROUTED, event.line, (_UNROUTED,), event.time_us)
            elif not names:
                station.drop(Drop.FILTERED)
            elif encoded := _encoded(event, station):
                for name in names:
                    writers[name](encoded)
                yield event

    return stage


def _encoded(event: Event, station: Station) -> bytes | None:
    try:
        return orjson.dumps(event.body, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        fault = Fault("", "RFC 8259", "encoding", str(error).lower())
        station.reject(Reason.ENCODING, event.line, (fault,), event.time_us)
        return None
