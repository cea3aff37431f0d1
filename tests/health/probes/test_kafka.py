from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.health.making import make_check
from tests.health.probes.looking import SECOND, look
from tests.transport.servers import closed_port, serving, stay_silent
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health.facts import HealthState
from tiktoktoe_cli.health.probes.kafka import KafkaProbe
from tiktoktoe_cli.health.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation


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
