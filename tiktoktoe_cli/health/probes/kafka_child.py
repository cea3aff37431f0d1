"""A program of its own that asks a Kafka cluster: librdkafka aborts its process on some malformed answers.

Standard input carries the settings as JSON (`servers`, `options`, `topic` and `limit_ns`), standard output one line
of JSON: what was `seen`, the `error` after which there was nothing to wait for (its name and its words), why the
options are `invalid`, or which package is `missing`; with `took_ns`, how long the brokers took for it. There is none
if the limit came first: nobody has to end this program. It imports nothing of ours: that is most of a start.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from confluent_kafka import KafkaError

_LOOK_AROUND_S: Final = 0.1
"""How often the client is asked what went wrong while it looks for a broker: it would go on for ever."""
_TIMEOUTS_MS: Final = {
    "socket.timeout.ms": (10, 300_000),
    "socket.connection.setup.timeout.ms": (1000, 2**31 - 1),
}
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000


def main() -> None:
    """Ask, tell, and end at once: the client would wait for its threads."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold the password
    told = _ask(json.load(sys.stdin))
    if told:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    os._exit(0)


def _ask(settings: Mapping[str, Any]) -> dict[str, Any] | None:  # Any: JSON
    try:
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.admin import AdminClient  # noqa: F401  # it is loaded before the clock starts
    except ImportError as error:
        return {"missing": error.name}
    started_ns = time.monotonic_ns()
    try:
        found = _Client(settings, started_ns + settings["limit_ns"]).ask()
    except KafkaException as error:
        return {"invalid": error.args[0].str()}
    took_ns = time.monotonic_ns() - started_ns
    if found is None:
        return None
    if isinstance(found, KafkaError):
        return {"took_ns": took_ns, "error": _told(found)}
    return {"took_ns": took_ns, "seen": _seen(found, settings["topic"])}


class _Client:
    """librdkafka, which tells what went wrong only to who asks in between."""

    def __init__(self, settings: Mapping[str, Any], deadline_ns: int) -> None:
        from confluent_kafka.admin import AdminClient

        self._deadline_ns = deadline_ns
        self._errors: list[KafkaError] = []
        limit_ms = settings["limit_ns"] // _NS_PER_MS
        limits = {name: min(max(limit_ms, low), high) for name, (low, high) in _TIMEOUTS_MS.items()}
        configuration: dict[str, Any] = {  # as the client takes it
            **limits,
            "client.id": "tiktoktoe",
            **settings["options"],
            "bootstrap.servers": settings["servers"],
            "error_cb": self._errors.append,
        }
        self._admin = AdminClient(configuration)

    def ask(self) -> Any:  # the metadata have no public name
        """Wait for a broker and its answer, or the error after which there is nothing to wait for, or the limit."""
        from confluent_kafka import KafkaError, KafkaException

        patience_s = _LOOK_AROUND_S
        while (left_s := (self._deadline_ns - time.monotonic_ns()) / _NS_PER_S) > 0:
            try:
                # all topics: who asks for one may create it
                return self._admin.list_topics(timeout=min(patience_s, left_s))
            except KafkaException as error:
                last: KafkaError = error.args[0]
            self._admin.poll(0)
            if found := self._decisive(last):
                return found
            if last.code() == KafkaError._TIMED_OUT:  # noqa: SLF001  # a broker was found, and takes its time
                patience_s = left_s
        return None

    def _decisive(self, last: KafkaError) -> KafkaError | None:
        """Find the error behind which there is nothing to wait for, and of those the one that says most."""
        from confluent_kafka import KafkaError

        if last.code() >= 0:  # a broker's own
            return last
        codes = {error.code() for error in self._errors}
        if codes.isdisjoint({KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION}):  # noqa: SLF001
            return None
        telling = (one for one in self._errors if one.code() != KafkaError._ALL_BROKERS_DOWN)  # noqa: SLF001
        return next(telling, self._errors[0])


def _seen(metadata: Any, name: str) -> dict[str, Any]:  # Any: the client has no public name for it; JSON
    topic = metadata.topics.get(name) if name else None
    return {
        "brokers": [{"id": one.id, "host": one.host, "port": one.port} for one in metadata.brokers.values()],
        "topics": sorted(metadata.topics),
        "controller": metadata.controller_id,
        "topic": topic and _topic(topic),
    }


def _topic(topic: Any) -> dict[str, Any]:  # Any: as above
    partitions = [topic.partitions[number] for number in sorted(topic.partitions)]
    return {"error": _told(topic.error), "partitions": [_partition(one) for one in partitions]}


def _partition(one: Any) -> dict[str, Any]:  # Any: as above
    return {
        "id": one.id,
        "leader": one.leader,
        "replicas": list(one.replicas),
        "in_sync": list(one.isrs),
        "error": _told(one.error),
    }


def _told(error: KafkaError | None) -> tuple[str, str] | None:
    return (error.name(), error.str()) if error else None


if __name__ == "__main__":
    main()
