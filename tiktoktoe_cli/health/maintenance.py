"""Maintenance: the times at which services are worked on, and what that makes of their states. Pure.

While a service is in maintenance its checks are still made. What passes is shown as it is, since that is how one sees
that the work is done; what fails is `maintenance`, and fails no run. Nagios calls this downtime and Gatus maintenance:
both go on checking and are only silent. Only what a window names is excused: what else fails meanwhile is `unreachable`
or `unhealthy`, as ever, since it may well be broken too; Nagios excuses hosts behind a host only on request (triggered
downtime).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import tzinfo

    from tiktoktoe_cli.errors import Locate

_DAY: Final = timedelta(days=1)


class Times(Protocol):
    """When a window is open."""

    def hold(self, now: datetime) -> bool:
        """Ask whether a time, which has a zone, is among them; the end of each is not."""
        ...


@dataclass(frozen=True, slots=True)
class Once:
    """From one time until another."""

    start: datetime
    end: datetime

    def hold(self, now: datetime) -> bool:
        """Ask whether a time lies between them."""
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Weekly:
    """From a time of the clock in a zone, for so long, on days of the week (Monday is 0) on which it starts.

    As in iCalendar (RFC 5545, section 3.3.5), a time that a change of the clocks leaves out is read as before the
    change, one that comes twice is the first of both, and it lasts as long as it says, whatever the clocks show.
    """

    start: time
    duration: timedelta
    zone: tzinfo
    days: frozenset[int]

    def hold(self, now: datetime) -> bool:
        """Ask whether a time lies in the window of any day that it may still be open from.

        That may be the next day, where clocks go back over midnight.
        """
        today = now.astimezone(self.zone).date()
        for back in range(-1, self.duration // _DAY + 2):
            day = today - back * _DAY
            start = datetime.combine(day, self.start, self.zone).astimezone(UTC)
            if day.weekday() in self.days and start <= now < start + self.duration:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Window:
    """Times, and which services and groups are worked on; all of them, if none is named."""

    times: Times
    services: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def covers(self, service: str, group: str | None) -> bool:
        """Ask whether a service is among those that are worked on."""
        return not (self.services or self.groups) or service in self.services or group in self.groups


def find_window(windows: Iterable[Window], service: str, group: str | None, now: datetime) -> Window | None:
    """Return the first window that a service is in; `now` has a zone."""
    return next((one for one in windows if one.covers(service, group) and one.times.hold(now)), None)


def find_unknown_groups(
    windows: Sequence[Collection[str]], known: Collection[str], place: Locate
) -> Iterator[Problem]:
    """Yield a problem for each group of the windows that no service is in: such a window would never open.

    `windows` has the groups of each; `place` is the document's `place`.
    """
    for number, groups in enumerate(windows):
        for position, group in enumerate(groups):
            if group not in known:
                at = place("health", "maintenance", number, "groups", position)
                hint = suggestion(group, known) or f"the groups are {listed(sorted(known)) or 'none'}"
                yield Problem("unknown-name", f"no service is in the group `{group}`", at, hint)
