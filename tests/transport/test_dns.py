from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from tests.transport.name_servers import (
    Answers,
    cut,
    garbage,
    name_server,
    one_after_the_other,
    silent,
    telling,
    with_other_number,
)
from tests.transport.servers import closed_port
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, TransportFailure
from tiktoktoe_cli.transport.dns import DnsReply, DnsServers, ask, system_servers
from tiktoktoe_cli.transport.dns_message import DnsQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECOND = 1_000_000_000
MS = 1_000_000
FOUND = telling("example.org. 60 IN A 192.0.2.1")
LOOPBACK = "127.0.0.1"


async def asked_at(
    *ports: int, timeout_ns: int = 5 * SECOND, only_tcp: bool = False
) -> DnsReply | TransportFailure:
    """Ask the servers on some ports for an address."""
    servers = DnsServers([(LOOPBACK, port) for port in ports], only_tcp)
    return await ask(DnsQuestion("example.org", "A"), servers, timeout_ns, SystemClock())


def asked(over_udp: Answers, over_tcp: Answers | None = None, **options: Any) -> DnsReply | TransportFailure:
    """Ask one server that answers like this."""

    async def play() -> DnsReply | TransportFailure:
        async with name_server(over_udp, over_tcp) as port:
            return await asked_at(port, **options)

    return asyncio.run(play())


def values(reply: DnsReply | TransportFailure) -> list[str]:
    """List what was found."""
    assert isinstance(reply, DnsReply), reply
    return [record.value for record in reply.answer.records]


def reason(reply: DnsReply | TransportFailure) -> FailureReason:
    """Tell why nothing was found."""
    assert isinstance(reply, TransportFailure), reply
    return reply.reason


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
def test_a_question_is_answered(run: Callable[..., DnsReply | TransportFailure], *, over_tcp: bool) -> None:
    """Over UDP as over TCP, on both loops: the records, who gave them, and how long it took."""

    async def play() -> DnsReply | TransportFailure:
        async with name_server(silent if over_tcp else FOUND, FOUND if over_tcp else None) as port:
            return await asked_at(port, only_tcp=over_tcp)

    reply = run(play())

    assert isinstance(reply, DnsReply)
    assert (values(reply), reply.ip) == (["192.0.2.1"], LOOPBACK)
    assert (reply.timing.connect_ns is not None) == over_tcp
    assert reply.timing.dns_ns is not None
    assert reply.timing.ttfb_ns
    assert reply.timing.total_ns >= reply.timing.ttfb_ns


def test_a_lost_datagram_is_sent_again() -> None:
    """The first question gets lost on its way, and a quarter of the time later the second does not."""
    reply = asked(one_after_the_other(silent, FOUND), timeout_ns=400 * MS)

    assert values(reply) == ["192.0.2.1"]
    assert 100 * MS <= reply.timing.total_ns < 400 * MS


def test_a_cut_answer_is_fetched_over_tcp() -> None:
    """What UDP cannot carry is asked for again, of the same server (RFC 7766, 5)."""
    reply = asked(cut, FOUND)

    assert values(reply) == ["192.0.2.1"]
    assert reply.timing.connect_ns is not None


def test_without_tcp_a_cut_answer_is_none() -> None:
    """Half an answer would be a wrong one."""
    assert reason(asked(cut)) is FailureReason.REFUSED


def test_a_forged_answer_is_passed_over() -> None:
    """Who does not know the number of the question is not believed, and does not get in the way of who does."""
    forged = with_other_number(telling("example.org. 60 IN A 203.0.113.66"))

    reply = asked(lambda question: [*forged(question), *FOUND(question)])

    assert values(reply) == ["192.0.2.1"]


def test_an_answer_from_elsewhere_is_not_heard() -> None:
    """A datagram of another sender never arrives, even with the right number."""

    async def play() -> DnsReply | TransportFailure:
        async with name_server(FOUND, is_forger=True) as port:
            return await asked_at(port, timeout_ns=100 * MS)

    assert reason(asyncio.run(play())) is FailureReason.TIMEOUT


