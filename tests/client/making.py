"""Short ways to make requests, policies and answers, and a network that answers what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from tiktoktoe_cli.client.client import Client, Surroundings
from tiktoktoe_cli.client.request import Request, request_of
from tiktoktoe_cli.client.settings import RequestSettings
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.resilience.settings import PolicySettings
from tiktoktoe_cli.transport import FailureReason, HttpReply, HttpRequest, Timing, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.client.story import Happening

MS = 1_000_000
SECOND = 1_000_000_000
URL = "http://payments:8080/charge"
TIMING = Timing(total_ns=5 * MS, dns_ns=0, connect_ns=MS, ttfb_ns=3 * MS, transfer_ns=MS)
REFUSED = TransportFailure(FailureReason.REFUSED, "`payments:8080` refused the connection", Timing(MS))
LATE = TransportFailure(FailureReason.TIMEOUT, "no complete answer within 1s", Timing(SECOND))


def settings(**words: Any) -> RequestSettings:
    """Read a request as the YAML holds it."""
    return RequestSettings.model_validate({"url": URL, **words})


def request(name: str = "charge", **words: Any) -> Request:
    """Make a request ready."""
    return request_of(name, settings(**words))


def policy(*layers: Any) -> Any:
    """Read a policy as the YAML holds it."""
    return TypeAdapter(PolicySettings).validate_python(list(layers))


def reply(status: int = 200, body: bytes = b"", **headers: str) -> HttpReply:
    """Make an answer; underscores in names of headers stand for dashes."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpReply(status, URL, named, body, is_cut=False, redirects=0, timing=TIMING)


@dataclass
class Network:
    """Gives these answers one after the other, the last one for ever; each takes `latency_ns` of virtual time."""

    answers: list[HttpReply | TransportFailure]
    clock: VirtualClock = field(default_factory=VirtualClock)
    latency_ns: int = 5 * MS
    asked: list[tuple[int, HttpRequest]] = field(default_factory=list)

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Note who asks, and when, and answer."""
        self.asked.append((self.clock.now(), request))
        await self.clock.sleep(self.latency_ns)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def client(
        self,
        policies: Mapping[str, Any],
        requests: Mapping[str, RequestSettings] | None = None,
        **around: Any,
    ) -> Client:
        """Make a client of this network."""
        random = Random(7)  # noqa: S311  # a test
        return Client(self, Surroundings(policies, requests or {}, self.clock, random, **around))


@dataclass
class Diary:
    """Writes down what is told."""

    entries: list[tuple[str, Happening]] = field(default_factory=list)

    def tell(self, name: str, event: Happening) -> None:
        """Write it down."""
        self.entries.append((name, event))

    @property
    def kinds(self) -> list[str]:
        """What was told, as the names of the events' classes."""
        return [type(event).__name__ for _, event in self.entries]
