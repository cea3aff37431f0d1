"""The postgres probe: one login and one query."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tiktoktoe_cli.health.observation import Failure
from tiktoktoe_cli.health.probes.databases import UNSAFE_LOGIN, DatabaseProbe
from tiktoktoe_cli.transport import TlsFault, TransportFailure
from tiktoktoe_cli.transport.starttls import StartTls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import psycopg

    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.libpq import Connection
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions

_NO_FILE: Final = "/dev/null/none"
"""A file that cannot be there: libpq looks into the home folder where it is given none at all."""
_FATAL: Final = re.compile(r"(?:FATAL|PANIC|ERROR): +(.*)")
# the SQLSTATE of a login that fails stays in libpq; these are its own words, and PostgreSQL's in English
_LOGIN_WORDS: Final = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|role .* (?:does not exist|is not permitted)"
)
_CAN_KEEP_PASSWORDS: Final = 160_000
"""The version of libpq that can be told not to send a password in clear (`require_auth`)."""
_CLEAR_WORDS: Final = "server requested a cleartext password"
_LOGIN_CLASS: Final = "28"  # invalid authorization specification
_NOT_PERMITTED: Final = "42501"
_CANCELED: Final = "57014"


class PostgresProbe(DatabaseProbe):
    """Log in to PostgreSQL, or to what speaks like it, and make one query.

    Variables: rows (a list of maps by column), row_count and version; timing has dns, connect (with TLS and the
    login), ttfb (of the query) and total. A login that is refused is the failure `auth`, any other error of the
    server `rejected`. A password, options or certificates that libpq would find in the environment or the
    home folder do not count.
    """

    late: ClassVar[tuple[str, ...]] = (
        "tiktoktoe_cli.health.probes.extra",
        "tiktoktoe_cli.health.probes.libpq",
        "psycopg.rows",
    )

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Connect, log in, make the query, and observe its rows."""
        from tiktoktoe_cli.health.probes.extra import Look

        async def ask(look: Look) -> Answer | Failure:
            seen = await self._ask(look)
            is_vague = isinstance(seen, Failure) and seen.tls_fault == TlsFault.OTHER
            return await self._look_closer(look, outside) or seen if is_vague else seen

        return await Look("PostgreSQL's protocol", self.address, timeout_ns, outside).run(ask)

    async def _ask(self, look: Look) -> Answer | Failure:
        import psycopg

        from tiktoktoe_cli.health.probes import libpq

        libpq.silence()
        if self.secret and not self.is_private and psycopg.pq.version() < _CAN_KEEP_PASSWORDS:
            return look.invalid(
                "without verified TLS a password needs libpq 16: an older one tells it to anybody"
            )
        try:
            connection = await self._log_in(look)
            try:
                return await self._query(look, connection)
            finally:  # without a rollback, which would wait for the server: it makes one by itself
                await connection.close()
        except psycopg.Error as error:
            return _explain(error, look)

    async def _look_closer(self, look: Look, outside: Outside) -> Failure | None:
        """Find out what is wrong with a certificate: libpq only tells that something is."""
        seen = await outside.tcp.connect(self.request(look.left_ns, StartTls.POSTGRES))
        return Failure.of(seen) if isinstance(seen, TransportFailure) and seen.tls_fault else None

    async def _log_in(self, look: Look) -> Connection:
        from psycopg.conninfo import make_conninfo

        from tiktoktoe_cli.health.probes.libpq import Connection
        from tiktoktoe_cli.transport.phases import Phase

        request = self.request()
        look.context(request.tls)  # says which file is wrong, if one is
        addresses = await look.look_up(request.host, request.port)
        look.begin(Phase.CONNECT)
        host = (request.tls and request.tls.server_name) or request.host
        parameters: dict[str, str | int] = {
            **_defaults(),
            "host": ",".join([host] * len(addresses)),
            "hostaddr": ",".join(address[0] for *_, address in addresses),
            "port": request.port,
            "user": self.username,
            "password": self.secret,
            "dbname": self.database or self.username,
            "passfile": _NO_FILE,
            "gssencmode": "disable",
            "application_name": "tiktoktoe",
            "client_encoding": "UTF8",
            "connect_timeout": 0,  # the look's own limit counts
            **({"require_auth": "!password"} if self.secret and not self.is_private else {}),
            **_tls(request.tls),
        }
        conninfo = make_conninfo("", **parameters)
        connection = await Connection.connect(conninfo, autocommit=True)
        look.end()
        return connection

    async def _query(self, look: Look, connection: Connection) -> Answer:
        from psycopg.rows import dict_row

        from tiktoktoe_cli.config.units import NS_PER_MS
        from tiktoktoe_cli.transport.phases import Phase

        look.begin(Phase.TTFB)
        await connection.execute(
            f"BEGIN READ ONLY; SET LOCAL statement_timeout = {look.left_ns // NS_PER_MS}"
        )
        async with connection.cursor(row_factory=dict_row) as cursor:
            # the text is the user's own, and one statement at a time is all that a stream takes
            rows = await _first(self.max_rows + 1, cursor.stream(self.query.encode()))
        look.end()
        return self.answer(rows, connection.info.parameter_status("server_version") or "")


async def _first(count: int, rows: AsyncIterator[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Take so many rows, and leave the rest on the server."""
    taken: list[Mapping[str, Any]] = []
    async with aclosing(rows) as stream:  # type: ignore[type-var]
        async for row in stream:
            taken.append(row)
            if len(taken) == count:
                break
    return taken


def _defaults() -> dict[str, str]:
    """Name what libpq has compiled in for what it would otherwise look up in the environment."""
    from psycopg.pq import Conninfo

    looked_up = (one for one in Conninfo.get_defaults() if one.envvar and one.compiled is not None)
    return {one.keyword.decode(): (one.compiled or b"").decode() for one in looked_up}


def _tls(options: TlsOptions | None) -> dict[str, str]:
    from tiktoktoe_cli.health.probes.extra import authorities_of

    if options is None:
        return {"sslmode": "disable"}
    cert = options.cert or _NO_FILE
    return {
        "sslmode": "verify-full" if options.verify else "require",
        "sslrootcert": str(authorities_of(options) if options.verify else _NO_FILE),
        "sslcert": str(cert),
        "sslkey": str(options.key or cert),
    }


def _explain(error: psycopg.Error, look: Look) -> Failure:
    """Tell what the server said from what happened on the way to it."""
    from psycopg import OperationalError

    if error.sqlstate == _CANCELED:
        raise TimeoutError
    if error.sqlstate:
        is_right = error.sqlstate.startswith(_LOGIN_CLASS) or error.sqlstate == _NOT_PERMITTED
        return look.refusal(error.diag.message_primary or str(error), of_access=is_right)
    if not isinstance(error, OperationalError):  # a value that the client cannot read
        return look.refusal(str(error))
    text = str(error).rpartition("failed: ")[2]
    if text.startswith(_CLEAR_WORDS):
        return look.refusal(UNSAFE_LOGIN, of_access=True)
    fatal = _FATAL.search(str(error))
    if fatal or _LOGIN_WORDS.search(text):
        words = fatal[1] if fatal else text
        return look.refusal(words, of_access=bool(_LOGIN_WORDS.search(words)))
    return look.failure(error)
