"""Questions to the domain name system and their answers, as values and as bytes (RFC 1035); pure, with dnspython."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns.rrset import RRset

_HEADER_BYTES: Final = 12


class NotDnsError(ValueError):
    """Bytes that begin like the answer to a question, and then are no message."""


@dataclass(frozen=True, slots=True)
class DnsQuestion:
    """A name and a type of record, by its usual name or as `TYPE65280` (RFC 3597).

    Other scripts are written with Unicode or in the letters of IDNA 2008. `PTR` may be asked about an IP address.
    """

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record, its value as a zone file writes it; `ttl` is in seconds."""

    name: str
    type: str
    ttl: int
    value: str


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What a server says: its code, such as `NOERROR` or `NXDOMAIN`, and the three sections.

    If it `is_cut` there is more than UDP can carry, and the sections are left out.
    """

    rcode: str
    records: tuple[DnsRecord, ...] = ()
    authority: tuple[DnsRecord, ...] = ()
    additional: tuple[DnsRecord, ...] = ()
    is_cut: bool = False


class DnsQuery:
    """A question with a number that nobody can guess, and what is an answer to it.

    Without the extensions of EDNS, as the programs of a machine ask by its resolver: 512 bytes come over UDP, and
    more of them over TCP.
    """

    def __init__(self, question: DnsQuestion) -> None:
        codec = dns.name.IDNA_2008_Practical
        self._message = dns.message.make_query(_asked_name(question), question.type, idna_codec=codec)
        self.wire = self._message.to_wire()

    def read(self, wire: bytes) -> DnsAnswer | None:
        """Read an answer; None if it is one to something else, which somebody may have forged (RFC 5452).

        Raises:
            NotDnsError: if it has our number and cannot be read.
        """
        flags = int.from_bytes(wire[2:4], "big")
        if len(wire) < _HEADER_BYTES or wire[:2] != self.wire[:2] or not flags & dns.flags.QR:
            return None
        if flags & dns.flags.TC:  # such a message may end in the middle of a record
            return DnsAnswer(dns.rcode.to_text(dns.rcode.from_flags(flags, 0)), is_cut=True)
        try:
            message = dns.message.from_wire(wire)
        except dns.exception.DNSException as error:
            raise NotDnsError from error
        if not self._message.is_response(message):
            return None
        return DnsAnswer(
            dns.rcode.to_text(message.rcode()),
            _records(message.answer),
            _records(message.authority),
            _records(message.additional),
        )


def _asked_name(question: DnsQuestion) -> str:
    """Turn an address around that is looked for backwards (RFC 1035, 3.5; RFC 3596, 2.5)."""
    if question.type == "PTR":
        try:
            return ip_address(question.name).reverse_pointer
        except ValueError:
            pass
    return question.name


def owners(question: DnsQuestion, records: Iterable[DnsRecord]) -> frozenset[str]:
    """Name whose records answer a question: its own name's, and those of the names that aliases lead to from there.

    What is told of any other name, nobody asked for (RFC 1034, 3.6.2; RFC 2181, 5.4.1).
    """
    aliases = {one.name.lower(): one.value.lower() for one in records if one.type == "CNAME"}
    asked = dns.name.from_text(_asked_name(question), idna_codec=dns.name.IDNA_2008_Practical)
    name: str | None = asked.to_text().lower()
    names: set[str] = set()
    while name is not None and name not in names:
        names.add(name)
        name = aliases.get(name)
    return frozenset(names)


def _records(section: Iterable[RRset]) -> tuple[DnsRecord, ...]:
    return tuple(
        DnsRecord(some.name.to_text(), dns.rdatatype.to_text(some.rdtype), some.ttl, record.to_text())
        for some in section
        for record in some
    )
