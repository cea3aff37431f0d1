from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.probes.looking import SECOND, look
from tests.transport.servers import closed_port, hang_up, reset, serving, stay_silent
from tiktoktoe_cli.health.probes.grpc import GrpcProbe
from tiktoktoe_cli.health.probes.kafka import KafkaProbe
from tiktoktoe_cli.health.probes.mysql import MysqlProbe
from tiktoktoe_cli.health.probes.postgres import PostgresProbe
from tiktoktoe_cli.health.probes.redis import RedisProbe
from tiktoktoe_cli.health.probes.websocket import WebsocketProbe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour
    from tiktoktoe_cli.health import Failure, Observation
    from tiktoktoe_cli.health.probes.settings import ProbeSettings

LOGIN = {"username": "u", "password": "sesame-1"}
PROBES: dict[type[ProbeSettings], tuple[str, dict[str, Any], str]] = {
    GrpcProbe: ("address", {}, "grpc"),
    WebsocketProbe: ("url", {}, "websockets"),
    RedisProbe: ("address", {}, "redis"),
    PostgresProbe: ("address", LOGIN, "psycopg"),
    MysqlProbe: ("address", LOGIN, "pymysql"),
    KafkaProbe: ("bootstrap_servers", {}, "confluent_kafka"),
}
"""The setting that names the server, what else is needed, and the package of the client."""
each = pytest.mark.parametrize("kind", PROBES, ids=lambda kind: kind.__name__)


async def look_at(
    kind: type[ProbeSettings], port: int, timeout_ns: int = 5 * SECOND, **more: Any
) -> Observation:
    """Let a probe look at a port of the loopback."""
    target, settings, _ = PROBES[kind]
    prefix = ("wss://" if "tls" in more else "ws://") if target == "url" else ""
    return await look(kind, timeout_ns, **{target: f"{prefix}127.0.0.1:{port}", **settings, **more})


def looked_at(kind: type[ProbeSettings], behave: Behaviour, timeout_ns: int = 5 * SECOND) -> Observation:
    """Let a probe look at a server that behaves like this."""

    async def play() -> Observation:
        async with serving(behave) as port:
            return await look_at(kind, port, timeout_ns)

    return asyncio.run(play())


def failure_of(seen: Observation) -> Failure:
    """Return the failure, with which there are no values."""
    assert seen.failure, seen
    assert seen.values == {}
    return seen.failure


async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what is no protocol at all, and stay."""
    writer.write(b"HELLO you there\r\n" * 20)
    await stay_silent(reader, writer)


async def leave(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Close the connection after the first words, or before, to who says none."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.read(10)


@each
def test_a_port_that_nobody_listens_on(kind: type[ProbeSettings]) -> None:
    """A stopped server refuses the connection, whatever the client calls that."""
    port = closed_port()

    seen = asyncio.run(look_at(kind, port))

    failure = failure_of(seen)
    assert (failure.reason, failure.is_ours) == ("refused", False)
    assert f"127.0.0.1:{port}` refused the connection" in failure.message
    assert seen.timing.connect_ns is None


@each
def test_a_silent_server_is_given_up_in_time(kind: type[ProbeSettings]) -> None:
    """One limit covers all that a client does, with all the limits that it may have itself."""
    seen = looked_at(kind, stay_silent, SECOND // 2)

    failure = failure_of(seen)
    assert failure.reason == "timeout"
    assert "within 500ms" in failure.message
    assert seen.timing.total_ns < 2 * SECOND


@each
@pytest.mark.parametrize(
    ("behave", "reasons"),
    [
        (talk_nonsense, {"protocol"}),
        (leave, {"closed"}),
        (reset, {"reset", "closed"}),  # libpq and librdkafka say the same about both
    ],
)
def test_a_server_that_answers_nonsense_or_breaks_off(
    kind: type[ProbeSettings], behave: Behaviour, reasons: set[str]
) -> None:
    """The transport's words tell what it was; the password stands in none of them."""
    failure = failure_of(looked_at(kind, behave))

    assert failure.reason in reasons, failure
    assert "sesame" not in failure.message


@pytest.mark.parametrize("kind", [GrpcProbe, WebsocketProbe, RedisProbe])
def test_a_certificate_of_nobody_known(kind: type[ProbeSettings], certificates: Certificates) -> None:
    """An authority that is not trusted fails the look before anything is said."""

    async def play() -> Observation:
        async with serving(stay_silent, certificates.server()) as port:
            return await look_at(kind, port, tls={})

    failure = failure_of(asyncio.run(play()))
    assert (failure.reason, failure.tls_fault) == ("tls", "untrusted-issuer")


