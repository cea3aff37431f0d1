"""One request on its way through redirects: whom it asks, what it is doing, for how long, and how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.transport.addresses import without_userinfo
from tiktoktoe_cli.transport.exchange import FailureReason, HttpReply, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis
from tiktoktoe_cli.transport.phases import Phases, too_late
from tiktoktoe_cli.transport.redirects import leads_on, redirected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.exchange import HttpRequest

Hop: TypeAlias = "Callable[[HttpRequest, Journey], Awaitable[HttpReply | Diagnosis]]"
"""Asks one server once. It tells the journey what it does, and follows no redirect."""


class Journey:
    """What the hops of one request share: `phases` add up, `target` is who is asked now, to be named in messages."""

    def __init__(self, request: HttpRequest, clock: Clock) -> None:
        self._request = request
        self._clock = clock
        started_ns = clock.now()
        self.deadline_ns = started_ns + request.timeout_ns
        self.phases = Phases(started_ns)
        self.target = without_userinfo(request.url)
        self.redirects = 0

    async def make(self, hop: Hop) -> HttpReply | TransportFailure:
        """Go from hop to hop to the last answer, or to the deadline; credentials stay with the first server."""
        if not self._request.is_sendable:
            return self.fail(Diagnosis(FailureReason.INVALID_REQUEST))
        try:
            async with asyncio.timeout(self._request.timeout_ns / NS_PER_S):
                answer = await self._go(hop)
        except TimeoutError:
            return self._time_out()
        # what was read without a pause may have come too late all the same
        if isinstance(answer, Diagnosis):
            return self._time_out() if self._clock.now() > self.deadline_ns else self.fail(answer)
        return self._time_out() if answer.timing.total_ns > self._request.timeout_ns else answer

    def fail(self, diagnosis: Diagnosis) -> TransportFailure:
        """End it without an answer."""
        if diagnosis.reason is FailureReason.INVALID_URL and self.phases.has_answer:
            diagnosis = Diagnosis(FailureReason.PROTOCOL, "it redirects to an address that cannot be asked")
        timing = self.phases.break_off(self._clock.now())
        message = diagnosis.describe(self.target)
        return TransportFailure(diagnosis.reason, message, timing, diagnosis.tls_fault)

    async def _go(self, hop: Hop) -> HttpReply | Diagnosis:
        request = self._request
        while True:
            answer = await hop(request, self)
            if isinstance(answer, Diagnosis) or not leads_on(request, answer.status, answer.headers):
                return answer
            if self.redirects == request.max_redirects:
                return Diagnosis(FailureReason.TOO_MANY_REDIRECTS)
            self.redirects += 1
            try:
                request = redirected(request, answer)
            except ValueError:
                return Diagnosis(FailureReason.INVALID_URL)
            self.target = without_userinfo(request.url)

    def _time_out(self) -> TransportFailure:
        """End it because its deadline has passed, and say what it was doing."""
        within = Duration(self._request.timeout_ns).rounded
        message = too_late(self.target, within, self.phases.current)
        return TransportFailure(FailureReason.TIMEOUT, message, self.phases.break_off(self._clock.now()))
