"""A watch as the front desk calls it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.health.making import MS, SECOND
from tests.health.systems import listening
from tests.transport.servers import closed_port
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.watching.session import WatchOptions, watch_health

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tiktoktoe_cli.health import Effects
    from tiktoktoe_cli.health.open_files import Places
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change, Watch


class Notes:
    """Notes what a watch tells."""

    def __init__(self) -> None:
        self.results: list[str] = []
        self.changes: list[Change] = []

    def on_result(self, tally: Tally) -> None:
        """Note whose it was."""
        self.results.append(tally.service)

    def on_change(self, change: Change) -> None:
        """Note a change."""
        self.changes.append(change)

    def has_both(self) -> bool:
        """Tell whether each of two services was looked at."""
        return len(set(self.results)) == 2


def test_a_watch_goes_on_until_somebody_asks_for_an_end() -> None:
    """Without a time that it was to take, it is whole however it ends, and every look is told."""
    notes = Notes()

    with socket.create_server(("127.0.0.1", 0)) as server:
        inputs = listening({"up": server.getsockname()[1], "down": closed_port()})
        facts = asyncio.run(watch_health(inputs, WatchOptions(10 * MS), notes, notes.has_both))

    assert not facts.is_partial
    assert {tally.service for tally in facts.tallies if tally.checks_made} == {"up", "down"}
    assert sum(tally.checks_made for tally in facts.tallies) == len(notes.results)
    assert {one.name: one.state for one in facts.health.services}["up"] is HealthState.HEALTHY


def test_a_watch_ends_by_itself_when_its_time_is_over() -> None:
    """And then it was not broken off."""
    facts = asyncio.run(
        watch_health(
            listening({"down": closed_port()}), WatchOptions(10 * MS, 100 * MS), Notes(), lambda: False
        )
    )

    assert not facts.is_partial
    assert facts.tallies[0].failures == facts.tallies[0].checks_made > 0


def test_a_watch_that_was_to_go_on_for_longer_is_told_so() -> None:
    """Who asked for a minute has less."""
    notes = Notes()
    options = WatchOptions(10 * MS, 60 * SECOND)

    facts = asyncio.run(
        watch_health(listening({"down": closed_port()}), options, notes, lambda: bool(notes.results))
    )

    assert facts.is_partial


def test_others_are_told_as_long_as_the_watch_goes_on() -> None:
    """A listener has the watch itself, and the files that it needs are not the checks'."""
    seen: list[str] = []
    whole = listening({"down": closed_port()})

    @asynccontextmanager
    async def listener(
        watch: Watch, _effects: Effects, inputs: HealthInputs, places: Places, /
    ) -> AsyncIterator[None]:
        assert inputs.open_files == whole.open_files - places.files
        seen.append(f"opened for {[tally.service for tally in watch.tallies]}")
        yield
        seen.append("closed")

    options = WatchOptions(10 * MS, 50 * MS, listener)
    asyncio.run(watch_health(whole, options, Notes(), lambda: False))

    assert seen == ["opened for ['down']", "closed"]
