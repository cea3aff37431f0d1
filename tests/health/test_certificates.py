from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.health.making import ScriptedProbe, answered, make_check
from tiktoktoe_cli.expressions import Duration, Timestamp, compile_expression
from tiktoktoe_cli.health import Effects, HealthState
from tiktoktoe_cli.health.certificates import tls_variables
from tiktoktoe_cli.health.runner import run_check
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.transport import TlsSession

if TYPE_CHECKING:
    from typing import Any

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = 1_000_000_000
AUTHORITY = trustme.CA()


def issued(not_after: datetime = END) -> bytes:
    """Issue a certificate, in DER."""
    made = AUTHORITY.issue_cert("shop.example", "127.0.0.1", not_before=START, not_after=not_after)
    return ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())


def variables(*chain: bytes, fault: str = "", is_verified: bool = True) -> dict[str, Any]:
    """Name what is known of a session at `NOW`."""
    session = TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", chain, is_verified)
    return tls_variables(session, fault, int(NOW.timestamp()) * SECOND)


def test_a_certificate_can_be_expected() -> None:
    """The server's own certificate is named in full, with what is left of it."""
    der = issued()

    seen = variables(der)

    assert {name: seen[name] for name in ("version", "cipher", "verified", "fault", "names")} == {
        "version": "TLSv1.3",
        "cipher": "TLS_AES_128_GCM_SHA256",
        "verified": True,
        "fault": "",
        "names": ["shop.example", "127.0.0.1"],
    }
    assert seen["expires_in"] == seen["chain_expires_in"] == Duration.from_timedelta(timedelta(days=30))
    assert (seen["not_before"], seen["not_after"]) == (
        Timestamp.from_datetime(START),
        Timestamp.from_datetime(END),
    )
    assert seen["fingerprint"] == hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('tls.expires_in > duration("336h")', True),
        ('tls.chain_expires_in > duration("336h")', False),
        ('tls.not_after < timestamp("2026-12-02T00:00:00Z")', True),
        ('"shop.example" in tls.names && tls.verified', True),
        ('tls.version == "TLSv1.3" && tls.fault == ""', True),
    ],
)
def test_whatever_expires_first_decides_about_the_chain(text: str, holds: bool) -> None:  # noqa: FBT001  # a case
    """A certificate in the middle with ten days left is a warning about the chain, and not about the leaf."""
    seen = variables(issued(), issued(NOW + timedelta(days=10)))

    assert compile_expression(text, variables=("tls",))({"tls": seen}) is holds


def test_what_has_expired_has_less_than_nothing_left() -> None:
    """A certificate that was refused shows for how long it has not been valid."""
    seen = variables(issued(NOW - timedelta(days=1)), fault="expired", is_verified=False)

    assert seen["expires_in"] == Duration.from_timedelta(timedelta(days=-1))
    assert (seen["fault"], seen["verified"]) == ("expired", False)


def test_for_ever_is_as_long_as_cel_knows() -> None:
    """The year 9999 means that there is no end (RFC 5280, 4.1.2.5); durations hold 292 years."""
    seen = variables(issued(datetime(9999, 12, 31, tzinfo=UTC)))

    assert seen["expires_in"] == Duration(2**63 - 1)


def test_a_chain_that_cannot_be_read_in_full_has_no_end() -> None:
    """Nobody knows when it expires, so that no expectation about that holds."""
    seen = variables(issued(), b"nothing")

    assert "expires_in" in seen
    assert "chain_expires_in" not in seen


@pytest.mark.parametrize("chain", [(), (b"nothing", issued())])
def test_without_a_certificate_only_the_session_is_known(chain: tuple[bytes, ...]) -> None:
    """What stands behind a certificate that cannot be read does not take its place."""
    assert variables(*chain).keys() == {"version", "cipher", "verified", "fault"}


class Dated(VirtualClock):
    """A clock that has counted nothing yet, on a day after the end of the certificate."""

    def wall_now(self) -> int:
        """Return that day."""
        return int((END + timedelta(days=1)).timestamp()) * SECOND


def test_dates_are_compared_with_the_wall_clock() -> None:
    """A clock that only counts would never see a certificate end that was good when we began."""
    seen = replace(answered(200), session=TlsSession("TLSv1.3", "AES", (issued(),), is_verified=True))
    check = make_check(expect=['tls.expires_in > duration("0s")'])
    clock = Dated()

    result = asyncio.run(run_check("s", check, Effects(ScriptedProbe([seen], clock), clock)))

    assert result.state is HealthState.UNHEALTHY
    assert result.detail.endswith('`tls.expires_in` is "-1d"')
