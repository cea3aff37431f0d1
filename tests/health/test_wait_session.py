"""A wait as the front desk calls it."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from tests.health.making import MS, SECOND
from tests.health.systems import listening
from tests.transport.servers import closed_port
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.wait_session import WaitOptions, wait_for
from tiktoktoe_cli.health.waiting import Goal

if TYPE_CHECKING:
    from tiktoktoe_cli.health import ServiceHealth


def test_a_service_that_comes_up_ends_the_wait() -> None:
    """Every round is told, and the first that is good is the last."""
    told: list[HealthState] = []

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))

        def on_round(health: ServiceHealth) -> None:
            told.append(health.state)
            server.listen()

        inputs = listening({"a": server.getsockname()[1]})
        facts = asyncio.run(wait_for(inputs, WaitOptions(20 * SECOND, MS), on_round, lambda: False))

    assert facts.is_met
    assert told == [HealthState.UNHEALTHY, HealthState.HEALTHY]
    assert facts.rounds == 2


def test_as_many_passes_in_a_row_as_were_asked_for() -> None:
    """One good round is not enough then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        inputs = listening({"a": server.getsockname()[1]})
        options = WaitOptions(20 * SECOND, MS, passes=3)

        facts = asyncio.run(wait_for(inputs, options, lambda _: None, lambda: False))

    assert (facts.is_met, facts.rounds) == (True, 3)


def test_the_time_is_over() -> None:
    """What never comes up is given up, and how it was at last is known."""
    options = WaitOptions(200 * MS, 20 * MS)

    facts = asyncio.run(wait_for(listening({"a": closed_port()}), options, lambda _: None, lambda: False))

    assert not facts.is_met
    assert not facts.is_partial
    assert [one.state for one in facts.health.services] == [HealthState.UNHEALTHY]


def test_somebody_asks_for_an_end() -> None:
    """The wait is broken off after the round that is under way."""
    told: list[HealthState] = []
    options = WaitOptions(60 * SECOND, MS)

    facts = asyncio.run(
        wait_for(
            listening({"a": closed_port()}), options, lambda one: told.append(one.state), lambda: bool(told)
        )
    )

    assert (facts.is_met, facts.is_partial) == (False, True)
    assert told


def test_what_is_to_be_down_is_waited_for_as_well() -> None:
    """A port at which nobody listens is met at once then."""
    options = WaitOptions(20 * SECOND, MS, goal=Goal.DOWN)

    facts = asyncio.run(wait_for(listening({"a": closed_port()}), options, lambda _: None, lambda: False))

    assert facts.is_met
