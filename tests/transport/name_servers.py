"""DNS servers on the loopback that answer as a test wants, over UDP and TCP on the same port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Answers: TypeAlias = Callable[[bytes], Sequence[bytes]]
"""What is sent back for the bytes of a question: any number of messages."""


@asynccontextmanager
async def name_server(
    over_udp: Answers, over_tcp: Answers | None = None, *, is_forger: bool = False, delay_s: float = 0
) -> AsyncIterator[int]:
    """Serve on a free port, and yield it; without answers over TCP, nobody listens there.

    Over UDP it takes its time. A forger's answers come from another port than the one that was asked.
    """

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            question = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            for answer in (over_tcp or silent)(question):
                writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
        writer.close()

    tcp = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = int(tcp.sockets[0].getsockname()[1])
    if over_tcp is None:
        tcp.close()
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(over_udp, delay_s, is_forger=is_forger), local_addr=("127.0.0.1", port)
    )
    try:
        yield port
    finally:
        udp.close()
        tcp.close()
        await asyncio.sleep(0)  # both close in the loop's next turn


class _Datagrams(asyncio.DatagramProtocol):
    """Sends back what a function of the question says."""

    def __init__(self, answers: Answers, delay_s: float, *, is_forger: bool) -> None:
        self._answers = answers
        self._delay_s = delay_s
        self._is_forger = is_forger
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question, after a while."""
        asyncio.get_running_loop().call_later(self._delay_s, self._answer, data, addr)

    def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        for answer in self._answers(data):
            if self._is_forger:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
                    elsewhere.sendto(answer, addr)
            elif not self._transport.is_closing():
                self._transport.sendto(answer, addr)


def silent(_question: bytes) -> Sequence[bytes]:
    """Say nothing."""
    return ()


def telling(*records: str, rcode: str = "NOERROR", flags: int = 0, **sections: Sequence[str]) -> Answers:
    """Answer every question with these records, each in a line as a zone file writes it.

    The other `sections` are `authority` and `additional`.
    """

    def answers(question: bytes) -> Sequence[bytes]:
        message = dns.message.make_response(dns.message.from_wire(question))
        message.set_rcode(dns.rcode.from_text(rcode))
        message.flags |= flags
        message.answer = [*map(_rrset, records)]
        message.authority = [*map(_rrset, sections.get("authority", ()))]
        message.additional = [*map(_rrset, sections.get("additional", ()))]
        return (message.to_wire(),)

    return answers


def cut(_question: bytes) -> Sequence[bytes]:
    """Answer that there is more than UDP can carry, and end in the middle of a record."""
    (whole,) = telling("example.org. 60 IN A 192.0.2.1", flags=dns.flags.TC)(_question)
    return (whole[:-3],)


def with_other_number(answers: Answers) -> Answers:
    """Give an answer the number of another question, as who guesses it does."""
    return lambda question: [bytes([whole[0] ^ 0xFF]) + whole[1:] for whole in answers(question)]


def garbage(question: bytes) -> Sequence[bytes]:
    """Begin like an answer, with the right number, and go on with nonsense."""
    return (question[:2] + b"\x80" + b"\xff" * 30,)


def one_after_the_other(*all_answers: Answers) -> Answers:
    """Answer each question in another way, and the rest in the last one."""
    left = list(all_answers)

    def answers(question: bytes) -> Sequence[bytes]:
        now = left.pop(0) if len(left) > 1 else left[0]
        return now(question)

    return answers


def _rrset(line: str) -> dns.rrset.RRset:
    name, ttl, class_, type_, value = line.split(maxsplit=4)
    return dns.rrset.from_text(name, int(ttl), class_, type_, value)
