from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.conftest import ROOT
from tests.health.making import make_check
from tests.health.probes.looking import SECOND, look
from tests.health.probes.servers_kafka import Partition, break_clients, telling
from tests.processes.programs import PATIENCE_S, runs, until
from tests.transport.servers import closed_port, serving, stay_silent
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health.probes import kafka_child
from tiktoktoe_cli.health.probes.kafka import KafkaProbe
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.resilience import VirtualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation

has_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="nobody tells here which processes run")


def asked(servers: str, **settings: Any) -> Observation:
    """Let the probe look once."""
    return asyncio.run(look(KafkaProbe, 10 * SECOND, bootstrap_servers=servers, **settings))


def test_a_cluster_tells_about_itself(kafka_servers: str) -> None:
    """Brokers, topics and the controller are known; of no topic in particular there are no partitions."""
    seen = asked(kafka_servers)

    assert seen.failure is None
    assert [f"{one['host']}:{one['port']}" for one in seen.values["brokers"]] == kafka_servers.split(",")
    assert seen.values["topics"] == ["orders"]
    assert seen.values["partitions"] == []
    assert isinstance(seen.values["controller"], int)


def test_a_topic_has_partitions(kafka_servers: str) -> None:
    """Each has a leader among its replicas, and here all of them are in sync."""
    seen = asked(kafka_servers, topic="orders")

    partitions = seen.values["partitions"]
    brokers = {one["id"] for one in seen.values["brokers"]}
    assert [one["id"] for one in partitions] == list(range(len(partitions)))
    assert all(one["leader"] in one["replicas"] for one in partitions)
    assert all(set(one["in_sync"]) == set(one["replicas"]) <= brokers for one in partitions)


def test_a_topic_that_is_not_there_is_not_made(kafka_servers: str) -> None:
    """A look changes nothing: the topic is missing, also the next time, and the check fails."""
    seen = asked(kafka_servers, topic="nope")
    check = make_check(http=None, kafka={"bootstrap_servers": kafka_servers, "topic": "nope"})

    assert "partitions" not in seen.values
    assert seen.remarks == ("there is no topic `nope`",)
    assert asked(kafka_servers).values["topics"] == ["orders"]
    verdict = judge(check, seen, 0)
    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail.endswith("there is no topic `nope`")


@pytest.mark.parametrize(
    ("error", "partitions", "words"),
    [
        (29, [], "TOPIC_AUTHORIZATION_FAILED"),
        (0, [], "has no partitions"),
        (0, [Partition(error=56)], "KAFKA_STORAGE_ERROR"),
        (0, [Partition(error=5, leader=-1)], "LEADER_NOT_AVAILABLE"),
        (0, [Partition(), Partition(leader=99)], ""),
        (0, [Partition(in_sync=())], ""),
    ],
)
def test_a_topic_that_cannot_be_used(error: int, partitions: list[Partition], words: str) -> None:
    """An error, no partitions, no leader among the brokers and nobody in sync: each fails the check."""
    seen = told(error, *partitions)

    verdict = judge(make_check(http=None, kafka={"bootstrap_servers": "h:1", "topic": "orders"}), seen, 0)
    assert verdict.state is HealthState.UNHEALTHY
    assert words in verdict.detail


@pytest.mark.parametrize(("error", "name"), [(0, ""), (9, "REPLICA_NOT_AVAILABLE")])
def test_a_topic_that_can_be_used(error: int, name: str) -> None:
    """That a replica is down is told, and programs go on."""
    seen = told(0, Partition(error=error))

    verdict = judge(make_check(http=None, kafka={"bootstrap_servers": "h:1", "topic": "orders"}), seen, 0)
    assert seen.values["partitions"][0]["error"] == name
    assert verdict.state is HealthState.HEALTHY