@pytest.mark.parametrize("kind", [GrpcProbe, WebsocketProbe, RedisProbe, PostgresProbe, MysqlProbe])
def test_a_file_of_authorities_that_is_not_there(kind: type[ProbeSettings], tmp_path: Path) -> None:
    """It is our fault, and told in the same words for every client."""
    missing = tmp_path / "none.pem"

    failure = failure_of(asyncio.run(look_at(kind, closed_port(), tls={"ca": str(missing)})))

    assert (failure.reason, failure.is_ours) == ("tls-files", True)
    assert failure.message.endswith(f"`{missing}`: no such file or directory")


@each
def test_who_is_cancelled_leaves_nothing_behind(kind: type[ProbeSettings]) -> None:
    """No connection and no thread outlives a look that was broken off, or not for longer than its limit."""

    async def play() -> tuple[int, int]:
        async with serving(stay_silent) as port:
            before = open_descriptors()
            for _ in range(3):
                await broken_off(port)
            return before, await settled(before, threads)

    async def broken_off(port: int) -> None:
        looking = asyncio.create_task(look_at(kind, port, SECOND))
        await asyncio.sleep(0.15)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking

    threads = threading.active_count()
    before, after = asyncio.run(play())
    gc.collect()

    assert after <= before
    assert threading.active_count() <= threads


def open_descriptors() -> int:
    """Count the descriptors of this process."""
    return len(list(Path("/dev/fd").iterdir()))


async def settled(most: int, threads: int) -> int:
    """Wait until no more descriptors and threads are left than these, but not for ever; count the descriptors."""
    for _ in range(60):
        gc.collect()
        if open_descriptors() <= most and threading.active_count() <= threads:
            break
        await asyncio.sleep(0.05)
    return open_descriptors()


@each
def test_a_client_that_is_not_installed(kind: type[ProbeSettings]) -> None:
    """The message ends with the line to run; that is nobody's fault but ours."""
    package = PROBES[kind][2]

    with without(package):
        failure = failure_of(asyncio.run(look_at(kind, closed_port())))

    assert (failure.reason, failure.is_ours) == ("not-installed", True)
    assert failure.message.startswith(f"`{package}` is not installed")
    assert failure.message.endswith("pip install 'tiktoktoe-cli[probes]'")


class _Hides(MetaPathFinder):
    """Finds that a package is not there."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Refuse to find the package."""
        del path, target
        if name.partition(".")[0] == self._package:
            raise ModuleNotFoundError(name=self._package)


@contextmanager
def without(package: str) -> Iterator[None]:
    """Hide a package."""
    hidden = {name: one for name, one in sys.modules.items() if name.partition(".")[0] == package}
    hides = _Hides(package)
    for name in hidden:
        del sys.modules[name]
    sys.meta_path.insert(0, hides)
    try:
        yield
    finally:
        sys.meta_path.remove(hides)
        sys.modules.update(hidden)


def test_settings_are_read_without_any_client() -> None:
    """Who only checks a configuration loads none of the packages, and need not have them."""
    packages = {package for *_, package in PROBES.values()}
    code = f"import sys, tiktoktoe_cli.health.settings; print(sorted({packages} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("kind", [GrpcProbe, KafkaProbe])
def test_clients_do_not_write_to_the_terminal(kind: type[ProbeSettings], certificates: Certificates) -> None:
    """The libraries in C write of themselves about handshakes that fail; nothing of that is seen."""
    more = {
        GrpcProbe: {"tls": {}},
        KafkaProbe: {"options": {"security.protocol": "ssl"}},
    }[kind]

    async def play() -> tuple[bytes, bytes]:
        async with serving(stay_silent, certificates.server()) as port:
            code = f"""
import asyncio
from tests.health.probes.test_extra import {kind.__name__}, look_at
print(asyncio.run(look_at({kind.__name__}, {port}, **{more})).failure.reason)
"""
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-W", "error", "-c", code),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=Path(__file__).parents[3],
            )
            return await process.communicate()

    assert asyncio.run(play()) == (b"tls\n", b"")


def test_hanging_up_in_the_middle_is_no_answer() -> None:
    """A WebSocket server that goes away during the handshake closed the connection."""
    assert failure_of(looked_at(WebsocketProbe, hang_up)).reason == "closed"
