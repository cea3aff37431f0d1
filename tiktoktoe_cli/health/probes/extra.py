"""What all probes share that look through the client of a protocol, which comes with the extra `probes`."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.told import diagnose_words
from tiktoktoe_cli.transport.exchange import FailureReason, Timing, TlsFault, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import Phase, Phases, too_late
from tiktoktoe_cli.transport.sockets import connect_first, look_up
from tiktoktoe_cli.transport.tls_session import session_of
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions, TlsSession
    from tiktoktoe_cli.transport.sockets import Address
    from tiktoktoe_cli.transport.tcp import TcpRequest

AUTH: Final = "auth"
"""The reason where a server refuses a login. Nobody can tell from one look who is wrong, the configuration or a
server that has lost its users; but a program with that login would fail, and so the service is unhealthy."""
REJECTED: Final = "rejected"
"""The reason where a server answers with an error of its own."""
_INSTALL: Final = "pip install 'tiktoktoe-cli[probes]'"
_FOREIGN: Final = (OSError, UnicodeError, OverflowError)
_LONGEST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: the variables, remarks for people, and which of the variables were `cut`."""

    values: Mapping[str, Any]  # CEL values
    remarks: tuple[str, ...] = ()
    cut: frozenset[str] = frozenset()


class Look:
    """One look through a client, from the look-up of the name to the answer, within one limit.

    `protocol` is the name of what the server should speak, `target` that of the server in messages. What is
    measured begins with the first phase: loading a client is no part of it, though it counts for the limit.
    """

    def __init__(self, protocol: str, target: str, timeout_ns: int, outside: Outside) -> None:
        self._protocol = protocol
        self._target = target
        self._timeout_ns = timeout_ns
        self._outside = outside
        self._clock = outside.clock
        self._deadline_ns = self._clock.now() + timeout_ns
        self._phases: Phases | None = None
        self._phase: Phase | None = None
        self._ended_ns: int | None = None
        self._session: TlsSession | None = None

    async def run(
        self, ask: Callable[[Look], Awaitable[Answer | Failure]], encrypted: TcpRequest | None = None
    ) -> Observation:
        """Let a probe ask, and make an observation of whatever comes of it; raises nothing but cancellation.

        `encrypted` says how to reach the server for one more look at a certificate that was refused.
        """
        try:
            async with asyncio.timeout(self._timeout_ns / NS_PER_S):
                answer = await ask(self)
        except ImportError as error:
            message = f"`{error.name}` is not installed, run: {_INSTALL}"
            answer = Failure("not-installed", message, is_ours=True)
        except TimeoutError:
            answer = self._late()
        except _FOREIGN as error:
            answer = self.failure(error)
        if isinstance(answer, Failure):
            timing = self._timing(self._clock.now())
            if encrypted and answer.tls_fault:
                answer = await self._look_again(answer, encrypted)
            return Observation(timing, failure=answer, session=self._session)
        timing = self._timing(self._ended_ns or self._clock.now())
        return Observation(
            timing, answer.values, remarks=answer.remarks, session=self._session, cut=answer.cut
        )

    @property
    def left_ns(self) -> int:
        """How much of the limit is left; at least a millisecond, as clients take no less."""
        return max(self._deadline_ns - self._clock.now(), NS_PER_S // 1000)

    def context(self, options: TlsOptions | None) -> ssl.SSLContext | None:
        """Return the context of a connection that is over TLS.

        A client that reads the files by itself is handed them only after this: here it is told which one is wrong.

        Raises:
            TrustError: if a file cannot be used.
        """
        return self._outside.context(options)

    def start(self) -> Phases:
        """Start the clock, if it is not running."""
        if self._phases is None:
            self._phases = Phases(self._clock.now())
        return self._phases

    def begin(self, phase: Phase) -> None:
        """End the phase that the look is in, and begin another one."""
        self._phase = phase
        self.start().begin(phase, self._clock.now())

    def end(self) -> None:
        """End the phase that the look is in; after the last one, what goes on is but the parting."""
        self._ended_ns = self._clock.now()
        self.start().end(self._ended_ns)

    async def look_up(self, host: str, port: int) -> Sequence[Address]:
        """Look up the addresses of a name; raises what `sockets.look_up` does."""
        self.begin(Phase.DNS)
        addresses = await look_up(host, port)
        self.end()
        return addresses

    async def connect(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of a name that accepts; raises what `look_up` does, and `OSError`."""
        addresses = await self.look_up(host, port)
        self.begin(Phase.CONNECT)
        connection = await connect_first(addresses)
        self.end()
        return connection

    def see(self, connection: ssl.SSLObject | None) -> None:
        """Keep what was agreed on over TLS."""
        self._session = session_of(connection) if connection else None

    def failure(self, error: BaseException) -> Failure:
        """Say what an error of the network means, be it in an exception's causes or only in its words."""
        found = diagnose(error) or diagnose_words(str(error))
        return self.explain(found or Diagnosis(FailureReason.NETWORK, one_line(str(error))))

    def explain(self, diagnosis: Diagnosis) -> Failure:
        """Say what a diagnosis means here."""
        if diagnosis.reason is FailureReason.PROTOCOL:
            detail = f": {diagnosis.detail}" if diagnosis.detail else ""
            message = f"what `{self._target}` answers is not {self._protocol}{detail}"
        else:
            message = diagnosis.describe(self._target)
        fault = diagnosis.tls_fault.value if diagnosis.tls_fault else ""
        return Failure(
            diagnosis.reason.value,
            message,
            is_ours=diagnosis.reason.is_ours,
            tls_fault=fault,
            is_lasting=not diagnosis.reason.is_transient,
        )

    def nonsense(self) -> Failure:
        """Say that an answer does not follow the protocol."""
        return self.explain(Diagnosis(FailureReason.PROTOCOL))

    def refusal(self, words: str, *, of_access: bool = False) -> Failure:
        """Say with a server's words what it answers instead: that we have no access, or another error."""
        reason, does = (AUTH, "denies access") if of_access else (REJECTED, "answers with an error")
        return Failure(reason, f"`{self._target}` {does}: {one_line(words)}", is_lasting=of_access)

    def invalid(self, words: str) -> Failure:
        """Say with a client's words that it cannot even try."""
        return Failure(FailureReason.INVALID_REQUEST.value, one_line(words), is_ours=True)

    async def _look_again(self, failure: Failure, request: TcpRequest) -> Failure:
        refused = TransportFailure(
            FailureReason.TLS, failure.message, Timing(0), TlsFault(failure.tls_fault), self._session
        )
        if refused.tls_fault and refused.tls_fault.is_of_certificate:
            request = replace(request, timeout_ns=self._deadline_ns - self._clock.now())
            refused = await self._outside.tcp.look_again(request, refused)
        self._session = refused.tls
        return replace(failure, message=refused.message)

    def _timing(self, now_ns: int) -> Timing:
        return self._phases.break_off(now_ns) if self._phases else Timing(0)

    def _late(self) -> Failure:
        within = Duration(self._timeout_ns).rounded
        return Failure(FailureReason.TIMEOUT.value, too_late(self._target, within, self._phase))


@asynccontextmanager
async def opened(
    look: Look,
    connection: socket.socket,
    context: ssl.SSLContext | None,
    server_name: str,
    reader: asyncio.StreamReader,
) -> AsyncIterator[asyncio.StreamWriter]:
    """Encrypt a connection if there is a context, and yield what writes to it; it is closed at once at the end."""
    if context:
        look.begin(Phase.TLS)
    # asyncio closes the socket if the handshake fails or is cancelled
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(
        lambda: asyncio.StreamReaderProtocol(reader),
        sock=connection,
        ssl=context,
        server_hostname=server_name if context else None,
    )
    look.see(transport.get_extra_info("ssl_object"))
    look.end()
    try:
        yield asyncio.StreamWriter(transport, protocol, reader, loop)
    finally:
        transport.abort()  # a polite end would wait for the other side's
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn


def authorities_of(options: TlsOptions) -> Path | str:
    """Name the file of authorities to trust, for clients that know no other way: the machine's if none is given."""
    if options.ca:
        return options.ca
    import certifi

    return ssl.get_default_verify_paths().cafile or certifi.where()


def silent_logger() -> logging.Logger:
    """Make a logger that writes nothing, and that no client makes a record for."""
    return logging.Logger("probe", logging.CRITICAL + 1)  # noqa: LOG001  # nobody else shall find it


def one_line(words: str) -> str:
    """Write a server's words in one line, which is not too long for a table."""
    return shortened(" ".join(words.split()), _LONGEST_WORDS)
