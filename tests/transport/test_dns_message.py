from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport.dns_message import DnsAnswer, DnsQuery, DnsQuestion, DnsRecord, NotDnsError

QUESTION = DnsQuestion("www.example.org", "A")
ASKED = b"\x03www\x07example\x03org\x00" + b"\x00\x01\x00\x01"
RESPONSE = 0x8000
CUT = 0x0200


def message(query: DnsQuery, flags: int = RESPONSE, rest: bytes = b"", answers: int = 0) -> bytes:
    """Write an answer to a query byte by byte (RFC 1035, 4.1); after its question comes the rest."""
    return query.wire[:2] + struct.pack("!HHHHH", flags, 1, answers, 0, 0) + ASKED + rest


def asked_name(name: str, type_: str) -> str:
    """Read the name that goes over the wire."""
    wire, labels, at = DnsQuery(DnsQuestion(name, type_)).wire, [], 12
    while size := wire[at]:
        labels.append(wire[at + 1 : at + 1 + size].decode("ascii"))
        at += 1 + size
    return ".".join(labels)


def test_a_question_is_written_as_the_standard_says() -> None:
    """A header that wishes for recursion, one question, and nothing else (RFC 1035, 4.1)."""
    query = DnsQuery(QUESTION)

    assert query.wire[2:] == struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + ASKED


def test_no_two_questions_have_a_number_that_can_be_foretold() -> None:
    """Sixteen random bits: a hundred questions hardly ever share a number (RFC 5452, 4.3)."""
    numbers = {DnsQuery(QUESTION).wire[:2] for _ in range(100)}

    assert len(numbers) > 90


@pytest.mark.parametrize(
    ("name", "type_", "asked"),
    [
        ("example.org.", "A", "example.org"),
        ("bücher.example", "A", "xn--bcher-kva.example"),
        ("_sip._tcp.Bücher.example", "SRV", "_sip._tcp.xn--bcher-kva.example"),
        ("192.0.2.1", "PTR", "1.2.0.192.in-addr.arpa"),
        (
            "4321:0:1:2:3:4:567:89ab",
            "PTR",
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
        ),
        ("1.2.0.192.in-addr.arpa", "PTR", "1.2.0.192.in-addr.arpa"),
        ("192.0.2.1", "A", "192.0.2.1"),
    ],
    ids=["root", "RFC 5891", "mixed", "RFC 1035", "RFC 3596", "reversed", "not reversed"],
)
def test_names_are_asked_for_as_their_type_wants(name: str, type_: str, asked: str) -> None:
    """Other scripts go as ASCII, and addresses are turned around to be looked up backwards."""
    assert asked_name(name, type_) == asked


def test_an_answer_is_read() -> None:
    """A record has its owner, type, time to live and value, as a zone file writes them."""
    query = DnsQuery(QUESTION)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + bytes([192, 0, 2, 1])

    answer = query.read(message(query, rest=record, answers=1))

    assert answer == DnsAnswer("NOERROR", (DnsRecord("www.example.org.", "A", 300, "192.0.2.1"),))


@pytest.mark.parametrize(("code", "word"), [(2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED")])
def test_a_code_is_an_answer_too(code: int, word: str) -> None:
    """That there is no such name is something that was found out (RFC 1035, 4.1.1)."""
    query = DnsQuery(QUESTION)

    assert query.read(message(query, RESPONSE | code)) == DnsAnswer(word)


def test_a_cut_answer_is_not_read_further() -> None:
    """It says that there is more; where it ends may be the middle of a record."""
    query = DnsQuery(QUESTION)

    assert query.read(message(query, RESPONSE | CUT, b"\xc0", answers=1)) == DnsAnswer("NOERROR", is_cut=True)


def test_what_answers_something_else_is_no_answer() -> None:
    """Another number, another question, a question itself, or half a header: it may be forged."""
    query, other = DnsQuery(QUESTION), DnsQuery(DnsQuestion("www.example.com", "A"))
    other_question = query.wire[:2] + struct.pack("!HHHHH", RESPONSE, 1, 0, 0, 0) + other.wire[12:]
    other_number = bytes([query.wire[0] ^ 1]) + message(query)[1:]

    assert [query.read(wire) for wire in (other_number, other_question, query.wire, b"", b"\x00" * 11)] == [
        None
    ] * 5


def test_nonsense_with_our_number_is_told() -> None:
    """The server has answered, and what it says is no message."""
    query = DnsQuery(QUESTION)

    with pytest.raises(NotDnsError):
        query.read(message(query, rest=b"\xff" * 9, answers=3))


@given(rest=st.binary(max_size=300), counts=st.binary(min_size=8, max_size=8), flags=st.integers(0, 0xFFFF))
def test_no_bytes_break_it(rest: bytes, counts: bytes, flags: int) -> None:
    """Whatever follows the right number is an answer, none, or nonsense."""
    query = DnsQuery(QUESTION)

    try:
        answer = query.read(query.wire[:2] + flags.to_bytes(2, "big") + counts + rest)
    except NotDnsError:
        return

    assert answer is None or isinstance(answer, DnsAnswer)
