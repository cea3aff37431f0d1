from __future__ import annotations

from socket import AddressFamily

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport.echo import Echo, checksum, pack_request, read_reply

V4, V6 = AddressFamily.AF_INET, AddressFamily.AF_INET6
FAMILIES = st.sampled_from([V4, V6])
ECHOES = st.builds(Echo, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.binary(max_size=200))
IP_HEADER = bytes.fromhex("45000000 00000000 40010000 7f000001 7f000001")


def replied(family: AddressFamily, request: bytes) -> bytes:
    """Answer as a host does: with another type, and the checksum of that (RFC 792; RFC 4443, 4.2)."""
    reply = bytes([0 if family is V4 else 129, 0, 0, 0]) + request[4:]
    return reply[:2] + checksum(reply).to_bytes(2, "big") + reply[4:] if family is V4 else reply


def test_the_checksum_is_the_internets() -> None:
    """The example of RFC 1071, 3: the words 0001, f203, f4f5 and f6f7 add up to ddf2."""
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2 ^ 0xFFFF


def test_a_last_odd_byte_counts_as_the_upper_half_of_a_word() -> None:
    """It is filled up with a zero (RFC 1071, 4.1)."""
    assert checksum(b"\x12") == 0x1200 ^ 0xFFFF


def test_a_request_is_written_byte_by_byte() -> None:
    """Type 8, code 0, the checksum by hand, then who asks, the number and the payload (RFC 792)."""
    # 0800 + 1234 + 0001 + 6162 = 7b97, whose complement is 8468
    assert pack_request(V4, Echo(0x1234, 1, b"ab")) == bytes.fromhex("0800 8468 1234 0001") + b"ab"
    assert pack_request(V6, Echo(0x1234, 1, b"ab")) == bytes.fromhex("8000 0000 1234 0001") + b"ab"


@given(family=FAMILIES, echo=ECHOES)
def test_what_a_host_gives_back_is_what_was_sent(family: AddressFamily, echo: Echo) -> None:
    """A reply carries all that the request had."""
    assert read_reply(family, replied(family, pack_request(family, echo))) == echo


@given(echo=ECHOES)
def test_the_header_of_the_packet_around_is_passed_over(echo: Echo) -> None:
    """Raw sockets hand it over, 20 bytes or more of it, and datagram sockets do not."""
    reply = replied(V4, pack_request(V4, echo))

    assert read_reply(V4, IP_HEADER + reply) == echo
    assert read_reply(V4, b"\x46" + IP_HEADER[1:] + b"\0" * 4 + reply) == echo


@given(family=FAMILIES, echo=ECHOES)
def test_our_own_request_is_no_reply(family: AddressFamily, echo: Echo) -> None:
    """On the loopback a raw socket hears what it says itself."""
    assert read_reply(family, pack_request(family, echo)) is None


@given(echo=ECHOES, data=st.data())
def test_a_damaged_reply_is_none(echo: Echo, data: st.DataObject) -> None:
    """A bit that fell over on the way does not get past the checksum."""
    reply = bytearray(replied(V4, pack_request(V4, echo)))
    reply[data.draw(st.integers(0, len(reply) - 1))] ^= 1 << data.draw(st.integers(0, 5))

    assert read_reply(V4, bytes(reply)) is None


@given(family=FAMILIES, packet=st.binary(max_size=60))
def test_any_bytes_are_read_or_passed_over(family: AddressFamily, packet: bytes) -> None:
    """Nothing that comes in breaks the reader."""
    echo = read_reply(family, packet)

    assert echo is None or echo.payload in packet


@pytest.mark.parametrize("packet", [b"", b"\0" * 7, IP_HEADER])
def test_half_a_packet_is_none(packet: bytes) -> None:
    """Shorter than a header means nothing."""
    assert read_reply(V4, packet) is None
