"""The websocket probe: one handshake, and perhaps one message each way."""

from __future__ import annotations

from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Context, Text
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.observation import Failure
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import without_userinfo
from tiktoktoe_cli.transport.addresses import WEBSOCKET_PORTS
from tiktoktoe_cli.transport.settings import Headers, TlsSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.client import ClientProtocol

    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.frames import Frames
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions

_FAREWELL_S: Final = 0.5
"""How long a server is waited for when we part; what it does then is not what is looked at."""
_STATUSES: Final = frozenset(HTTPStatus)
_LOGIN_STATUSES: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in WEBSOCKET_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_right else None


def _as_url(url: str, info: ValidationInfo) -> str:
    parts = _split(url)
    if parts and parts.password and isinstance(info.context, Context):
        info.context.learn_secret(parts.password)
    hint = "write it as `ws://host:port/path`"
    if parts and parts.username is not None:
        hint, parts = "send credentials in `headers`", None
    if parts is None or not url.isprintable() or " " in url:
        context = {"url": without_userinfo(url), "hint": hint}
        raise PydanticCustomError("bad-url", "`{url}` is not the address of a WebSocket", context)
    return url


class WebsocketProbe(ProbeSettings):
    """Open a WebSocket, send a message and wait for one if there is something to send, and close it again.

    Variables: message (what its JSON holds, else text; missing if none was waited for), subprotocol (what the server
    chose, empty if nothing), headers (of its answer to the handshake, by name in lower case), and tls over wss;
    timing has dns, connect, tls, ttfb (of the handshake), transfer (until the message) and total. A handshake that is
    refused is the failure `auth` if the status is 401 or 403, and else `rejected`; redirects are not followed.
    """

    variables: ClassVar[tuple[str, ...]] = ("message", "subprotocol", "headers", "tls")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)
    target: ClassVar[str] = "url"
    late: ClassVar[tuple[str, ...]] = (
        "tiktoktoe_cli.health.probes.extra",
        "tiktoktoe_cli.health.probes.frames",
        "websockets.client",
        "orjson",
    )

    url: Annotated[Text, AfterValidator(_as_url)]
    """The address, `ws://` or `wss://`."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send with the handshake."""
    subprotocols: tuple[Annotated[Text, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")], ...] = ()
    """The subprotocols to offer, the best one first."""
    send: Text | None = None
    """A text to send; the next message is then waited for."""
    receive: bool = False
    """Whether to wait for a message although nothing is sent."""
    max_message: Annotated[ByteSize, Field(gt=0, le=ByteSize.parse("256Mi"))] = ByteSize.parse("1Mi")
    """How long a message may be; a longer one is a failure. The default is `1Mi`."""
    tls: TlsSettings = Field(default_factory=TlsSettings)
    """What is trusted and shown over TLS; the default trusts whom the machine trusts."""

    @property
    def listens_at(self) -> tuple[str, int]:
        """The host and port of the URL."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or WEBSOCKET_PORTS[parts.scheme]

    @property
    def trust(self) -> TlsOptions | None:
        """What the settings say, over wss."""
        return self.tls.options if self.url.startswith("wss:") else None

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Open the connection, and observe the answer to the handshake, and a message."""
        from tiktoktoe_cli.health.probes.extra import Look
        from tiktoktoe_cli.transport.tcp import TcpRequest

        request = TcpRequest(*self.listens_at, timeout_ns, self.trust)
        return await Look("WebSocket", self.url, timeout_ns, outside).run(self._ask, request)

    async def _ask(self, look: Look) -> Answer | Failure:
        from websockets import exceptions

        try:
            async with self._open(look) as connection:
                return await self._talk(connection, look)
        except exceptions.InvalidStatus as error:
            return _refused(error, self.url)
        except exceptions.InvalidHandshake as error:
            return _unshaken(error, look)
        except exceptions.ConnectionClosed as error:
            return _closed(error, look)

    @asynccontextmanager
    async def _open(self, look: Look) -> AsyncIterator[Frames]:
        """Connect, with TLS if the URL says so; the connection is closed at the end, politely if that is quick."""
        import asyncio

        from tiktoktoe_cli.health.probes.extra import opened
        from tiktoktoe_cli.health.probes.frames import Frames

        host, port = self.listens_at
        protocol = self._rules()
        context = look.context(self.trust)
        connection = await look.connect(host, port)
        name, reader = self.tls.server_name or host, asyncio.StreamReader()
        async with opened(look, connection, context, name, reader) as writer:
            client = Frames(protocol, reader, writer)
            yield client
            await client.close(min(_FAREWELL_S, look.left_ns / NS_PER_S / 2))

    def _rules(self) -> ClientProtocol:
        from websockets.client import ClientProtocol
        from websockets.typing import Subprotocol
        from websockets.uri import parse_uri

        from tiktoktoe_cli.health.probes.extra import silent_logger

        return ClientProtocol(
            parse_uri(self.url),
            subprotocols=[Subprotocol(one) for one in self.subprotocols] or None,
            max_size=self.max_message.whole,
            logger=silent_logger(),
        )

    async def _talk(self, connection: Frames, look: Look) -> Answer:
        from tiktoktoe_cli.health.probes.extra import Answer
        from tiktoktoe_cli.transport.phases import Phase

        look.begin(Phase.TTFB)
        response = await connection.shake_hands(self.headers)
        look.end()
        headers = response.headers
        values: dict[str, Any] = {  # CEL values
            "subprotocol": headers.get("Sec-WebSocket-Protocol", ""),
            "headers": {name.lower(): ", ".join(headers.get_all(name)) for name in headers},
        }
        if self.send is not None:
            await connection.send(self.send)
        if self.send is not None or self.receive:
            look.begin(Phase.TRANSFER)
            values["message"] = _read(await connection.receive())
            look.end()
        return Answer(values)


def _read(message: str | bytes) -> Any:  # whatever the JSON holds
    import orjson

    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return message if isinstance(message, str) else message.decode(errors="replace")


def _refused(error: Any, url: str) -> Failure:  # InvalidStatus, whose package is imported late
    from tiktoktoe_cli.health.probes.extra import AUTH, REJECTED

    status = error.response.status_code
    phrase = f" {HTTPStatus(status).phrase}" if status in _STATUSES else ""
    reason = AUTH if status in _LOGIN_STATUSES else REJECTED
    return Failure(reason, f"`{url}` answers the handshake with {status}{phrase}")


def _unshaken(error: BaseException, look: Look) -> Failure:
    """Tell an answer that ended too early, or never came, from one that is no handshake."""
    from tiktoktoe_cli.transport import FailureReason
    from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose

    causes = (error.__cause__, error.__context__)
    if any(isinstance(cause, EOFError | OSError) for cause in causes):
        return look.explain(diagnose(error) or Diagnosis(FailureReason.CLOSED))
    return look.nonsense()


def _closed(error: Any, look: Look) -> Failure:  # ConnectionClosed
    """Tell a message that breaks the rules, which the client ends the connection for, from an end by the server."""
    from tiktoktoe_cli.transport import FailureReason
    from tiktoktoe_cli.transport.foreign import Diagnosis

    if error.sent and not error.rcvd_then_sent:
        return look.explain(Diagnosis(FailureReason.PROTOCOL, str(error.sent)))
    return look.explain(Diagnosis(FailureReason.CLOSED, str(error.rcvd) if error.rcvd else ""))
