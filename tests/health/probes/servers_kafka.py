"""A Kafka cluster on the loopback: the one that librdkafka brings along, which speaks the real protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tiktoktoe_cli.health.probes.extra import silent_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_S: Final = 10


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """Run three brokers with the topic `orders` for as long as tests need them; they live in a producer."""
    from confluent_kafka import Producer

    producer = Producer({"test.mock.num.brokers": 3, "bootstrap.servers": "none"}, logger=silent_logger())
    producer.produce("orders", b"x")
    assert producer.flush(_PATIENCE_S) == 0
    brokers = producer.list_topics(timeout=_PATIENCE_S).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    del producer