def told(error: int, *partitions: Partition) -> Observation:
    """Let the probe look at a broker that tells this about the topic."""

    async def play() -> Observation:
        async with serving(telling(error, *partitions)) as port:
            return await look(KafkaProbe, bootstrap_servers=f"127.0.0.1:{port}", topic="orders")

    return asyncio.run(play())


def test_an_answer_that_breaks_the_client() -> None:
    """The client aborts its process on it; that is what was seen, and other looks go on."""

    async def play() -> tuple[Observation, Observation]:
        async with serving(break_clients) as bad, serving(telling(0, Partition())) as good:
            return await asyncio.gather(
                look(KafkaProbe, bootstrap_servers=f"127.0.0.1:{bad}"),
                look(KafkaProbe, bootstrap_servers=f"127.0.0.1:{good}"),
            )

    broken, other = asyncio.run(play())

    assert broken.failure
    assert (broken.failure.reason, broken.failure.is_ours) == ("protocol", False)
    assert broken.failure.message.endswith("the client broke on it, and was ended by SIGABRT")
    assert other.values["topics"] == ["orders"]


def test_what_is_measured_is_the_work_of_the_client() -> None:
    """Its own clock tells, and not ours, on which its process has to start."""

    async def play() -> Observation:
        async with serving(telling(0, Partition())) as port:
            return await look(KafkaProbe, bootstrap_servers=f"127.0.0.1:{port}", clock=VirtualClock())

    assert 0 < asyncio.run(play()).timing.total_ns < 5 * SECOND


