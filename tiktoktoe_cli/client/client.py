"""Calls: a request through its policy. One policy, and so one breaker, for each name of a policy and destination."""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from tiktoktoe_cli.client.expectations import judge
from tiktoktoe_cli.client.fallbacks import fallback_target
from tiktoktoe_cli.client.request import PolicyKey, Request, request_of
from tiktoktoe_cli.client.story import AttemptBegun, AttemptOver
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience import Outcome
from tiktoktoe_cli.resilience.layers.circuit_breaker import BreakerLayer
from tiktoktoe_cli.resilience.policy import Policy, compose
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from random import Random

    from tiktoktoe_cli.client.settings import RequestSettings
    from tiktoktoe_cli.client.story import Tell
    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.resilience.breaker import CircuitBreaker
    from tiktoktoe_cli.resilience.events import Event
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.transport import ClientOptions, HttpReply, HttpRequest, TransportFailure


Meet: TypeAlias = "Callable[[PolicyKey, CircuitBreaker], None]"
"""Is handed each breaker before its first call."""


def _meet_nobody(_key: PolicyKey, _breaker: CircuitBreaker) -> None:
    """Leave a new breaker as it is."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What calls refer to by name, policies and the requests of fallbacks, and what they are given to act with."""

    policies: Mapping[str, PolicySettings]
    requests: Mapping[str, RequestSettings]
    clock: Clock
    random: Random
    meet: Meet = field(default=_meet_nobody)


def _tell_nobody(*_: object) -> None:
    """Take note of nothing."""


class _Listener(NamedTuple):
    """Who hears what happens in a call, and the name of the request that it is about."""

    tell: Tell
    request: str


_listener: ContextVar[_Listener] = ContextVar("listener", default=_Listener(_tell_nobody, ""))  # noqa: B039  # it never changes
"""Of the call that is under way: a policy is shared by many, and so is its observer."""


class Http(Protocol):
    """Sends one request; the client of `transport` is one."""

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Return the answer, or why there is none."""
        ...


class Client:
    """Makes calls, for tasks of one event loop; `policies` are those that calls went through."""

    def __init__(self, http: Http, around: Surroundings) -> None:
        self._http = http
        self._around = around
        self.policies: dict[PolicyKey, Policy] = {}

    async def call(self, request: Request, tell: Tell = _tell_nobody) -> Outcome[Any]:
        """Send a request through its policy; `tell` hears what happens, also to a request that stands in for it.

        Expected failures are outcomes. The value is the server's `HttpReply`, or whatever a fallback gives.

        Raises:
            UsageError: if HTTP/2 is asked for and its package is not installed, or the body of a fallback's request
                cannot be read.
        """
        before = _listener.set(_Listener(tell, request.name))
        try:
            name = policy_of(request.policy, self._around.policies)
            attempt = partial(self._attempt, request)
            return await (self._policy(name, request).call(attempt) if name else attempt())
        finally:
            _listener.reset(before)

    async def _attempt(self, request: Request) -> Outcome[HttpReply]:
        clock, listener = self._around.clock, _listener.get()
        answer, outcome, started_ns = None, Outcome[Any].cancelled("given up"), clock.now()
        listener.tell(listener.request, AttemptBegun(started_ns))
        try:
            answer = await self._http.request(request.http)
            outcome = judge(request.expect, answer, datetime.fromtimestamp(clock.now() / NS_PER_S, UTC))
            return outcome
        finally:
            listener.tell(listener.request, AttemptOver(started_ns, clock.now(), outcome, answer))

    async def _stand_in(self, request: Request) -> Outcome[Any]:
        return await self.call(request, _listener.get().tell)

    def _policy(self, name: str, request: Request) -> Policy:
        settings = self._around.policies[name]
        keeps = any(layer.kind == "fallback" and layer.chosen.cached for layer in settings)
        key = PolicyKey(name, request.destination, request.name if keeps else "")
        if key not in self.policies:
            self.policies[key] = self._make(key, settings)
        return self.policies[key]

    def _make(self, key: PolicyKey, settings: PolicySettings) -> Policy:
        around, target = self._around, fallback_target(settings)
        others = [request_of(target[1], around.requests[target[1]])] if target else []
        alternatives = {other.name: partial(self._stand_in, other) for other in others}
        policy = compose(settings, around.clock, around.random, observer=_hear, alternatives=alternatives)
        for layer in policy.layers:
            if isinstance(layer, BreakerLayer):
                around.meet(key, layer.breaker)
        return policy


def _hear(event: Event) -> None:
    """Pass on what a policy tells."""
    listener = _listener.get()
    listener.tell(listener.request, event)


@asynccontextmanager
async def open_client(
    around: Surroundings, first: Request, options: ClientOptions | None = None
) -> AsyncIterator[Client]:
    """Open what calls share, connections, as the options say, and policies; and be ready for the first request.

    Raises:
        UsageError: if HTTP/2 is asked for and its package is not installed.
    """
    async with HttpClient(around.clock, options) as http:
        await http.prepare(first.http)
        yield Client(http, around)
