"""The tcp probe: one connection, made, perhaps talked over, and closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from tiktoktoe_cli.config.fields import OneOf, Text
from tiktoktoe_cli.config.patterns import Pattern
from tiktoktoe_cli.expressions.regex import compile_re2
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.dialogue import MAX_HEARD, Heard
from tiktoktoe_cli.health.probes.settings import Address, ProbeSettings
from tiktoktoe_cli.transport import TransportFailure
from tiktoktoe_cli.transport.addresses import split_address
from tiktoktoe_cli.transport.settings import TlsSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TcpReply, TlsOptions
    from tiktoktoe_cli.transport.channels import Channel
    from tiktoktoe_cli.transport.starttls import StartTls
    from tiktoktoe_cli.transport.tcp import TcpRequest


class StepSettings(OneOf):
    """One step of a dialogue."""

    choice_of: ClassVar[str] = "thing to do"
    expect: Pattern | None = None
    """Wait for a regular expression in what the server says after what the steps before have found; what its named
    groups find is in `captures`."""
    send: Annotated[Text, Field(min_length=1)] | None = None
    """Send a text. Nothing is added: the end of a line is written `"...\\r\\n"`, in double quotes."""


class AddressProbe(ProbeSettings):
    """A probe that connects to an address."""

    target: ClassVar[str] = "address"

    address: Address
    """Where to connect to, `host:port`."""

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The host and port of the address."""
        return split_address(self.address)

    @property
    def trust(self) -> TlsOptions | None:
        """What the settings say in `tls`, if there is such a thing."""
        tls: TlsSettings | None = getattr(self, "tls", None)
        return tls.options if tls else None

    def request(self, timeout_ns: int = 0, starttls: StartTls | None = None) -> TcpRequest:
        """Say how to connect to the address."""
        from tiktoktoe_cli.transport.tcp import TcpRequest

        address = split_address(self.address)
        assert address is not None, "the settings were checked"  # noqa: S101  # states an invariant
        return TcpRequest(*address, timeout_ns, self.trust, starttls)


class TcpProbe(AddressProbe):
    """Make a TCP connection, talk with the server if there is a `dialogue`, and close it again.

    Variables: ip (the address that took it), after a dialogue received (all that the server said) and captures (what
    the named groups of its patterns found, by name), and tls over TLS; timing has dns, connect, tls, ttfb (until the
    server says something in a dialogue), transfer (the rest of it) and total.
    """

    variables: ClassVar[tuple[str, ...]] = ("received", "captures", "ip", "tls")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)

    tls: TlsSettings | None = None
    """What is trusted and shown over TLS, from the first byte of the connection; the default is no TLS."""
    dialogue: tuple[StepSettings, ...] = ()
    """What to send, and what to wait for, in turn; the check fails with the first step that does."""

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Connect, and observe whether and how fast that went, and what the server said."""
        request = self.request(timeout_ns)
        if not self.dialogue:
            return observed(await outside.tcp.connect(request))
        conversation = Conversation(self.dialogue)
        answer = await outside.tcp.connect(request, conversation.hold)
        if isinstance(answer, TransportFailure):
            return observed(replace(answer, message=answer.message + conversation.describe()))
        heard = conversation.heard
        return observed(answer, received=heard.text, captures=heard.captures)


def observed(answer: TcpReply | TransportFailure, **values: Any) -> Observation:  # CEL values
    """Observe how a connection went."""
    if isinstance(answer, TransportFailure):
        return Observation(answer.timing, failure=Failure.of(answer), session=answer.tls)
    return Observation(answer.timing, {"ip": answer.ip, **values}, session=answer.tls)


class Conversation:
    """One dialogue on its way, and how far it has come."""

    def __init__(self, steps: Sequence[StepSettings]) -> None:
        self._steps = steps
        self._position = -1
        self.heard = Heard()

    async def hold(self, channel: Channel) -> None:
        """Go through the steps; raises what the channel does, and if the server talks without an end."""
        for position, step in enumerate(self._steps):
            self._position = position
            if step.send is not None:
                await channel.send(step.send.encode())
            else:
                await self._wait_for(compile_re2(step.chosen), channel)

    def describe(self) -> str:
        """Say, as the end of a message, in which step it is and what it waits for; empty if it has not begun."""
        if self._position < 0:
            return ""
        step = self._steps[self._position]
        words = f"; step {self._position + 1} of {len(self._steps)}"
        if step.expect is None:
            return f"{words} was sending"
        return f"{words} waited for `{step.expect}` and {self.heard.describe()}"

    async def _wait_for(self, pattern: Any, channel: Channel) -> None:  # a compiled one
        from tiktoktoe_cli.transport.calls import UnexpectedAnswerError

        while not self.heard.find(pattern):
            if self.heard.is_over:
                raise ConnectionError
            if self.heard.is_full:
                raise UnexpectedAnswerError(f"it says more than {MAX_HEARD} characters")
            self.heard.add(await channel.receive())
