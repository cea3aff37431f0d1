from __future__ import annotations

import asyncio
import ssl
import sys
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.health.checking import check, checked, json_answer
from tests.health.making import MS, SECOND
from tests.transport.servers import (
    OK,
    answering,
    beginning,
    closed_port,
    flood,
    redirecting,
    reset,
    serving,
    stay_silent,
)
from tiktoktoe_cli.health import CheckResult, HealthState

if TYPE_CHECKING:
    from pathlib import Path


DOWN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


def test_a_good_answer_is_healthy() -> None:
    """Status, body, headers and phases of a real answer can be expected."""
    result = checked(
        answering(json_answer('{"status": "UP", "queue": 3}')),
        expect=[
            "status == 200",
            'body.status == "UP" && body.queue < 10',
            'headers["content-type"] == "application/json"',
            'timing.connect <= timing.total && timing.total < duration("5s")',
            'url.endsWith("/health")',
            'connected && error == ""',
        ],
    )

    assert (result.state, result.detail) == (HealthState.HEALTHY, "")
    assert result.timing.ttfb_ns


@pytest.mark.parametrize(
    "probe", [{"http": {"url": "http://localhost:{port}/"}}, {"tcp": {"address": "localhost:{port}"}}]
)
def test_the_look_up_of_a_name_is_a_phase(probe: dict[str, dict[str, str]]) -> None:
    """Who waits for the name server sees it, beside the connection that follows."""
    ((kind, address),) = probe.items()

    async def play() -> CheckResult:
        async with serving(answering(OK)) as port:
            at = {key: text.format(port=port) for key, text in address.items()}
            return await check(
                **{kind: at},
                expect=[
                    'connected && timing.dns > duration("0s")',
                    "timing.dns + timing.connect <= timing.total",
                ],
            )

    assert asyncio.run(play()).detail == ""


def test_a_server_that_recovers_is_healthy_after_a_retry() -> None:
    """A 500 and then a 200: healthy, at the second attempt."""
    result = checked(answering(DOWN, OK))

    assert result.state is HealthState.HEALTHY
    assert [attempt.state for attempt in result.attempts] == [HealthState.UNHEALTHY, HealthState.HEALTHY]


def test_a_dead_service_is_unhealthy() -> None:
    """Nobody listens: the reason is a word for machines and a line for people."""
    port = closed_port()

    result = asyncio.run(check(http={"url": f"http://127.0.0.1:{port}/"}, retries=1))

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "refused")
    assert result.detail == f"`127.0.0.1:{port}` refused the connection"
    assert len(result.attempts) == 2


def test_a_silent_service_is_unhealthy_in_time() -> None:
    """The timeout holds, retries or not."""
    result = checked(stay_silent, timeout="200ms", retries=3)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "timeout")
    assert sum(attempt.elapsed_ns for attempt in result.attempts) < 5 * 200 * MS


def test_a_connection_that_breaks_off_is_unhealthy() -> None:
    """Half an answer is none."""
    half = beginning(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", reset)

    result = checked(half, retries=0)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "reset")


def test_an_endless_body_is_judged_by_its_beginning() -> None:
    """What was cut is told where it matters."""
    result = checked(beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood), retries=0, expect=['body == "x"'])

    assert result.state is HealthState.UNHEALTHY
    assert result.detail.endswith("; the body was cut after 1048576 bytes")


def test_what_a_cut_body_does_not_hold_is_not_known() -> None:
    """Nobody has seen the rest of it: it is no more than degraded, and says why."""
    endless = beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood)

    result = checked(endless, http={"max_body": "2"}, expect=["status == 200", "!text.contains('FATAL')"])

    assert result.state is HealthState.DEGRADED
    assert result.detail == (
        "`!text.contains('FATAL')` held on what was kept of `text`; the rest was not seen; "
        "the body was cut after 2 bytes"
    )