def test_a_look_that_is_given_up_leaves_nothing_behind() -> None:
    """At the limit the client ends, and nothing of it stays open: `watch` looks for weeks."""

    async def play() -> None:
        async with serving(stay_silent) as port:
            before = len(open_descriptors())
            for _ in range(3):
                seen = await look(KafkaProbe, SECOND // 5, bootstrap_servers=f"127.0.0.1:{port}")
                assert seen.failure
                assert seen.failure.reason == "timeout"
                assert not clients()
            await until(lambda: len(open_descriptors()) <= before)

    asyncio.run(play())


def open_descriptors() -> list[Path]:
    """List the descriptors of this process."""
    return list(Path("/dev/fd").iterdir())


@has_proc
def test_a_look_that_is_cancelled_ends_its_client() -> None:
    """The process is gone when the cancellation is over."""

    async def play() -> None:
        async with looking_at_silence() as (looking, client):
            looking.cancel()
            await asyncio.wait({looking})

            assert looking.cancelled()
            assert not runs(client)

    asyncio.run(play())


@has_proc
def test_nobody_sees_a_password_in_the_list_of_processes() -> None:
    """Neither the arguments of the client nor its environment hold one."""

    async def play() -> bytes:
        async with looking_at_silence({"sasl.password": "sesame-1"}) as (_, client):
            return shown_of(client)

    shown = asyncio.run(play())

    assert b"kafka_child.py" in shown
    assert b"sesame" not in shown


def shown_of(pid: int) -> bytes:
    """Read the arguments of a process, and its environment."""
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


@asynccontextmanager
async def looking_at_silence(
    options: dict[str, str] | None = None,
) -> AsyncIterator[tuple[asyncio.Task[Observation], int]]:
    """Let the probe look at a silent broker, and yield the look and its client once that has called."""
    called = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await stay_silent(reader, writer)

    async with serving(hear) as port:
        servers = f"127.0.0.1:{port}"
        looking = asyncio.create_task(look(KafkaProbe, bootstrap_servers=servers, options=options or {}))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await called.wait()
            (client,) = clients()
            yield looking, client
        finally:
            looking.cancel()
            await asyncio.wait({looking})


def clients() -> list[int]:
    """List the processes that this one has started to look, where somebody tells which there are."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"kafka_child.py" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def test_a_client_ends_by_itself() -> None:
    """If we are killed, nobody ends it: it tells nothing, and is gone at its limit."""
    settings = {"options": {}, "topic": "", "limit_ns": SECOND // 5}

    async def play() -> tuple[bytes, int]:
        async with serving(stay_silent) as port:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", kafka_child.__file__), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            told = json.dumps({**settings, "servers": f"127.0.0.1:{port}"}).encode()
            async with asyncio.timeout(PATIENCE_S):
                line, _ = await child.communicate(told)
            return line, await child.wait()

    assert asyncio.run(play()) == (b"", 0)


def test_a_client_that_cannot_work() -> None:
    """What it does not survive before it has asked anybody is nobody's fault but ours."""
    seen = asked("127.0.0.1:1", options={"stats_cb": "no function"})

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("not-possible", True)
    assert seen.failure.message == "the client of Kafka told nothing, and exited with 1"


def test_a_client_that_cannot_be_started() -> None:
    """The reason of the system is told."""
    code = """
import sys
from tests.health.probes.test_kafka import asked
sys.executable = "/none"
print(asked("127.0.0.1:1").failure.message)
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "cannot start the client of Kafka: no such file or directory\n"


def test_one_server_is_enough(kafka_servers: str) -> None:
    """Of several servers to ask first, the others may be down."""
    seen = asked(f"127.0.0.1:{closed_port()},{kafka_servers}")

    assert seen.failure is None


@pytest.mark.parametrize(
    "options",
    [
        {"no.such": "1"},
        {"socket.timeout.ms": "soon"},
        {"ssl.ca.location": "/none", "security.protocol": "ssl"},
    ],
)
def test_options_that_the_client_refuses(options: dict[str, str]) -> None:
    """The configuration is wrong, nothing is learnt about the cluster."""
    seen = asked("127.0.0.1:1", options=options)

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("invalid-request", True)


def test_a_login_that_is_refused(kafka_servers: str) -> None:
    """Brokers that know no such login fail the look at once, with their words and without the password."""
    options = {
        "security.protocol": "sasl_plaintext",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "u",
        "sasl.password": "sesame-1",
    }

    seen = asked(kafka_servers, options=options)

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("auth", False)
    assert "denies access: Failed to initialize SASL authentication" in seen.failure.message
    assert "sesame" not in seen.failure.message
    assert seen.timing.total_ns < 5 * SECOND


def test_a_certificate_of_nobody_known(certificates: Certificates) -> None:
    """Over TLS the client verifies, and says only that it failed."""

    async def play() -> Observation:
        async with serving(stay_silent, certificates.server()) as port:
            options = {"security.protocol": "ssl"}
            return await look(KafkaProbe, bootstrap_servers=f"127.0.0.1:{port}", options=options)

    seen = asyncio.run(play())
    assert seen.failure
    assert (seen.failure.reason, seen.failure.tls_fault) == ("tls", "other")


@pytest.mark.parametrize("servers", ["h", "h:1,", "h:1, i:2", "h:99999"])
def test_servers_have_ports(servers: str) -> None:
    """Each of them is a host and a port."""
    with pytest.raises(ValidationError):
        KafkaProbe.model_validate({"bootstrap_servers": servers})


@pytest.mark.parametrize(("servers", "port"), [("h:9092", ("h", 9092)), ("h:9092,i:9092", None)])
def test_it_is_known_where_somebody_must_listen(servers: str, port: tuple[str, int] | None) -> None:
    """Of several servers, none has to."""
    assert KafkaProbe.model_validate({"bootstrap_servers": servers}).listens_at == port


def test_secrets_among_the_options_are_masked(write: Callable[[str, str], str]) -> None:
    """What stands under a name for secrets appears in no output."""
    text = 'h: {bootstrap_servers: "h:1", options: {sasl.password: sesame-1, ssl.key.pem: sesame-2, client.id: seen}}'
    document = load([write("t.yaml", text)], {})
    node = document.node(("h",))
    assert node

    Shape(KafkaProbe).read(document, node, ("h",))

    assert not document.problems
    assert document.mask("sesame-1 sesame-2 seen") == "•••• •••• seen"
