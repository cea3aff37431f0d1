"""What a hostile or broken world does to a check: it fails with a reason and in time, and takes nothing else down."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.health.checking import check, checked, json_answer
from tests.health.making import SECOND, make_check, make_graph
from tests.transport.name_servers import name_server, silent, telling, with_other_number
from tests.transport.servers import (
    OK,
    Behaviour,
    answering,
    beginning,
    flood,
    redirecting,
    serving,
    trickle,
)
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health import CheckResult, Effects, HealthState
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.probes.tcp import TcpProbe
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.runner import check_system
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.name_servers import Answers
    from tiktoktoe_cli.health import HealthFacts, Observation
    from tiktoktoe_cli.health.probes.outside import Outside

HEAD = b"HTTP/1.1 200 OK\r\n"
LIMIT: dict[str, Any] = {"timeout": "300ms", "retries": 0}


def elapsed_ns(result: CheckResult) -> int:
    """Add up how long the attempts took."""
    return sum(attempt.elapsed_ns for attempt in result.attempts)


@pytest.mark.parametrize(
    "probe",
    [
        {"http": {"url": "http://nobody.invalid/"}},
        {"tcp": {"address": "nobody.invalid:1"}},
        {"icmp": {"host": "nobody.invalid"}},
    ],
)
def test_a_name_that_nobody_has_is_told(probe: dict[str, Any]) -> None:
    """Its look-up fails, or is still under way at the deadline where the name server is dead too (RFC 6761, 6.4)."""
    result = asyncio.run(check(**probe, timeout="1s", retries=0))

    assert result.state is HealthState.UNHEALTHY
    assert result.error in {"dns", "timeout"}
    assert "nobody.invalid" in result.detail
    assert elapsed_ns(result) < 2 * SECOND


@pytest.mark.parametrize(
    ("answers", "delay_s", "error"),
    [
        (telling("a.example. 60 IN A 192.0.2.1"), 0.1, ""),
        (telling("a.example. 60 IN A 192.0.2.1"), 2, "timeout"),
        (with_other_number(telling("a.example. 60 IN A 203.0.113.66")), 0, "protocol"),
        (silent, 0, "timeout"),
        (telling(rcode="SERVFAIL"), 0, ""),
    ],
    ids=["slow", "too slow", "lying", "silent", "in trouble"],
)
def test_a_name_server_in_trouble_is_told(answers: Answers, delay_s: float, error: str) -> None:
    """Slow is not silent, and a lie is not an answer; what it says itself is judged and not a failure."""

    async def play() -> CheckResult:
        async with name_server(answers, delay_s=delay_s) as port:
            return await check(dns={"name": "a.example", "server": f"127.0.0.1:{port}"}, **LIMIT)

    result = asyncio.run(play())

    assert result.error == error
    assert (result.state is HealthState.HEALTHY) == (delay_s == 0.1)
    assert elapsed_ns(result) < SECOND


@pytest.mark.parametrize("host", ["[::1]", "localhost"])
def test_a_server_with_nothing_but_ipv6_is_reached(host: str) -> None:
    """By its address, and by a name that has addresses of both kinds."""
    known = {address[4][0] for address in socket.getaddrinfo("localhost", 80)}
    if host == "localhost" and "::1" not in known:
        pytest.skip("here `localhost` has no address of IPv6")

    async def play() -> CheckResult:
        async with serving(answering(OK), host="::1") as port:
            return await check(http={"url": f"http://{host}:{port}/"}, expect=['ip == "::1"'])

    assert asyncio.run(play()).detail == ""


def test_a_bomb_does_not_go_off() -> None:
    """A quarter of a gigabyte in little, which nobody asked to be packed: as much is unpacked as is kept."""
    packer = zlib.compressobj(wbits=31)  # gzip
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    tracemalloc.start()

    result = checked(answering(head + packed), expect=["status == 200", 'text == ""'], retries=0)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.detail.endswith("; the body was cut after 1048576 bytes")
    assert peak_bytes < 40 * 2**20


@pytest.mark.parametrize("depth", [100_000, 1_000])
def test_deep_json_breaks_nothing(depth: int) -> None:
    """What cannot be read is no JSON, and what cannot be compared has no value; neither is a bug of ours."""
    text = "[" * depth + "]" * depth

    result = checked(answering(json_answer(text)), expect=["body == body && size(body) == 1"], retries=0)

    assert (result.error, result.state) == ("", HealthState.UNHEALTHY)
    assert ("nested too deeply" if depth == 1_000 else "the body is not valid JSON") in result.detail


def test_deep_health_documents_break_nothing() -> None:
    """Where the body is asked how the service is, its depth does not matter either."""
    text = (
        '{"status": "UP", "components": '
        + '{"a": {"status": "UP", "components": ' * 400
        + "{}"
        + "}}" * 400
        + "}"
    )

    result = checked(answering(json_answer(text)), http={"health_document": "auto"}, retries=0)

    assert result.error == ""


@pytest.mark.parametrize(
    ("count", "state", "error"),
    [
        (100, HealthState.HEALTHY, ""),
        (5_000, HealthState.HEALTHY, ""),
        (20_000, HealthState.UNHEALTHY, "protocol"),  # more than the 100 KiB that a head may have
    ],
)
def test_thousands_of_headers_end_well(count: int, state: HealthState, error: str) -> None:
    """They are read, or refused as no valid answer where the head is too long, and do not take long."""
    fields = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(count))

    result = checked(
        answering(HEAD + fields + b"Content-Length: 2\r\n\r\nok"), expect=['headers["x-7"] == "7"'], retries=0
    )

    assert (result.state, result.error) == (state, error)
    assert elapsed_ns(result) < 2 * SECOND


async def _informing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say for ever that the answer is about to come."""
    while True:
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)
        await writer.drain()