def test_a_check_says_how_much_of_a_body_it_reads() -> None:
    """Where a mebibyte is too much, less of it is kept."""
    endless = beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood)

    result = checked(endless, http={"max_body": "2"}, retries=0, expect=['body == "xx"', "status == 0"])

    assert result.detail.endswith("`status` is 200; the body was cut after 2 bytes")


def test_invalid_json_is_unhealthy_and_explained() -> None:
    """A field of a body that is no JSON is no pass, and the message says why."""
    result = checked(answering(json_answer("{oops")), retries=0, expect=['body.status == "UP"'])

    assert result.state is HealthState.UNHEALTHY
    assert result.detail.endswith("; the body is not valid JSON")


def test_a_self_signed_certificate_is_unhealthy() -> None:
    """Nobody vouches for the certificate, and the check says so."""
    result = checked(answering(OK), tls=context_of(trustme.CA()), retries=0)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "tls")
    assert "certificate" in result.detail


def context_of(authority: trustme.CA) -> ssl.SSLContext:
    """Make a server's context with a certificate of an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_an_authority_of_our_own_can_be_trusted(tmp_path: Path) -> None:
    """A service whose certificate the machine does not know is healthy to who names its authority."""
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))

    result = checked(answering(OK), tls=context_of(authority), http={"tls": {"ca": str(ca)}})

    assert (result.state, result.detail) == (HealthState.HEALTHY, "")


def test_an_authority_that_is_not_there_is_our_error(tmp_path: Path) -> None:
    """Without its file nothing can be said about the service, and trying again does not help."""
    missing = tmp_path / "ca.pem"

    result = checked(answering(OK), tls=context_of(trustme.CA()), http={"tls": {"ca": str(missing)}})

    assert (result.state, result.error, len(result.attempts)) == (HealthState.ERROR, "tls-files", 1)
    assert str(missing) in result.detail


def test_a_service_behind_a_proxy_is_asked_through_it() -> None:
    """The proxy is told the whole address (RFC 9112, 3.2.2), and looks up the name."""
    heads: list[str] = []

    async def play() -> CheckResult:
        async with serving(answering(OK, heads=heads)) as port:
            proxy = {"url": f"http://127.0.0.1:{port}"}
            return await check(http={"url": "http://shop.invalid/health", "proxy": proxy})

    assert asyncio.run(play()).state is HealthState.HEALTHY
    assert heads[0].startswith("GET http://shop.invalid/health HTTP/1.1\r\n")


def test_redirects_beyond_the_limit_are_a_failure() -> None:
    """Where none may be followed, the first one is one too many."""
    result = checked(answering(redirecting("/again")), http={"max_redirects": 0}, retries=0)

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "too-many-redirects")


def test_a_redirect_can_be_the_answer() -> None:
    """Without following it, its status can be expected."""
    redirect = b"HTTP/1.1 301 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"

    result = checked(
        answering(redirect),
        http={"follow_redirects": False},
        expect=["status == 301", 'headers.location == "/there"'],
    )

    assert result.state is HealthState.HEALTHY


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"basic": {"username": "Aladdin", "password": "open sesame"}}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ({"bearer": "mF_9.B5f-4.1JqM"}, "Bearer mF_9.B5f-4.1JqM"),
    ],
    ids=["RFC 7617", "RFC 6750"],
)
def test_credentials_are_sent(auth: dict[str, object], header: str) -> None:
    """The examples of the two standards come out as the standards say."""
    heads: list[str] = []

    checked(answering(OK, heads=heads), http={"auth": auth, "method": "POST", "headers": {"X-A": "b"}})

    assert heads[0].startswith("POST /health ")
    assert f"authorization: {header}\r\n" in heads[0]
    assert "X-A: b\r\n" in heads[0]


def test_a_token_is_fetched_and_sent() -> None:
    """With a client's credentials the token server is asked first; its token is the one of RFC 6749, 5.1."""
    token = json_answer('{"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "bearer"}')
    heads: list[str] = []

    async def play() -> CheckResult:
        async with serving(answering(token, OK, heads=heads)) as port:
            server = f"http://127.0.0.1:{port}"
            client = {"token_url": f"{server}/token", "client_id": "c", "client_secret": "open sesame"}
            return await check(http={"url": f"{server}/health", "auth": {"oauth2": client}})

    assert asyncio.run(play()).state is HealthState.HEALTHY
    assert [head.split()[1] for head in heads] == ["/token", "/health"]
    assert "authorization: Bearer 2YotnFZFEjr1zCsicMWpAA\r\n" in heads[1]


