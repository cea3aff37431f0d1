from __future__ import annotations

import hashlib
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport import TlsFault
from tiktoktoe_cli.transport.certificates import Certificate, describe_fault, read_chain

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
END = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


def der_of(pem: trustme.Blob) -> bytes:
    """Return the bytes of a certificate."""
    return ssl.PEM_cert_to_DER_cert(pem.bytes().decode())


def signed(
    key: CertificateIssuerPrivateKeyTypes,
    *,
    names: list[x509.GeneralName] | None = None,
    common_name: str = "a",
) -> bytes:
    """Make a certificate that signs itself, in DER."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Shop, Inc."),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(START)
        .not_valid_after(END)
    )
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA384()
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)


def test_everything_about_a_certificate_is_read() -> None:
    """Whose it is, who vouches for it, for what and how long, and how to recognize it."""
    names = [
        x509.DNSName("*.shop.example"),
        x509.IPAddress(IPv6Address("::1")),
        x509.UniformResourceIdentifier("spiffe://shop/api"),
    ]
    der = signed(ec.generate_private_key(ec.SECP384R1()), names=names)

    (certificate,) = read_chain([der])

    assert certificate == Certificate(
        subject="CN=a,O=Shop\\, Inc.",  # RFC 4514, 2.4
        issuer="CN=a,O=Shop\\, Inc.",
        names=("*.shop.example", "::1", "spiffe://shop/api"),
        serial="abcdef",
        not_before=START,
        not_after=END,
        fingerprint_sha256=hashlib.sha256(der).hexdigest(),
        key="EC P-384",
        signature_algorithm="ECDSA with SHA384",
        is_authority=False,
    )


@pytest.mark.parametrize(
    ("key", "kind", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA 2048", "RSA with SHA384"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519", "ED25519"),
        (ec.generate_private_key(ec.SECP256K1()), "EC secp256k1", "ECDSA with SHA384"),
    ],
)
def test_keys_are_named_as_people_do(
    key: CertificateIssuerPrivateKeyTypes, kind: str, algorithm: str
) -> None:
    """The kind of a key comes with its size or curve."""
    (certificate,) = read_chain([signed(key)])

    assert (certificate.key, certificate.signature_algorithm) == (kind, algorithm)
    assert certificate.names == ()


def test_a_chain_keeps_its_order() -> None:
    """The server's own certificate comes first, and an authority is known as one."""
    authority = trustme.CA()
    leaf = authority.issue_cert("shop.example")

    chain = read_chain([der_of(leaf.cert_chain_pems[0]), der_of(authority.cert_pem)])

    assert [one.is_authority for one in chain] == [False, True]
    assert chain[0].names == ("shop.example",)
    assert chain[0].issuer == chain[1].subject


def test_a_chain_ends_where_it_cannot_be_read() -> None:
    """What stands behind a certificate that cannot be read could be mistaken for it, and is left out."""
    der = signed(ec.generate_private_key(ec.SECP256R1()))

    read = [read_chain(chain) for chain in ([], [der, b"nothing", der], [b"nothing", der], [der[:-1]])]

    assert [len(one) for one in read] == [0, 1, 0, 0]


def test_names_that_cannot_be_read_are_none() -> None:
    """A certificate with a broken extension still has its dates."""
    der = signed(ec.generate_private_key(ec.SECP256R1()), names=[x509.DNSName("shop.example")])
    broken = der.replace(b"\x82\x0cshop.example", b"\x82\x0cshop.\xffxample")

    (certificate,) = read_chain([broken])

    assert (certificate.names, certificate.not_after) == ((), END)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_chain(data: bytes) -> None:
    """Whatever a server shows is read or left out, and never an error."""
    assert read_chain([data]) == ()


@given(st.data())
def test_a_damaged_certificate_is_no_error(data: st.DataObject) -> None:
    """One changed byte anywhere, and the certificate is another one or none."""
    position = data.draw(st.integers(0, len(_DAMAGED) - 1))
    value = data.draw(st.integers(0, 255))

    chain = read_chain([_DAMAGED[:position] + bytes([value]) + _DAMAGED[position + 1 :]])

    assert len(chain) <= 1


_DAMAGED = signed(ec.generate_private_key(ec.SECP256R1()), names=[x509.DNSName("shop.example")])


LEAF = Certificate(
    subject="CN=shop",
    issuer="CN=middle",
    names=("shop.example", "127.0.0.1"),
    serial="1",
    not_before=START,
    not_after=END,
    fingerprint_sha256="",
    key="EC P-256",
    signature_algorithm="ECDSA with SHA256",
    is_authority=False,
)
MIDDLE = replace(
    LEAF,
    subject="CN=middle",
    issuer="CN=root",
    not_before=datetime(2026, 5, 1, tzinfo=UTC),
    not_after=datetime(2026, 6, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (TlsFault.EXPIRED, "`CN=middle` was valid until 2026-06-01 00:00 UTC"),
        (TlsFault.NOT_YET_VALID, "`CN=middle` is valid from 2026-05-01 00:00 UTC"),
        (TlsFault.WRONG_NAME, "it is for `shop.example` and `127.0.0.1`"),
        (
            TlsFault.UNTRUSTED_ISSUER,
            "it was issued by `CN=root`; to trust that authority, name a file with its certificate in `tls.ca`",
        ),
        (
            TlsFault.SELF_SIGNED,
            "it is that of `CN=shop`; to trust it, name a file with its certificate in `tls.ca`",
        ),
        (TlsFault.OTHER, ""),
        (None, ""),
    ],
)
def test_a_fault_is_explained_by_the_certificate_that_has_it(fault: TlsFault | None, words: str) -> None:
    """An authority in the middle that has expired is named, and not the good certificate below it."""
    assert describe_fault(fault, [LEAF, MIDDLE]) == words


def test_without_a_certificate_nothing_is_explained() -> None:
    """What was not seen is not talked about."""
    assert describe_fault(TlsFault.EXPIRED, []) == ""


def test_a_certificate_without_a_subject_has_a_title() -> None:
    """Public authorities leave the subject empty: the first name takes its place, or the serial number."""
    nameless = replace(LEAF, subject="")

    assert (nameless.title, replace(nameless, names=()).title) == ("`shop.example`", "`serial 1`")


def test_a_certificate_for_nobody_is_told() -> None:
    """Browsers have not looked at the subject's name since 2017, and so does nobody here."""
    assert describe_fault(TlsFault.WRONG_NAME, [replace(LEAF, names=())]) == "it is for no name"