async def _extending(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a chunk whose extension has no end."""
    while True:
        writer.write(b"a" * 65536)
        await writer.drain()


@pytest.mark.parametrize(
    ("behave", "error"),
    [
        (beginning(b"", _informing), "protocol"),
        (beginning(HEAD + b"Content-Length: 100\r\n\r\n", trickle), "timeout"),
        (beginning(HEAD + b"X: ", trickle), "timeout"),
        (beginning(HEAD + b"X: ", flood), "protocol"),
        (beginning(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", _extending), "protocol"),
        (
            beginning(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: ", _extending),
            "protocol",
        ),
    ],
    ids=[
        "interim answers",
        "trickling body",
        "trickling head",
        "endless head",
        "endless chunk line",
        "endless trailer",
    ],
)
def test_what_never_ends_is_ended(behave: Behaviour, error: str) -> None:
    """At the deadline, or as soon as it is too much."""
    tracemalloc.start()

    result = checked(behave, **LIMIT)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.error == error
    assert result.state is HealthState.UNHEALTHY
    assert elapsed_ns(result) < SECOND
    assert peak_bytes < 20 * 2**20


def context_of(authority: trustme.CA, name: str = "127.0.0.1", **validity: Any) -> ssl.SSLContext:
    """Make a server's context with a certificate of an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)
    return context


NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("fault", "words", "server_of"),
    [
        (
            "expired",
            f"was valid until {NOW - DAY:%Y-%m-%d}",
            {"not_before": NOW - 3 * DAY, "not_after": NOW - DAY},
        ),
        (
            "not-yet-valid",
            f"is valid from {NOW + DAY:%Y-%m-%d}",
            {"not_before": NOW + DAY, "not_after": NOW + 3 * DAY},
        ),
        ("wrong-name", "it is for `shop.example`", {"name": "shop.example"}),
        ("untrusted-issuer", "name a file with its certificate in `tls.ca`", {}),
    ],
)
def test_a_wrong_certificate_says_what_is_wrong(
    tmp_path: Path, fault: str, words: str, server_of: dict[str, Any]
) -> None:
    """Machines read that it was TLS and what was wrong, people read the rest, and what was shown is known."""
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    (trustme.CA() if fault == "untrusted-issuer" else authority).cert_pem.write_to_path(str(ca))
    expect = [f'error == "tls" && tls.fault == "{fault}" && !tls.verified && has(tls.not_after)']

    result = checked(
        answering(OK), tls=context_of(authority, **server_of), http={"tls": {"ca": str(ca)}}, retries=0
    )
    judged = checked(
        answering(OK),
        tls=context_of(authority, **server_of),
        http={"tls": {"ca": str(ca)}},
        expect=expect,
        retries=0,
    )

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "tls")
    assert words in result.detail
    assert (judged.state, judged.detail) == (HealthState.HEALTHY, "")