@pytest.mark.parametrize(
    ("over_udp", "expected"),
    [
        (silent, FailureReason.TIMEOUT),
        (garbage, FailureReason.PROTOCOL),
        (with_other_number(FOUND), FailureReason.PROTOCOL),
        (lambda _: (b"", b"\0"), FailureReason.PROTOCOL),
    ],
    ids=["silent", "garbage", "wrong number", "too short"],
)
def test_no_answer_over_udp_has_a_reason(over_udp: Answers, expected: FailureReason) -> None:
    """Silence is not the same as nonsense, and neither takes longer than allowed."""
    reply = asked(over_udp, timeout_ns=200 * MS)

    assert reason(reply) is expected
    assert reply.timing.total_ns < SECOND


@pytest.mark.parametrize(
    ("over_tcp", "expected"),
    [
        (silent, FailureReason.CLOSED),
        (garbage, FailureReason.PROTOCOL),
        (cut, FailureReason.PROTOCOL),
        (with_other_number(FOUND), FailureReason.PROTOCOL),
        (None, FailureReason.REFUSED),
    ],
    ids=["closed", "garbage", "cut", "wrong number", "refused"],
)
def test_no_answer_over_tcp_has_a_reason(over_tcp: Answers | None, expected: FailureReason) -> None:
    """On a connection nobody else speaks: what is wrong there is told at once."""
    reply = asked(silent, over_tcp, only_tcp=True)

    assert reason(reply) is expected
    assert reply.timing.total_ns < SECOND


def test_a_port_where_nobody_listens_is_told_at_once() -> None:
    """The machine says so, and nobody waits for the deadline."""
    port = closed_port()

    reply = asyncio.run(asked_at(port))

    assert isinstance(reply, TransportFailure)
    assert reply.message == f"`127.0.0.1:{port}` refused the connection"
    assert reply.timing.total_ns < SECOND


@pytest.mark.parametrize("dead", [True, False], ids=["refuses", "silent"])
def test_the_next_server_is_asked(*, dead: bool) -> None:
    """Of two servers one is enough."""

    async def play() -> DnsReply | TransportFailure:
        async with name_server(silent) as first, name_server(FOUND) as second:
            return await asked_at(closed_port() if dead else first, second, timeout_ns=400 * MS)

    assert values(asyncio.run(play())) == ["192.0.2.1"]


def test_if_all_servers_refuse_the_last_one_is_named() -> None:
    """Nobody is left to be asked, so that waiting is in vain."""
    first, last = closed_port(), closed_port()

    reply = asyncio.run(asked_at(first, last))

    assert isinstance(reply, TransportFailure)
    assert (reply.reason, f":{last}`" in reply.message) == (FailureReason.REFUSED, True)


def test_a_flood_of_forged_answers_ends_at_the_deadline() -> None:
    """As long as there is something to read, the clock is looked at all the same."""
    forged = with_other_number(FOUND)

    reply = asked(lambda question: [*forged(question)] * 2000, timeout_ns=300 * MS)

    assert reason(reply) is FailureReason.PROTOCOL
    assert reply.timing.total_ns < SECOND


def test_a_server_with_an_unknown_name_is_a_failed_look_up() -> None:
    """Its own name comes before the one that it is asked about."""
    servers = DnsServers([("ns.invalid", 53)])

    reply = asyncio.run(ask(DnsQuestion("example.org", "A"), servers, 5 * SECOND, SystemClock()))

    assert isinstance(reply, TransportFailure)
    assert reply.reason in {FailureReason.DNS, FailureReason.TIMEOUT}
    assert "ns.invalid:53" in reply.message


def test_the_machine_names_its_servers(tmp_path: Path) -> None:
    """As resolv.conf(5) says: a line each, whatever else stands there."""
    path = tmp_path / "resolv.conf"
    path.write_text(
        "# none\nsearch example.org\nnameserver 192.0.2.53\n\nnameserver\tfd00::53 # x\nnameserver\n"
    )

    assert system_servers(path) == (("192.0.2.53", 53), ("fd00::53", 53))
    assert system_servers(tmp_path / "none") == ()
