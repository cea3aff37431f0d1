"""Echo requests and replies of ICMP (RFC 792) and ICMPv6 (RFC 4443, 4) as bytes; pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from socket import AddressFamily
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER: Final = struct.Struct("!BBHHH")
_REQUEST_TYPE: Final[Mapping[AddressFamily, int]] = {AddressFamily.AF_INET: 8, AddressFamily.AF_INET6: 128}
_REPLY_TYPE: Final[Mapping[AddressFamily, int]] = {AddressFamily.AF_INET: 0, AddressFamily.AF_INET6: 129}
_IPV4: Final = 4
LONGEST_PAYLOAD: Final = 65_535 - 20 - _HEADER.size
"""What fits into the longest datagram of IPv4, which is 65,535 bytes with its own header."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What a host gives back as it came: who asks, which of the requests it is, and any bytes."""

    identifier: int
    number: int
    payload: bytes


def pack_request(family: AddressFamily, echo: Echo) -> bytes:
    """Write a request. Over IPv6 the kernel puts in the checksum, which covers the addresses too (RFC 3542, 3.1)."""
    parts = (_REQUEST_TYPE[family], 0, 0, echo.identifier, echo.number)
    packet = _HEADER.pack(*parts) + echo.payload
    sum_ = checksum(packet) if family is AddressFamily.AF_INET else 0
    return packet[:2] + sum_.to_bytes(2, "big") + packet[4:]


def read_reply(family: AddressFamily, packet: bytes) -> Echo | None:
    """Read a reply, with or without the header of IPv4 before it; None if it is something else, or damaged."""
    if family is AddressFamily.AF_INET:
        # raw sockets hand the header over, datagram ones do so on some systems; no type of ICMP begins like it
        packet = packet[(packet[0] & 0xF) * 4 :] if packet and packet[0] >> 4 == _IPV4 else packet
        if checksum(packet):
            return None
    if len(packet) < _HEADER.size:
        return None
    type_, code, _, identifier, number = _HEADER.unpack_from(packet)
    is_reply = (type_, code) == (_REPLY_TYPE[family], 0)
    return Echo(identifier, number, packet[_HEADER.size :]) if is_reply else None


def checksum(data: bytes) -> int:
    """Add up as the internet does (RFC 1071): the checksum of a packet, or 0 if the one in it is right."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