@pytest.mark.parametrize("kind", ["http", "tls", "tcp", "websocket", "redis", "grpc"])
def test_every_probe_says_the_same_about_a_certificate(tmp_path: Path, kind: str) -> None:
    """Whoever made the handshake: who issued it, and how to trust that authority."""
    ca = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    stranger = trustme.CA(organization_name="Strangers")

    async def play() -> CheckResult:
        async with serving(answering(OK), context_of(stranger)) as port:
            at = {"http": f"https://127.0.0.1:{port}/", "websocket": f"wss://127.0.0.1:{port}/"}
            where = {"url": at[kind]} if kind in at else {"address": f"127.0.0.1:{port}"}
            trust = {"ca": str(ca)} if kind == "tls" else {"tls": {"ca": str(ca)}}
            return await check(**{kind: {**where, **trust}}, retries=0)

    result = asyncio.run(play())

    assert result.error == "tls"
    assert (
        "O=Strangers`; to trust that authority, name a file with its certificate in `tls.ca`" in result.detail
    )
    assert result.session


def test_a_redirect_to_tls_is_followed(tmp_path: Path) -> None:
    """From http to https, as most servers do it."""
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))

    async def play() -> CheckResult:
        async with serving(answering(OK), context_of(authority)) as secure:
            there = redirecting(f"https://127.0.0.1:{secure}/")
            async with serving(answering(there)) as port:
                http = {"url": f"http://127.0.0.1:{port}/", "tls": {"ca": str(ca)}}
                return await check(
                    http=http, expect=["redirects == 1", 'url.startsWith("https:")', "tls.verified"]
                )

    assert asyncio.run(play()).detail == ""


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("file:///etc/passwd", "protocol"),
        ("ftp://127.0.0.1/x", "protocol"),
        ("gopher:x", "protocol"),
        ("/", "too-many-redirects"),
    ],
)
def test_a_redirect_leads_to_web_servers_only(location: str, error: str) -> None:
    """Nobody makes a check read a file of this machine, or run in circles."""
    result = checked(answering(redirecting(location)), retries=0)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, error)


class _Broken(TcpProbe):
    """Breaks its promise to raise nothing."""

    raises: str = "bug"
    """How."""

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Raise."""
        del timeout_ns, outside
        if self.raises == "usage":
            raise UsageError("`x` is not installed", hint="run `pip install x`")
        if self.raises == "memory":
            raise MemoryError
        raise ValueError("sesame-1")


def run_beside(broken: str) -> HealthFacts:
    """Run a check that breaks beside one that passes."""

    async def play() -> HealthFacts:
        clock = SystemClock()
        async with serving(answering(OK)) as port, open_probes(clock, {}) as probe:
            good = make_check(http={"url": f"http://127.0.0.1:{port}/"})
            bad = make_check(tcp=_Broken.model_validate({"address": f"127.0.0.1:{port}", "raises": broken}))
            checks = {"bad": (bad,), "good": (good,)}
            return await check_system(Round(checks, make_graph(bad=[], good=[])), Effects(probe, clock))

    return asyncio.run(play())


def test_a_bug_in_one_check_is_told_and_the_others_are_made() -> None:
    """It says where to look, and keeps to itself what the exception quotes."""
    bad, good = run_beside("bug").services

    assert (bad.state, good.state) == (HealthState.ERROR, HealthState.HEALTHY)
    assert bad.checks[0].error == "bug"
    assert "ValueError in test_faults.py:" in bad.checks[0].detail
    assert "sesame" not in bad.checks[0].detail
    assert len(bad.checks[0].attempts) == 1


def test_a_machine_without_memory_is_not_a_bug() -> None:
    """What was answered did not fit: nothing is learnt about the service."""
    bad, good = run_beside("memory").services

    assert (bad.state, good.state) == (HealthState.ERROR, HealthState.HEALTHY)
    assert (bad.checks[0].error, "memory" in bad.checks[0].detail) == ("no-memory", True)


def test_what_a_user_can_mend_is_told_with_its_hint() -> None:
    """A package that is missing concerns one check and not the run."""
    bad, good = run_beside("usage").services

    assert (bad.state, good.state) == (HealthState.ERROR, HealthState.HEALTHY)
    assert bad.checks[0].detail == "`x` is not installed; run `pip install x`"
