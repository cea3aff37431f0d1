"""The redis probe: one command, and the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from tiktoktoe_cli.config.fields import Secret, Text
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.health.probes.cel_values import cel_value
from tiktoktoe_cli.health.probes.tcp import AddressProbe
from tiktoktoe_cli.transport.settings import TlsSettings

if TYPE_CHECKING:
    import asyncio

    from redis.asyncio.connection import Connection

    from tiktoktoe_cli.health.observation import Failure, Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.outside import Outside


class RedisProbe(AddressProbe):
    """Send one command to Redis, or to what speaks like it.

    Variables: reply (text, number, list or map as the command gives it; that of INFO is a map), and tls over TLS;
    timing has dns, connect, tls, ttfb (of the login and the command) and total. An error as a reply is a failure:
    its reason is `auth` if the login or a right is missing, and else `rejected`.
    """

    variables: ClassVar[tuple[str, ...]] = ("reply", "tls")
    assumed: ClassVar[tuple[str, ...]] = ('reply == "PONG"',)
    late: ClassVar[tuple[str, ...]] = (
        "tiktoktoe_cli.health.probes.extra",
        "tiktoktoe_cli.health.probes.counted",
        "redis.asyncio",
    )

    username: Text = ""
    """The name of the user; the default is the server's default user."""
    password: Secret | None = None
    """The user's password; best written as `${VARIABLE}` or `${file:PATH}`. The default is none."""
    database: int = Field(0, ge=0)
    """The number of the database; 0 by default."""
    tls: TlsSettings | None = None
    """What is trusted and shown over TLS; the default is no TLS."""
    resp: Literal[2, 3] = 2
    """Which version of the protocol to speak: 3 knows maps, doubles and booleans, and needs Redis 6. 2 by default."""
    command: Annotated[tuple[Text, ...], Field(min_length=1)] = ("PING",)
    """The command and its arguments; `[PING]` by default. A check with another one says what it expects."""
    max_reply: Annotated[ByteSize, Field(gt=0, le=ByteSize.parse("256Mi"))] = ByteSize.parse("1Mi")
    """How much the server may say, with the answers to the login; more is a failure. The default is `1Mi`."""

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Connect, log in if there is a password, send the command, and observe the reply."""
        from tiktoktoe_cli.health.probes.extra import Look

        return await Look("Redis", self.address, timeout_ns, outside).run(self._ask, self.request())

    async def _ask(self, look: Look) -> Answer | Failure:
        from asyncio import LimitOverrunError

        from redis import exceptions

        from tiktoktoe_cli.health.probes.counted import CountedReader
        from tiktoktoe_cli.health.probes.extra import opened
        from tiktoktoe_cli.transport import FailureReason
        from tiktoktoe_cli.transport.foreign import Diagnosis

        request = self.request()
        context = look.context(request.tls)
        name = (request.tls and request.tls.server_name) or request.host
        connection = await look.connect(request.host, request.port)
        try:
            reader = CountedReader(self.max_reply.whole)
            async with opened(look, connection, context, name, reader) as writer:
                return await self._talk(look, reader, writer)
        except LimitOverrunError:
            return look.explain(Diagnosis(FailureReason.PROTOCOL, f"it is longer than {self.max_reply}"))
        except (exceptions.AuthenticationError, exceptions.NoPermissionError) as error:
            return look.refusal(str(error), of_access=True)
        except (
            exceptions.ResponseError,
            exceptions.BusyLoadingError,
            exceptions.MaxConnectionsError,
        ) as error:
            return look.refusal(str(error))
        except exceptions.ConnectionError as error:
            return look.failure(error)
        except OSError:  # the look's own; one about a certificate is also a `ValueError`
            raise
        except (exceptions.RedisError, ValueError, RecursionError):  # the client is no strict reader
            return look.nonsense()

    async def _talk(self, look: Look, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        from tiktoktoe_cli.health.probes.extra import Answer
        from tiktoktoe_cli.transport.phases import Phase

        connection = self._client()
        # the client cannot be handed a connection; what it would do to make one is done here, with its phases
        connection._reader, connection._writer = reader, writer  # noqa: SLF001  # the only way in
        try:
            look.begin(Phase.TTFB)
            await connection.on_connect()
            await connection.send_command(*self.command)
            reply = await connection.read_response()
        finally:
            await connection.disconnect(nowait=True)
        look.end()
        return Answer({"reply": cel_value(self._parsed(reply))})

    def _client(self) -> Connection:
        from redis.asyncio.connection import Connection

        return Connection(
            db=self.database,
            username=self.username or None,
            password=self.password.get_secret_value() if self.password else None,
            protocol=self.resp,
            decode_responses=True,
            encoding_errors="replace",
            socket_timeout=None,
            socket_connect_timeout=None,
        )

    def _parsed(self, reply: Any) -> Any:  # whatever the command gives
        if self.command[0].upper() != "INFO" or not isinstance(reply, str):
            return reply
        from redis.asyncio import Redis

        return Redis().response_callbacks["INFO"](reply)
