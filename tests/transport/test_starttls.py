from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport.starttls import DIALOGUES, MAX_ANSWER_BYTES, Answer, StartTls, Step

LDAP_OK = bytes.fromhex("300c 020101 7807 0a0100 0400 0400")
# as Active Directory writes it: every length in four bytes, and with the name of the operation
LDAP_OK_IN_LONG = (
    bytes.fromhex("3084 00000028 020101 7884 0000001f 0a0100 0400 0400 8a16") + b"1.3.6.1.4.1.1466.20037"
)
LDAP_NO = bytes.fromhex("302a 020101 7825 0a0102 0400 041e") + b"unsupported extended operation"
ANSWERS = {
    # the example of RFC 3207, 5
    StartTls.SMTP: [
        b"220 mail.imc.org SMTP service ready\r\n",
        b"250-mail.imc.org offers a warm hug of welcome\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 DSN\r\n",
        b"220 Go ahead\r\n",
    ],
    # that of RFC 9051, 6.2.1, with a word in between that nobody asked for (7)
    StartTls.IMAP: [
        b"* OK [CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED] IMAP server ready\r\n",
        b"* CAPABILITY IMAP4rev2\r\na OK Begin TLS negotiation now\r\n",
    ],
    # that of RFC 2595, 4
    StartTls.POP3: [b"+OK POP3 server ready\r\n", b"+OK Begin TLS negotiation\r\n"],
    # RFC 959, 4.2: what stands between the first line and the last may begin as it likes; RFC 4217, 12.1
    StartTls.FTP: [b"220-Welcome\r\n  230 of you\r\n2200\r\n220 Ready\r\n", b"234 AUTH TLS-OK.\r\n"],
    StartTls.LDAP: [LDAP_OK],
    StartTls.POSTGRES: [b"S"],
}
ALL_STEPS = [step for steps in DIALOGUES.values() for step in steps]


def last(protocol: StartTls) -> Step:
    """Return the step whose answer TLS follows."""
    return DIALOGUES[protocol][-1]


@pytest.mark.parametrize("protocol", list(StartTls))
def test_each_protocol_is_asked_as_its_standard_says(protocol: StartTls) -> None:
    """The answers of the standards' examples are taken in full, one a step, and allow TLS."""
    steps = DIALOGUES[protocol]

    read = [step.read(said) for step, said in zip(steps, ANSWERS[protocol], strict=True)]

    assert read == [Answer(len(said)) for said in ANSWERS[protocol]]


def test_requests_are_those_of_the_standards() -> None:
    """The bytes that ask for TLS: three commands, an extended request of LDAP, an SSLRequest of PostgreSQL."""
    asked = {protocol: last(protocol).send for protocol in StartTls}

    assert asked == {
        StartTls.SMTP: b"STARTTLS\r\n",
        StartTls.IMAP: b"a STARTTLS\r\n",
        StartTls.POP3: b"STLS\r\n",
        StartTls.FTP: b"AUTH TLS\r\n",
        StartTls.LDAP: bytes.fromhex(
            "301d 020101 7718 8016 312e332e362e312e342e312e313436362e3230303337"
        ),  # RFC 4511, 4.14.1
        StartTls.POSTGRES: (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big"),
    }


@pytest.mark.parametrize("protocol", list(StartTls))
def test_an_answer_is_waited_for_until_it_is_complete(protocol: StartTls) -> None:
    """Whatever the network makes of it, half an answer says nothing."""
    for step, said in zip(DIALOGUES[protocol], ANSWERS[protocol], strict=True):
        assert [step.read(said[:size]) for size in range(len(said))] == [None] * len(said)


@pytest.mark.parametrize("protocol", list(StartTls))
def test_what_follows_an_answer_is_left(protocol: StartTls) -> None:
    """An answer ends where it ends, so that nobody can add to it unseen."""
    said = ANSWERS[protocol][-1]

    answer = last(protocol).read(said + b"220 injected\r\n")

    assert answer == Answer(len(said))


def test_long_lengths_are_read() -> None:
    """BER may write a length in more bytes than it needs (X.690, 8.1.3.5)."""
    assert last(StartTls.LDAP).read(LDAP_OK_IN_LONG) == Answer(len(LDAP_OK_IN_LONG))


@pytest.mark.parametrize(
    ("protocol", "position", "said", "words"),
    [
        (StartTls.SMTP, 0, b"554 no service\r\n", "it answers `554 no service`"),
        (StartTls.SMTP, 0, b"SSH-2.0-OpenSSH_9.6\r\n", "it answers `SSH-2.0-OpenSSH_9.6`"),
        (StartTls.SMTP, 1, b"250-h\r\n250 DSN\r\n", "it answers `250-h 250 DSN`"),
        (StartTls.SMTP, 1, b"250 STARTTLS\r\n", "it answers `250 STARTTLS`"),  # its name, and no offer
        (StartTls.SMTP, 2, b"454 TLS not available\r\n", "it answers `454 TLS not available`"),
        (StartTls.IMAP, 0, b"* PREAUTH welcome\r\n", "it answers `* PREAUTH welcome`"),
        (StartTls.IMAP, 1, b"a BAD no\r\n", "it answers `a BAD no`"),
        (StartTls.IMAP, 1, b"aa OK yes\r\n", "it answers `aa OK yes`"),
        (StartTls.POP3, 1, b"-ERR no\x1b[2J\r\n", "it answers `-ERR no [2J`"),
        (StartTls.FTP, 1, b"502 \xff\r\n", "it answers `502 \ufffd`"),
        (StartTls.FTP, 1, b"334 go on\r\n", "it answers `334 go on`"),
        (StartTls.LDAP, 0, LDAP_NO, "it answers with result 2, unsupported extended operation"),
        (StartTls.LDAP, 0, b"220 smtp\r\n", "it answers `220 smtp`"),
        (StartTls.LDAP, 0, b"\x30\x00", "it answers ``"),
        (
            StartTls.LDAP,
            0,
            bytes.fromhex("3005 020101 7800"),
            "it answers `x`",
        ),  # a response without a result
        (StartTls.POSTGRES, 0, b"N", "it offers no TLS"),
        (StartTls.POSTGRES, 0, b"EFATAL: no", "it answers `EFATAL: no`"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(
    protocol: StartTls, position: int, said: bytes, words: str
) -> None:
    """Who does not want TLS, or is another kind of server, is quoted in one line that a terminal can show."""
    answer = DIALOGUES[protocol][position].read(said)

    assert answer == Answer(len(said), words)


@given(st.sampled_from(ALL_STEPS), st.binary(max_size=200))
def test_any_bytes_can_be_read(step: Step, said: bytes) -> None:
    """Whatever a server says is an answer, a refusal or not complete, and never longer than it is."""
    answer = step.read(said)

    assert answer is None or 0 < answer.size <= len(said)


@given(st.sampled_from(ALL_STEPS), st.binary(max_size=100), st.binary(max_size=100))
def test_a_complete_line_is_not_read_otherwise_later(step: Step, said: bytes, more: bytes) -> None:
    """What was agreed to stays agreed to, however much follows."""
    answer = step.read(said)

    if answer and not answer.refusal:
        assert step.read(said + more) == answer


def test_a_refusal_is_shortened() -> None:
    """Nobody wants to read pages in a message."""
    answer = last(StartTls.POP3).read(b"-ERR " + b"x" * MAX_ANSWER_BYTES + b"\r\n")

    assert answer
    assert len(answer.refusal) < 300
