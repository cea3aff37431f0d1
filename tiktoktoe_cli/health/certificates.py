"""A TLS session → the variables that expectations read from it; pure, with the time handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions import Duration, Timestamp
from tiktoktoe_cli.expressions.values import INT_MAX
from tiktoktoe_cli.transport.certificates import read_chain

if TYPE_CHECKING:
    from tiktoktoe_cli.transport import TlsSession
    from tiktoktoe_cli.transport.certificates import Certificate

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def tls_variables(session: TlsSession, fault: str, now_ns: int) -> dict[str, Any]:  # CEL values
    """Name what is known of a session; `fault` is the word of what was wrong in its handshake, `now_ns` since 1970.

    What cannot be read of a certificate is missing, and with it all that would be said about the whole chain.
    """
    chain = read_chain(session.chain)
    values: dict[str, Any] = {
        "version": session.version,
        "cipher": session.cipher,
        "verified": session.is_verified,
        "fault": fault,
    }
    if chain:
        values |= _leaf_variables(chain[0], now_ns)
    if chain and len(chain) == len(session.chain):
        values["chain_expires_in"] = min(_left(one, now_ns) for one in chain)
    return values


def _leaf_variables(leaf: Certificate, now_ns: int) -> dict[str, Any]:
    return {
        "expires_in": _left(leaf, now_ns),
        "not_before": Timestamp.from_datetime(leaf.not_before),
        "not_after": Timestamp.from_datetime(leaf.not_after),
        "subject": leaf.subject,
        "issuer": leaf.issuer,
        "names": list(leaf.names),
        "serial": leaf.serial,
        "fingerprint": leaf.fingerprint_sha256,
    }


def _left(certificate: Certificate, now_ns: int) -> Duration:
    """How long a certificate is still valid, negative if it was; CEL knows no more than 292 years."""
    left_ns = (certificate.not_after - _EPOCH) // timedelta(seconds=1) * NS_PER_S - now_ns
    return Duration(max(min(left_ns, INT_MAX), -INT_MAX))