def test_a_port_is_connected_to() -> None:
    """The tcp probe passes where somebody listens, and fails where nobody does."""

    async def play() -> tuple[CheckResult, CheckResult]:
        async with serving(stay_silent) as port:
            there = await check(tcp={"address": f"127.0.0.1:{port}"})
        return there, await check(tcp={"address": f"127.0.0.1:{port}"}, retries=0)

    there, gone = asyncio.run(play())

    assert there.state is HealthState.HEALTHY
    assert (gone.state, gone.error) == (HealthState.UNHEALTHY, "refused")


def test_a_closed_port_can_be_what_is_expected() -> None:
    """A negative check passes where nobody listens."""
    result = asyncio.run(check(tcp={"address": f"127.0.0.1:{closed_port()}"}, expect=["!connected"]))

    assert result.state is HealthState.HEALTHY


@pytest.mark.parametrize(
    ("code", "expect", "state"),
    [
        ("", None, HealthState.HEALTHY),
        ("raise SystemExit(3)", None, HealthState.UNHEALTHY),
        ("raise SystemExit(3)", ["exit_code == 3"], HealthState.HEALTHY),
        ("print('a'); print('queue 7')", ['stdout.endsWith("queue 7")'], HealthState.HEALTHY),
        ("print('FATAL\\n' * 21)", ["!stdout.contains('panic')"], HealthState.DEGRADED),
        ("print('FATAL\\n' * 20, end='')", ["!stdout.contains('panic')"], HealthState.HEALTHY),
        ("print('a\\n' * 21)", ["!stderr.contains('panic')"], HealthState.HEALTHY),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ["exit_code == -9"], HealthState.HEALTHY),
    ],
)
def test_a_program_is_judged_by_its_end(code: str, expect: list[str] | None, state: HealthState) -> None:
    """Exit code and output of a real program can be expected; 0 is, if nothing is said."""
    expectations = {"expect": expect} if expect else {}

    result = asyncio.run(check(exec={"run": [sys.executable, "-c", code]}, retries=0, **expectations))

    assert result.state is state


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print('out'); sys.exit('no queue\\nno disk')", "; its last line is `no disk`"),
        ("print('a'); print('b'); raise SystemExit(2)", "; its last line is `b`"),
        ("raise SystemExit(2)", "`exit_code` is 2"),
    ],
)
def test_a_program_that_fails_is_quoted(code: str, words: str) -> None:
    """The last line of what went wrong, or else of what it wrote, stands in the detail."""
    result = asyncio.run(check(exec={"run": [sys.executable, "-c", code]}, retries=0))

    assert result.state is HealthState.UNHEALTHY
    assert result.detail.endswith(words)


def test_a_program_that_does_not_end_is_killed() -> None:
    """The timeout ends the program too."""
    program = {"run": [sys.executable, "-c", "import time; time.sleep(60)"]}

    result = asyncio.run(check(exec=program, timeout="300ms"))

    assert (result.state, result.error) == (HealthState.UNHEALTHY, "timeout")
    assert result.detail.endswith("was still running after 300ms, and was killed")
    assert result.timing.total_ns < 10 * SECOND


def test_a_program_that_is_not_there_is_our_error(tmp_path: Path) -> None:
    """A check that cannot be carried out says nothing about the service, and is not repeated."""
    result = asyncio.run(check(exec={"run": ["./nothing"], "cwd": str(tmp_path)}))

    assert (result.state, result.error) == (HealthState.ERROR, "not-started")
    assert result.detail == f"there is no program `./nothing` in `{tmp_path}`"
    assert len(result.attempts) == 1
