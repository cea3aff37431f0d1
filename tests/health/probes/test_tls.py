from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP

from tests.health.probes.looking import SECOND, look, looked
from tests.health.probes.servers_databases import running_postgres
from tests.transport.servers import closed_port, stay_silent
from tiktoktoe_cli.expressions import Timestamp, compile_expression
from tiktoktoe_cli.health.certificates import tls_variables
from tiktoktoe_cli.health.probes.tls import TlsProbe
from tiktoktoe_cli.transport.starttls import StartTls

if TYPE_CHECKING:
    import ssl

    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation

PAST: dict[str, Any] = {
    "not_before": datetime(2019, 1, 1, tzinfo=UTC),
    "not_after": datetime(2020, 1, 1, tzinfo=UTC),
}


def tls_of(seen: Observation) -> dict[str, Any]:
    """Read the variable `tls` of an observation, in the year 2026."""
    assert seen.session, seen
    fault = seen.failure.tls_fault if seen.failure else ""
    return tls_variables(seen.session, fault, int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND)


@pytest.fixture
def ca(certificates: Certificates) -> str:
    """Return the file of the authority that servers of the tests have."""
    return str(certificates.folder / "ca.pem")


def test_a_handshake_is_observed(certificates: Certificates, ca: str) -> None:
    """Address, session and phases are there; the usual warning about the end of the chain holds."""
    seen = looked(TlsProbe, stay_silent, certificates.server(), ca=ca)

    assert seen.failure is None
    assert seen.values == {"ip": "127.0.0.1"}
    assert seen.timing.tls_ns
    assert tls_of(seen)["names"] == ["127.0.0.1"]
    (usual,) = TlsProbe.assumed_warn
    assert compile_expression(usual, variables=("tls",))({"tls": tls_of(seen)}) is True


def test_an_expired_certificate_shows_its_date(certificates: Certificates, ca: str) -> None:
    """The check fails, and reports still know when the certificate has expired."""
    seen = looked(TlsProbe, stay_silent, certificates.server(**PAST), ca=ca)

    assert seen.failure
    assert (seen.failure.reason, seen.failure.tls_fault) == ("tls", "expired")
    assert seen.failure.message.endswith("was valid until 2020-01-01 00:00 UTC")
    shown = tls_of(seen)
    assert (shown["verified"], shown["fault"]) == (False, "expired")
    assert shown["not_after"] == Timestamp.from_datetime(PAST["not_after"])
    assert shown["expires_in"].ns < 0


def test_verification_can_be_left_out(certificates: Certificates) -> None:
    """Then there is no fault, and no verification either."""
    seen = looked(TlsProbe, stay_silent, certificates.server(**PAST), verify=False)

    assert seen.failure is None
    assert (tls_of(seen)["verified"], tls_of(seen)["fault"]) == (False, "")


def test_a_closed_port_shows_nothing(ca: str) -> None:
    """Without a handshake there is no certificate to talk of."""
    seen = asyncio.run(look(TlsProbe, address=f"127.0.0.1:{closed_port()}", ca=ca))

    assert seen.failure
    assert (seen.failure.reason, seen.session, seen.values) == ("refused", None, {})


def test_an_authority_that_is_not_there_is_our_error() -> None:
    """Without its file nothing can be said about the server."""
    seen = asyncio.run(look(TlsProbe, address=f"127.0.0.1:{closed_port()}", ca="/nowhere/ca.pem"))

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("tls-files", True)


@pytest.mark.parametrize("protocol", list(StartTls))
def test_every_protocol_can_be_named(protocol: StartTls) -> None:
    """Six protocols are known by name."""
    probe = TlsProbe.model_validate({"address": "h:1", "starttls": protocol.value})

    assert probe.starttls is protocol


async def _smtp_server(context: ssl.SSLContext | None) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(Sink(), tls_context=context), "127.0.0.1", 0)


def looked_at_smtp(context: ssl.SSLContext | None, ca: str) -> Observation:
    """Let the probe look at a real mail server."""

    async def play() -> Observation:
        server = await _smtp_server(context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await look(TlsProbe, address=f"127.0.0.1:{port}", starttls="smtp", ca=ca)

    return asyncio.run(play())


def test_a_real_mail_server_goes_over_to_tls(certificates: Certificates, ca: str) -> None:
    """A server that offers STARTTLS keeps its word."""
    seen = looked_at_smtp(certificates.server(), ca)

    assert seen.failure is None
    assert tls_of(seen)["verified"]
    assert seen.timing.ttfb_ns


def test_a_real_mail_server_without_tls_is_quoted(ca: str) -> None:
    """What it offers instead stands in the message."""
    seen = looked_at_smtp(None, ca)

    assert seen.failure
    assert seen.failure.reason == "protocol"
    assert "asked for TLS over smtp, it answers `250-" in seen.failure.message


def test_a_real_postgresql_goes_over_to_tls(certificates: Certificates, ca: str) -> None:
    """The database needs no login to show its certificate, and hears of a wrong name nothing but the end."""
    with running_postgres(certificates.authority) as server:
        address = f"127.0.0.1:{server.port}"
        seen = asyncio.run(look(TlsProbe, address=address, starttls="postgres", ca=ca))
        refused = asyncio.run(
            look(TlsProbe, address=address, starttls="postgres", ca=ca, server_name="other.example")
        )

    assert seen.failure is None, seen.failure
    assert tls_of(seen)["names"] == ["127.0.0.1"]
    assert refused.failure
    assert refused.failure.tls_fault == "wrong-name"
    assert refused.failure.message.endswith("; it is for `127.0.0.1`")
