"""Certificates as people read them: whose they are, who vouches for them, and how long."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.transport.exchange import TlsFault
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from cryptography import x509


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate (RFC 5280).

    `subject` and `issuer` are written as RFC 4514 does; `names` are the hosts, addresses and URIs that it is for.
    `serial` and `fingerprint_sha256` are in hexadecimal digits. `key` is such as `EC P-256` or `RSA 2048`, and
    `signature_algorithm` such as `ECDSA with SHA256`.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    serial: str
    not_before: datetime
    not_after: datetime
    fingerprint_sha256: str
    key: str
    signature_algorithm: str
    is_authority: bool

    @property
    def title(self) -> str:
        """What to call it: its subject, or else the first of its names."""
        return quoted(self.subject or next(iter(self.names), f"serial {self.serial}"))


def read_chain(ders: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Read certificates in DER, up to the first that cannot be read.

    So each one that is returned stands where it stood, and the server's own is never mistaken for another. OpenSSL
    takes a few that the standard forbids, such as one with a negative serial number; `cryptography` does not.
    """
    read = (_read(der) for der in ders)
    return tuple(takewhile(lambda one: one is not None, read))  # type: ignore[arg-type]  # mypy does not see it


def _read(der: bytes) -> Certificate | None:
    import warnings

    from cryptography import x509

    with warnings.catch_warnings():  # about what is odd, and what will not be read any more in times to come
        warnings.simplefilter("ignore", UserWarning)
        try:
            return _certificate(x509.load_der_x509_certificate(der))
        except (ValueError, TypeError, x509.InvalidVersion):  # what it raises for bytes that are damaged
            return None


def _certificate(parsed: x509.Certificate) -> Certificate:
    from cryptography.hazmat.primitives import hashes

    return Certificate(
        subject=parsed.subject.rfc4514_string(),
        issuer=parsed.issuer.rfc4514_string(),
        names=tuple(_names(parsed)),
        serial=f"{parsed.serial_number:x}",
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        fingerprint_sha256=parsed.fingerprint(hashes.SHA256()).hex(),
        key=_key(parsed),
        signature_algorithm=_signature_algorithm(parsed),
        is_authority=_is_authority(parsed),
    )


def _extension(parsed: x509.Certificate, kind: type[x509.ExtensionType]) -> Any:  # Any: of that kind
    """Return an extension of a certificate; None if it is not there, or if nobody could read it."""
    from cryptography import x509

    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return None


def _names(parsed: x509.Certificate) -> Iterator[str]:
    from cryptography import x509

    shown = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier, x509.RFC822Name)
    for name in _extension(parsed, x509.SubjectAlternativeName) or ():
        if isinstance(name, shown):
            yield str(name.value)


def _is_authority(parsed: x509.Certificate) -> bool:
    from cryptography import x509

    constraints = _extension(parsed, x509.BasicConstraints)
    return bool(constraints and constraints.ca)


_CURVES: Final[Mapping[str, str]] = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""The curves that have a better known name (FIPS 186-5)."""


def _key(parsed: x509.Certificate) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key = parsed.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return parsed.public_key_algorithm_oid.dotted_string
    kind = type(key).__name__.removesuffix("PublicKey").lstrip("_")
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
    size = getattr(key, "key_size", None)
    return f"{kind} {size}" if size else kind


def _signature_algorithm(parsed: x509.Certificate) -> str:
    from cryptography.x509.oid import SignatureAlgorithmOID

    oid = parsed.signature_algorithm_oid
    known = (name for name, value in vars(SignatureAlgorithmOID).items() if value == oid)
    name = next(known, oid.dotted_string)
    return name.lstrip("_").replace("_WITH_", " with ").replace("_", "-")


def describe_fault(fault: TlsFault | None, chain: Sequence[Certificate]) -> str:
    """Say what it is about some certificates that makes a fault of them; empty if that is not known."""
    say = _SAYINGS.get(fault) if fault else None
    return say(chain) if say and chain else ""


_TRUST: Final = "to trust {}, name a file with its certificate in `tls.ca`"


def _say_end(chain: Sequence[Certificate]) -> str:
    first = min(chain, key=lambda one: one.not_after)
    return f"{first.title} was valid until {_written(first.not_after)}"


def _say_beginning(chain: Sequence[Certificate]) -> str:
    last = max(chain, key=lambda one: one.not_before)
    return f"{last.title} is valid from {_written(last.not_before)}"


def _say_names(chain: Sequence[Certificate]) -> str:
    return f"it is for {listed(chain[0].names, limit=5) or 'no name'}"


def _say_issuer(chain: Sequence[Certificate]) -> str:
    return f"it was issued by {quoted(chain[-1].issuer)}; {_TRUST.format('that authority')}"


def _say_subject(chain: Sequence[Certificate]) -> str:
    return f"it is that of {chain[0].title}; {_TRUST.format('it')}"


_SAYINGS: Final[Mapping[TlsFault, Callable[[Sequence[Certificate]], str]]] = {
    TlsFault.EXPIRED: _say_end,
    TlsFault.NOT_YET_VALID: _say_beginning,
    TlsFault.WRONG_NAME: _say_names,
    TlsFault.UNTRUSTED_ISSUER: _say_issuer,
    TlsFault.SELF_SIGNED: _say_subject,
}


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
