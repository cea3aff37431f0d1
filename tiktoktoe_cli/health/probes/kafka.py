"""The kafka probe: what the brokers say about themselves and their topics."""

from __future__ import annotations

import re
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Context, Text
from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason
from tiktoktoe_cli.transport.addresses import split_address

if TYPE_CHECKING:
    from confluent_kafka import KafkaError

    from tiktoktoe_cli.health.observation import Failure, Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.outside import Outside

_LOOK_AROUND_S: Final = 0.1
"""How often the client is asked what went wrong while it looks for a broker: it would go on for ever."""
_TIMEOUTS_MS: Final = {
    "socket.timeout.ms": (10, 300_000),
    "socket.connection.setup.timeout.ms": (1000, 2**31 - 1),
}
_AROUND: Final = re.compile(r"^\S+/\S+: | \(after [^()]*\)$")
"""What the client writes around the words of an error: with which broker it was, and when."""
_MORE_SECRETS: Final = frozenset({"ssl.key.pem", "sasl.oauthbearer.config"})


def _as_servers(servers: str) -> str:
    for address in servers.split(","):
        if split_address(address) is None:
            context = {"address": address, "hint": "write `host:port`, and commas between several"}
            raise PydanticCustomError("bad-address", "`{address}` is not a host with a port", context)
    return servers


def _as_options(options: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Keep what carries credentials out of every output."""
    for name, value in options.items():
        if (sounds_secret(name) or name in _MORE_SECRETS) and isinstance(info.context, Context):
            info.context.learn_secret(value)
    return options


class KafkaProbe(ProbeSettings):
    """Ask a Kafka cluster for its metadata; no topic is created by that.

    Variables: brokers (a list of maps: id, host, port), topics (a list of names), partitions (of `topic`, a list of
    maps: id, leader, which is -1 if there is none, replicas and in_sync, which are lists of brokers; empty if no topic
    is named, and missing if it is not there) and controller (the id of a broker); timing has total. Where the login is
    refused, the failure is `auth`.
    """

    variables: ClassVar[tuple[str, ...]] = ("brokers", "topics", "partitions", "controller")
    assumed: ClassVar[tuple[str, ...]] = ("size(brokers) > 0 && partitions.all(p, p.leader >= 0)",)
    target: ClassVar[str] = "bootstrap_servers"

    bootstrap_servers: Annotated[Text, AfterValidator(_as_servers)]
    """Whom to ask first, `host:port`; several are separated by commas, and one of them is enough."""
    topic: Text = ""
    """The topic whose partitions are looked at; the default is none."""
    options: Annotated[dict[str, Text], AfterValidator(_as_options)] = Field(default_factory=dict)
    """More for the client, by the names of librdkafka, such as `security.protocol`, `sasl.password` or
    `ssl.ca.location`."""

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The only server, if there is only one: of several, each may be down."""
        return split_address(self.bootstrap_servers)

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Ask, and observe what is told."""
        from tiktoktoe_cli.health.probes.extra import Look

        async def ask(look: Look) -> Answer | Failure:
            return await self._ask(look, outside)

        return await Look("Kafka's protocol", self.bootstrap_servers, timeout_ns, outside.clock).run(ask)

    async def _ask(self, look: Look, outside: Outside) -> Answer | Failure:
        from confluent_kafka import KafkaError, KafkaException

        look.start()
        is_over = Event()
        try:
            seen = await outside.in_thread(lambda: _Client(self, look, is_over).ask(), look.left_ns)
        except KafkaException as error:
            return look.invalid(error.args[0].str())
        finally:
            is_over.set()
        look.end()
        if isinstance(seen, KafkaError):
            return _explain(seen, look)
        return self._answer(seen)

    def _answer(self, seen: Any) -> Answer:  # Any: the client has no public name for it
        from tiktoktoe_cli.health.probes.extra import Answer

        values: dict[str, Any] = {  # CEL values
            "brokers": [{"id": one.id, "host": one.host, "port": one.port} for one in seen.brokers.values()],
            "topics": sorted(seen.topics),
            "controller": seen.controller_id,
        }
        if self.topic and self.topic not in seen.topics:
            return Answer(values, (f"there is no topic `{self.topic}`",))
        partitions = seen.topics[self.topic].partitions.values() if self.topic else ()
        values["partitions"] = [
            {"id": one.id, "leader": one.leader, "replicas": list(one.replicas), "in_sync": list(one.isrs)}
            for one in sorted(partitions, key=lambda one: one.id)
        ]
        return Answer(values)


class _Client:
    """librdkafka, asked from a thread; it tells what went wrong only to who asks in between."""

    def __init__(self, probe: KafkaProbe, look: Look, is_over: Event) -> None:
        from confluent_kafka.admin import AdminClient

        from tiktoktoe_cli.health.probes.extra import silent_logger

        self._look = look
        self._is_over = is_over
        self._errors: list[KafkaError] = []
        limit_ms = look.left_ns // NS_PER_MS
        limits = {name: min(max(limit_ms, low), high) for name, (low, high) in _TIMEOUTS_MS.items()}
        configuration: dict[str, Any] = {  # as the client takes it
            **limits,
            "client.id": "tiktoktoe",
            **probe.options,
            "bootstrap.servers": probe.bootstrap_servers,
            "error_cb": self._errors.append,
        }
        self._admin = AdminClient(configuration, logger=silent_logger())

    def ask(self) -> Any:  # the metadata have no public name
        """Wait for a broker and its answer, or the error after which there is nothing to wait for.

        Raises:
            TimeoutError: if neither comes in time.
        """
        from confluent_kafka import KafkaError, KafkaException

        patience_s = _LOOK_AROUND_S
        while True:
            left_s = self._look.left_ns / NS_PER_S
            try:
                # all topics: who asks for one may create it
                return self._admin.list_topics(timeout=min(patience_s, left_s))
            except KafkaException as error:
                last: KafkaError = error.args[0]
            self._admin.poll(0)
            if found := self._decisive(last):
                return found
            if self._is_over.is_set() or left_s <= _LOOK_AROUND_S:
                raise TimeoutError
            if last.code() == KafkaError._TIMED_OUT:  # noqa: SLF001  # a broker was found, and takes its time
                patience_s = left_s

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


def _explain(error: KafkaError, look: Look) -> Failure:
    from confluent_kafka import KafkaError as Code

    from tiktoktoe_cli.transport.foreign import Diagnosis

    reasons = {
        Code._RESOLVE: FailureReason.DNS,  # noqa: SLF001  # the client's own codes have names like this
        Code._BAD_MSG: FailureReason.PROTOCOL,  # noqa: SLF001
    }
    no_access = {
        Code._AUTHENTICATION,  # noqa: SLF001
        Code.CLUSTER_AUTHORIZATION_FAILED,
        Code.SASL_AUTHENTICATION_FAILED,
    }
    if error.code() in no_access or error.code() >= 0:
        return look.refusal(_AROUND.sub("", error.str()), of_access=error.code() in no_access)
    if reason := reasons.get(error.code()):
        return look.explain(Diagnosis(reason))
    return look.failure(RuntimeError(error.str()))
