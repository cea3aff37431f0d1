"""A web server as a destination: at least once, through a policy, so many requests at a time."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tiktoktoe_cli.client.client import Surroundings as ClientSurroundings
from tiktoktoe_cli.client.client import open_client
from tiktoktoe_cli.client.request import Request
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.choices import Binding
from tiktoktoe_cli.replay.delivering.binding import BindingError, content_of, header_text
from tiktoktoe_cli.replay.delivering.destination import Refusal
from tiktoktoe_cli.replay.events.letter import Attempt
from tiktoktoe_cli.replay.verdict import (
    Verdict,
    blames_destination,
    reason_of_end,
    status_of,
    verdict_of,
)
from tiktoktoe_cli.resilience.presets.catalog import DEFAULT, settings_of
from tiktoktoe_cli.resilience.settings import LayerSettings, RetrySettings, policy_or
from tiktoktoe_cli.transport import ClientOptions, HttpRequest, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.client.client import Client
    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.delivering.destination import Destination, Position
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.destination import HttpSettings
    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.resilience.settings import PolicySettings

_ROUNDS = 32
"""So many requests for each that may be under way are collected before they are sent: few ever wait for the last."""
_MOST_GUILTY = 2
"""So many events in a row may make a server fail before it is the server that is broken."""
_PAUSE_NS = 50_000_000


def own_policy() -> PolicySettings:
    """Make the policy of those that name none: three attempts, each of which a breaker counts."""
    return LayerSettings(retry=RetrySettings()), LayerSettings(circuit_breaker=settings_of(DEFAULT)())


@dataclass(frozen=True, slots=True)
class Parcel:
    """Some events that are sent as one request, and where they came from."""

    events: Sequence[bytes]
    origins: Sequence[Origin]

    def halves(self) -> tuple[Parcel, Parcel]:
        """Make two of it."""
        at = len(self.events) // 2
        return Parcel(self.events[:at], self.origins[:at]), Parcel(self.events[at:], self.origins[at:])


class _Unsure(NamedTuple):
    """A parcel that failed in every attempt; `number` counts the calls that had ended by then."""

    number: int
    parcel: Parcel
    outcome: Outcome[Any]  # Any: whatever a fallback gives


@dataclass(slots=True)
class _Balance:
    """What came of the calls since the destination settled last.

    `proven` is how many calls had ended when the latest one began that was a success: the destination was up by then.
    """

    ended: int = 0
    proven: int = 0
    taken: int = 0
    size_bytes: int = 0
    refused: list[Refusal] = field(default_factory=list)
    unsure: list[_Unsure] = field(default_factory=list)


class HttpDestination:
    """Collects events, and sends them through a policy; nothing of it runs while the pipeline computes.

    A refused batch is halved until the events are found that are the reason. An event that failed in every attempt is
    refused if a later one was taken, for then it is the reason. If none was, the destination may be down: the run ends
    without a word about these events, and sends them again when it goes on.
    """

    can_refuse = True
    is_exact = False
    files: tuple[Path, ...] = ()

    def __init__(self, name: str, settings: HttpSettings, around: Surroundings) -> None:
        self._name = name
        self._settings = settings
        self._policy, policies = policy_or(own_policy(), around.policy, around.policies)
        self._around = ClientSurroundings(policies, {}, around.clock, around.random)
        self._pending: list[tuple[bytes, Origin]] = []
        self._balance = _Balance()
        self._failure: UnfinishedError | None = None
        self._runner: asyncio.Runner | None = None
        self.events = self.size_bytes = 0

    @property
    def place(self) -> str:
        """The address, without a password."""
        return without_userinfo(self._settings.url)

    def open(self, position: Position | None) -> None:
        """Begin, or go on counting."""
        self.events, self.size_bytes = position or (0, 0)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        options = ClientOptions(keep_alive=True)
        opened = self._stack.enter_async_context(
            open_client(self._around, self._request(Parcel((), ()), (), b""), options)
        )
        self._client: Client = self._runner.run(_awaited(opened))

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Take events, and send them when there are enough."""
        self._pending += zip(events, origins, strict=True)
        if len(self._pending) >= _ROUNDS * self._settings.concurrency * self._settings.parcel_events:
            self._send()

    def settle(self) -> Sequence[Refusal]:
        """Send what is left, and tell what was refused."""
        self._send()
        balance, self._balance = self._balance, _Balance()
        with self._remembered():
            self._judge(balance)
        self.events += balance.taken
        self.size_bytes += balance.size_bytes
        return balance.refused

    def complete(self) -> None:
        """Do nothing: it has settled."""

    def position(self) -> Position:
        """Tell how much was delivered."""
        return self.events, self.size_bytes

    def secure(self) -> None:
        """Do nothing: it is in other hands."""

    def publish(self) -> None:
        """Do nothing: it was delivered."""

    def close(self) -> None:
        """Close the connections."""
        if self._runner is not None:
            self._runner.run(self._stack.aclose())
            self._runner.close()
            self._runner = None

    def _send(self) -> None:
        if self._failure is not None:
            raise UnfinishedError(self._failure.message, hint=self._failure.hint)
        pending, self._pending = self._pending, []
        if pending and self._runner is not None:
            with self._remembered():
                self._runner.run(self._deliver(list(self._parcels(pending))))

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """Keep the first failure: whoever asks later is told the same, and nothing is sent any more."""
        try:
            yield
        except UnfinishedError as error:
            self._failure = error
            raise

    def _parcels(self, pending: Sequence[tuple[bytes, Origin]]) -> Iterator[Parcel]:
        size = self._settings.parcel_events
        for start in range(0, len(pending), size):
            events, origins = zip(*pending[start : start + size], strict=True)
            yield Parcel(events, origins)

    async def _deliver(self, parcels: list[Parcel]) -> None:
        """Send parcels, so many at a time; the first error ends all."""
        parcels.reverse()  # taken from its end

        async def work() -> None:
            while parcels:
                await self._carry(parcels.pop(), parcels)

        workers = [
            asyncio.ensure_future(work()) for _ in range(min(self._settings.concurrency, len(parcels)))
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _carry(self, parcel: Parcel, parcels: list[Parcel]) -> None:
        balance = self._balance
        try:
            headers, body = content_of(self._settings.binding, parcel.events)
        except BindingError as error:
            balance.refused += self._refusals(parcel, str(error), 0, "no form")
            return
        began = balance.ended
        outcome = await self._call(self._request(parcel, headers, body))
        balance.ended += 1
        match verdict_of(outcome):
            case Verdict.TAKEN:
                balance.proven = max(balance.proven, began)
                balance.taken += len(parcel.events)
                balance.size_bytes += len(body)
            case Verdict.UNSURE:
                balance.unsure.append(_Unsure(balance.ended, parcel, outcome))
            case Verdict.REFUSED if len(parcel.events) > 1:
                parcels.extend(reversed(parcel.halves()))
            case Verdict.REFUSED:
                balance.refused += self._refused_by(parcel, outcome)
            case _:
                raise self._down(outcome)

    async def _call(self, request: Request) -> Outcome[Any]:  # as above
        while True:
            outcome = await self._client.call(request)
            if verdict_of(outcome) is not Verdict.LATER:
                return outcome
            await self._around.clock.sleep(max(outcome.retry_after_ns or 0, _PAUSE_NS))

    def _judge(self, balance: _Balance) -> None:
        """Decide about events that failed in every attempt.

        Raises:
            UnfinishedError: the destination is down: none was taken after them, and they are not the reason, or there
                are too many of them to be.
        """
        last = [unsure for unsure in balance.unsure if unsure.number > balance.proven]
        if len(last) > _MOST_GUILTY or any(blames_destination(unsure.outcome) for unsure in last):
            raise self._down(last[-1].outcome)
        for unsure in balance.unsure:
            balance.refused += self._refused_by(unsure.parcel, unsure.outcome)

    def _refused_by(self, parcel: Parcel, outcome: Outcome[Any]) -> list[Refusal]:  # as above
        status = status_of(outcome.covered or outcome)
        word = str(outcome.cause or "refused") if status is None else str(status)
        return self._refusals(parcel, reason_of_end(outcome), outcome.attempts, word)

    def _refusals(self, parcel: Parcel, message: str, attempts: int, status: str) -> list[Refusal]:
        attempt = Attempt(self._name, attempts, status)
        return [Refusal(origin, message, attempt) for origin in parcel.origins]

    def _down(self, outcome: Outcome[Any]) -> UnfinishedError:  # as above
        message = f"the destination `{self._name}` is down: {reason_of_end(outcome)}"
        return UnfinishedError(message, hint="see to it that it is up again")

    def _request(self, parcel: Parcel, headers: tuple[tuple[str, str], ...], body: bytes) -> Request:
        settings = self._settings
        key = () if not parcel.events else ((settings.idempotency_header, header_text(self._key(parcel))),)
        http = HttpRequest(
            url=settings.url,
            timeout_ns=settings.timeout,
            method=settings.method,
            headers=(*settings.headers.items(), *headers, *key),
            body=body,
            follow_redirects=False,
            auth=settings.credentials,
            route=settings.route,
        )
        return Request(self._name, http, (), self._policy)

    def _key(self, parcel: Parcel) -> str:
        """Name the request so that the server knows it again: a batch by the names of all its events."""
        keys = [
            key_of(self._settings.idempotency_key, event, origin)
            for event, origin in zip(parcel.events, parcel.origins, strict=True)
        ]
        if self._settings.binding is not Binding.BATCH:
            return keys[0]
        return hashlib.sha256("\n".join(keys).encode(errors="replace")).hexdigest()


def key_of(expression: Expression, event: bytes, origin: Origin) -> str:
    """Name an event; one for which the expression has no text is named by where it stood and what it is."""
    try:
        key = expression.evaluate(orjson.loads(event))
    except EvaluationError:
        key = None
    if isinstance(key, str) and key:
        return key
    place = f"{origin.file}:{origin.offset}:".encode()
    return hashlib.sha256(place + event).hexdigest()


async def _awaited(opened: Any) -> Any:  # what a context manager gives
    return await opened


def build(name: str, settings: HttpSettings, around: Surroundings) -> Destination:
    """Make the destination."""
    return HttpDestination(name, settings, around)
