"""The grpc probe: one question to a server's health service, `grpc.health.v1`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Text
from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.probes.tcp import AddressProbe
from tiktoktoe_cli.transport.settings import Headers, TlsSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.health.observation import Failure, Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions
    from tiktoktoe_cli.transport.sockets import Address

_SERVICE_UNKNOWN: Final = "SERVICE_UNKNOWN"
_FAMILIES: Final = {4: ("ipv4", "{}:{}"), 6: ("ipv6", "[{}]:{}")}
_NAME: Final = re.compile(r"(?!grpc-)[0-9a-z_.-]+")  # those that begin so are gRPC's own
_LONGEST_REPLY: Final = 4 * 1024 * 1024


def _as_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Accept what gRPC can send: names and texts in ASCII, and what is of bytes under names that end in `-bin`."""
    for name, value in metadata.items():
        if not (_NAME.fullmatch(name.lower()) and (value.isascii() or name.endswith("-bin"))):
            words = {"name": name, "at": [(name,)], "hint": "names and values are ASCII"}
            raise PydanticCustomError("bad-header", "the metadata `{name}` cannot be sent", words)
    return metadata


class GrpcProbe(AddressProbe):
    """Ask a gRPC server how it is, or one of its services (the standard health checking protocol, `Check`).

    Variables: code (of the call: `OK`, `NOT_FOUND`, `UNIMPLEMENTED`, ...), status (`SERVING`, `NOT_SERVING`,
    `UNKNOWN`, and `SERVICE_UNKNOWN` where the code is `NOT_FOUND`; with any other code there is none) and, if
    `list_services` asks for it and the server can tell, services (the status of each, by name); timing has dns,
    connect (with TLS), ttfb and total.
    """

    variables: ClassVar[tuple[str, ...]] = ("status", "code", "services")
    assumed: ClassVar[tuple[str, ...]] = ('status == "SERVING"',)
    late: ClassVar[tuple[str, ...]] = (
        "tiktoktoe_cli.health.probes.extra",
        "grpc.aio",
        "grpc_health.v1.health_pb2_grpc",
    )

    service: Text = ""
    """The service; the default is the server as a whole."""
    list_services: bool = False
    """Whether to ask for the status of every service too (`List`)."""
    metadata: Annotated[Headers, AfterValidator(_as_metadata)] = Field(default_factory=dict)
    """What to send along with the call."""
    authority: Text = ""
    """The name of the server in the call, as proxies choose by it; the default is `tls.server_name`, or the address."""
    tls: TlsSettings | None = None
    """What is trusted and shown over TLS; the default is no TLS."""

    @model_validator(mode="after")
    def _always_verified(self) -> GrpcProbe:
        if self.tls and not self.tls.verify:
            words = {"hint": "name the server's authority in `ca`", "at": [("tls", "verify")]}
            raise PydanticCustomError("out-of-range", "over gRPC every certificate is verified", words)
        return self

    @classmethod
    def load(cls) -> None:
        """Import gRPC's client, which writes nothing down then."""
        # its core writes down every handshake that fails; it reads this when it is loaded
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        super().load()

    async def prepare(self, outside: Outside) -> None:
        """Load gRPC, whose core begins to work with its first channel."""
        await super().prepare(outside)
        await self._channel("ipv4:127.0.0.1:1", self.trust, NS_PER_MS).close()

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Connect, ask, and observe the answer."""
        from tiktoktoe_cli.health.probes.extra import Look

        return await Look("gRPC", self.address, timeout_ns, outside).run(self._ask, self.request())

    async def _ask(self, look: Look) -> Answer | Failure:
        self.load()
        from grpc import StatusCode, aio

        request = self.request()
        look.context(request.tls)  # says which file is wrong, if one is
        addresses = await look.look_up(request.host, request.port)
        channel = self._channel(_target(addresses), request.tls, look.left_ns)
        try:
            await _connect(channel, look)
            return await self._call(channel, look)
        except aio.AioRpcError as error:
            if error.code() is StatusCode.DEADLINE_EXCEEDED:
                raise TimeoutError from error
            return _explain(error, look)
        finally:
            await channel.close()

    def _channel(self, target: str, tls: TlsOptions | None, left_ns: int) -> Any:  # the package has no types
        from grpc import aio

        left_ms = left_ns // NS_PER_MS
        name = (tls and tls.server_name) or ""
        options = [
            ("grpc.default_authority", self.authority or name or self.address),
            ("grpc.enable_http_proxy", 0),
            ("grpc.enable_retries", 0),
            # a channel that is closed keeps a connection that is being made for as long as one attempt may take
            ("grpc.initial_reconnect_backoff_ms", left_ms),
            ("grpc.min_reconnect_backoff_ms", left_ms),
            ("grpc.max_receive_message_length", _LONGEST_REPLY),
            ("grpc.use_local_subchannel_pool", 1),  # the failures of another look would count here
        ]
        if tls is None:
            return aio.insecure_channel(target, options)
        expected = name or self.address.rpartition(":")[0].strip("[]")
        options.append(("grpc.ssl_target_name_override", expected))
        return aio.secure_channel(target, _credentials(tls), options)

    async def _call(self, channel: Any, look: Look) -> Answer:
        from grpc import StatusCode, aio
        from grpc_health.v1 import health_pb2, health_pb2_grpc

        from tiktoktoe_cli.health.probes.extra import Answer

        stub = health_pb2_grpc.HealthStub(channel)
        more = {"timeout": look.left_ns / NS_PER_S, "metadata": self._metadata()}
        try:
            reply = await stub.Check(health_pb2.HealthCheckRequest(service=self.service), **more)
        except aio.AioRpcError as error:
            if error.code() in {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED}:
                raise
            return self._refused(error)
        look.end()
        values = {"code": StatusCode.OK.name, "status": _status_name(reply.status)}
        if not self.list_services:
            return Answer(values)
        try:
            listed = await stub.List(health_pb2.HealthListRequest(), **more)
        except aio.AioRpcError as error:
            return Answer(values, (f"it does not list its services: {error.code().name}",))
        services = {name: _status_name(one.status) for name, one in listed.statuses.items()}
        return Answer({**values, "services": services})

    def _metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        pairs = ((name.lower(), value) for name, value in self.metadata.items())
        return tuple((name, value.encode() if name.endswith("-bin") else value) for name, value in pairs)

    def _refused(self, error: Any) -> Answer:
        """Make the answer of a call that the server did not carry out: its code, and what that means here."""
        from grpc import StatusCode

        from tiktoktoe_cli.health.probes.extra import Answer, one_line

        code = error.code()
        if code is StatusCode.NOT_FOUND:
            remark = f"the server knows no service `{self.service}`"
            return Answer({"code": code.name, "status": _SERVICE_UNKNOWN}, (remark,))
        if code is StatusCode.UNIMPLEMENTED:
            remark = "the server has no health service, `grpc.health.v1.Health`"
        else:
            remark = f"the server answers with {code.name}: {one_line(error.details() or '')}"
        return Answer({"code": code.name}, (remark,))


async def _connect(channel: Any, look: Look) -> None:
    """Wait until the channel is ready, or cannot become it: the call then says why."""
    from grpc import ChannelConnectivity

    from tiktoktoe_cli.transport.phases import Phase

    look.begin(Phase.CONNECT)
    state = channel.get_state(try_to_connect=True)
    while state in {ChannelConnectivity.IDLE, ChannelConnectivity.CONNECTING}:
        await channel.wait_for_state_change(state)
        state = channel.get_state()
    if state is ChannelConnectivity.READY:
        look.begin(Phase.TTFB)


def _credentials(tls: TlsOptions) -> Any:
    from pathlib import Path

    from grpc import ssl_channel_credentials

    from tiktoktoe_cli.health.probes.extra import authorities_of

    key = tls.key or tls.cert
    return ssl_channel_credentials(
        Path(authorities_of(tls)).read_bytes(),
        key.read_bytes() if key else None,
        tls.cert.read_bytes() if tls.cert else None,
    )


def _target(addresses: Sequence[Address]) -> str:
    """Write addresses for gRPC, which takes those of one family: the first one's."""
    import socket

    first = addresses[0][0]
    scheme, form = _FAMILIES[6 if first is socket.AddressFamily.AF_INET6 else 4]
    return f"{scheme}:" + ",".join(
        form.format(*where[:2]) for family, *_, where in addresses if family is first
    )


def _status_name(status: int) -> str:
    from grpc_health.v1 import health_pb2

    names = health_pb2.HealthCheckResponse.ServingStatus
    return names.Name(status) if status in names.values() else str(status)


def _explain(error: Any, look: Look) -> Failure:
    """Tell what happened on the way from what the server itself calls unavailable."""
    from tiktoktoe_cli.health.probes.told import diagnose_words

    words = error.details() or error.code().name
    found = diagnose_words(words)
    return look.explain(found) if found else look.refusal(words)
