"""A Kafka cluster on the loopback: the one that librdkafka brings along, which speaks the real protocol."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tiktoktoe_cli.health.probes.extra import silent_logger

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from tests.transport.servers import Behaviour

_PATIENCE_S: Final = 10
_METADATA: Final = 3
_UNSUPPORTED_VERSION: Final = 35


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


@dataclass(frozen=True)
class Partition:
    """What a broker says about a partition."""

    error: int = 0
    leader: int = 1
    in_sync: tuple[int, ...] = (1,)

    @property
    def content(self) -> bytes:
        """The partition as it is sent, with the number 0 and a replica on broker 1."""
        in_sync = struct.pack(f"!{len(self.in_sync) + 1}i", len(self.in_sync), *self.in_sync)
        return struct.pack("!hiiii", self.error, 0, self.leader, 1, 1) + in_sync


def telling(error: int, *partitions: Partition) -> Behaviour:
    """Be the only broker, 1, and tell this of the topic `orders` (ApiVersions 0 and Metadata 1 of Kafka's protocol)."""
    apis = [(18, 0, 0), (3, 0, 1), (0, 0, 3), (1, 0, 4)]
    versions = struct.pack("!i", len(apis)) + b"".join(struct.pack("!hhh", *api) for api in apis)
    topic = struct.pack("!h", error) + _text("orders") + struct.pack("!bi", 0, len(partitions))

    def metadata(port: int) -> bytes:
        broker = struct.pack("!i", 1) + _text("127.0.0.1") + struct.pack("!ih", port, -1)
        head = struct.pack("!i", 1) + broker + struct.pack("!ii", 1, 1)
        return head + topic + b"".join(one.content for one in partitions)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
            api, version, number = struct.unpack("!hhi", request[:8])
            if api == _METADATA:
                answer = metadata(writer.get_extra_info("sockname")[1])
            else:  # newer versions are not known, which is told in the oldest one
                answer = struct.pack("!h", _UNSUPPORTED_VERSION if version else 0) + versions
            writer.write(struct.pack("!ii", len(answer) + 4, number) + answer)

    return behave


async def break_clients(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with ApiVersions 0 and no error whatever was asked: read as version 3, it has an absurd length."""
    while True:
        request = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
        answer = request[4:8] + struct.pack("!hi", 0, 1) + struct.pack("!hhh", 18, 0, 0)
        writer.write(struct.pack("!i", len(answer)) + answer)


def _text(text: str) -> bytes:
    return struct.pack("!h", len(text)) + text.encode()
