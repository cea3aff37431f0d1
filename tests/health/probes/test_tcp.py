from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.health.probes.looking import SECOND, look, looked
from tests.transport.servers import closed_port, flood, reset, serving, shaking_hands, stay_silent
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health.certificates import tls_variables
from tiktoktoe_cli.health.probes.dialogue import MAX_HEARD
from tiktoktoe_cli.health.probes.tcp import TcpProbe

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour
    from tiktoktoe_cli.health import Observation

LOGIN: list[dict[str, str]] = [
    {"expect": r"^220[ -](?P<host>\S+)"},
    {"send": "HELO me\r\n"},
    {"expect": r"(?m)^250 hello (?P<client>\w+)"},
]


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ready\r\n")
    name = (await reader.readline()).split()[-1]
    for piece in (b"25", b"0 hel", b"lo " + name, b"\r\n"):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    await reader.read()


def failure_of(seen: Observation) -> tuple[str, str]:
    """Return the reason and the message of a failure."""
    assert seen.failure, seen
    return seen.failure.reason, seen.failure.message


def test_a_port_is_connected_to() -> None:
    """Without a dialogue nothing is read, and so nothing was received."""
    seen = looked(TcpProbe, stay_silent)

    assert seen.failure is None
    assert seen.values == {"ip": "127.0.0.1"}
    assert seen.timing.connect_ns


def test_it_is_known_where_somebody_must_listen() -> None:
    """Host and port of the address tell whose port it is."""
    assert TcpProbe.model_validate({"address": "[::1]:25"}).listens_at == ("::1", 25)


def test_what_cannot_be_sent_is_told() -> None:
    """A server that breaks off while it is sent something fails the step that sends."""

    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.transport.abort()

    seen = looked(TcpProbe, break_off, dialogue=[{"send": "x" * 16_000_000}])

    reason, message = failure_of(seen)
    assert reason == "reset"
    assert message.endswith("; step 1 of 1 was sending")


def test_a_closed_port_is_a_failure() -> None:
    """Where nobody listens there is nothing to read."""
    port = closed_port()

    seen = asyncio.run(look(TcpProbe, address=f"127.0.0.1:{port}", dialogue=LOGIN))

    assert failure_of(seen) == ("refused", f"`127.0.0.1:{port}` refused the connection")
    assert seen.values == {}


def test_a_dialogue_is_held() -> None:
    """Each step waits for its pattern however it arrives; what named groups found can be expected."""
    seen = looked(TcpProbe, _greet, dialogue=LOGIN)

    assert seen.failure is None
    assert seen.values["captures"] == {"host": "mail.example", "client": "me"}
    assert seen.values["received"].startswith("220 mail.example ready\r\n250 hello me")
    assert seen.timing.ttfb_ns
    assert seen.timing.transfer_ns


@pytest.mark.parametrize("text", ["\x00\x01\x7f\r\n", "grüß dich"])
def test_what_is_sent_arrives_as_written(text: str) -> None:
    """Nothing is added to it, and control characters are bytes."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(len(text.encode())) + b"!")
        await writer.drain()
        await reader.read()

    seen = looked(TcpProbe, echo, dialogue=[{"send": text}, {"expect": "!"}])

    assert seen.values["received"] == f"{text}!"


def test_a_silent_port_says_which_step_waited() -> None:
    """A port that accepts and stays silent fails the first step that waits, at the deadline."""
    seen = looked(TcpProbe, stay_silent, dialogue=LOGIN, timeout_ns=SECOND // 5)

    reason, message = failure_of(seen)
    assert reason == "timeout"
    assert message.endswith(
        r" within 200ms; step 1 of 3 waited for `^220[ -](?P<host>\S+)` and received nothing"
    )


def saying(text: bytes) -> Behaviour:
    """Say something, and hang up."""

    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return behave


def test_half_a_line_is_quoted() -> None:
    """A connection that is closed in the middle is told with what had come until then."""
    seen = looked(TcpProbe, saying(b"220 x\r\n25"), dialogue=[{"expect": "220 .*\r\n"}, {"expect": "^250"}])

    reason, message = failure_of(seen)
    assert reason == "closed"
    assert message.endswith("; step 2 of 2 waited for `^250` and received `25`")


def test_the_last_words_count() -> None:
    """What comes right before the end of a connection is heard, also half a character."""
    seen = looked(TcpProbe, saying(b"bye\xc3"), dialogue=[{"expect": "bye\ufffd$"}])

    assert seen.failure is None


def test_a_connection_that_breaks_off_is_a_failure() -> None:
    """A reset has its own reason."""
    seen = looked(TcpProbe, reset, dialogue=[{"expect": "x"}])

    assert failure_of(seen)[0] == "reset"


def test_a_flood_is_not_listened_to_for_ever() -> None:
    """Who says more than the limit without the expected word fails, long before the deadline."""
    seen = looked(TcpProbe, flood, dialogue=[{"expect": "y"}])

    reason, message = failure_of(seen)
    assert reason == "protocol"
    assert f"it says more than {MAX_HEARD} characters; step 1 of 1 waited for `y`" in message
    assert seen.timing.total_ns < 4 * SECOND


def test_a_dialogue_over_tls(certificates: Certificates) -> None:
    """With `tls` every byte is encrypted, and the session can be expected too."""
    tls = {"ca": str(certificates.folder / "ca.pem")}

    seen = looked(TcpProbe, _greet, certificates.server(), dialogue=LOGIN, tls=tls)

    assert seen.failure is None
    assert seen.values["captures"]["client"] == "me"
    assert seen.session
    assert tls_variables(seen.session, "", 0)["verified"]


def test_a_refused_certificate_is_seen(certificates: Certificates) -> None:
    """A failed verification fails the check before the dialogue, and shows the certificate."""
    tls = {"ca": str(certificates.folder / "ca.pem")}

    seen = looked(TcpProbe, _greet, certificates.server("mail.example"), dialogue=LOGIN, tls=tls)

    reason, message = failure_of(seen)
    assert reason == "tls"
    assert message.endswith("; it is for `mail.example`")
    assert seen.session


def test_a_server_that_wants_our_certificate_is_heard_in_the_dialogue(certificates: Certificates) -> None:
    """In TLS 1.3 its refusal arrives with the first answer."""
    tls = {"ca": str(certificates.folder / "ca.pem")}

    async def play() -> Observation:
        async with serving(shaking_hands(certificates.asking_server())) as port:
            return await look(TcpProbe, address=f"127.0.0.1:{port}", dialogue=[{"expect": "x"}], tls=tls)

    seen = asyncio.run(play())

    assert seen.failure
    assert (seen.failure.reason, seen.failure.tls_fault) == ("tls", "client-certificate-required")


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ('{expect: "("}', "bad-pattern"),
        ("{expect: '(?<=x)y'}", "bad-pattern"),
        ("{send: ''}", "too-few"),
        ("{expect: a, send: b}", "one-of"),
        ("{}", "one-of"),
        ("{wait: 1s}", "unknown-key"),
    ],
)
def test_a_wrong_step_is_told_at_its_place(write: Callable[[str, str], str], step: str, code: str) -> None:
    """A pattern that is none, an empty text, two things in one step: each is a problem at its line."""
    text = f"t:\n  address: h:1\n  dialogue:\n    - {step}\n"
    document = load([write("t.yaml", text)], {})
    node = document.node(("t",))
    assert node

    probe: Any = Shape(TcpProbe).read(document, node, ("t",))

    assert probe is None
    assert [(one.code, one.place and one.place.line) for one in document.problems] == [(code, 4)]
