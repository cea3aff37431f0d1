"""The kafka probe: what the brokers say about themselves and their topics."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Context, Telling, Text
from tiktoktoe_cli.health.observation import Failure
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing
from tiktoktoe_cli.transport.addresses import split_address
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping

    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.outside import Outside

_CHILD: Final = Path(__file__).with_name("kafka_child.py")
_AROUND: Final = re.compile(r"^\S+/\S+: | \(after [^()]*\)$")
"""What the client writes around the words of an error: with which broker it was, and when."""
_REPLICA_IS_DOWN: Final = "REPLICA_NOT_AVAILABLE"  # says no more than `in_sync` does, and clients go on
_NO_ACCESS: Final = frozenset(
    {"_AUTHENTICATION", "CLUSTER_AUTHORIZATION_FAILED", "SASL_AUTHENTICATION_FAILED"}
)
_REASONS: Final = {"_RESOLVE": FailureReason.DNS, "_BAD_MSG": FailureReason.PROTOCOL}
_MORE_SECRETS: Final = frozenset({"ssl.key.pem", "sasl.oauthbearer.config"})


def _as_servers(servers: str) -> str:
    for address in servers.split(","):
        if split_address(address) is None:
            context = {"address": address, "hint": "write `host:port`, and commas between several"}
            raise PydanticCustomError("bad-address", "`{address}` is not a host with a port", context)
    return servers


def _as_options(options: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Keep what carries credentials, and does not sound so, out of every output."""
    for name, value in options.items():
        if name in _MORE_SECRETS and isinstance(info.context, Context):
            info.context.learn_secret(value)
    return options


class KafkaProbe(ProbeSettings):
    """Ask a Kafka cluster for its metadata; no topic is created by that.

    Variables: brokers (a list of maps: id, host, port), topics (a list of names), partitions (of `topic`, a list of
    maps: id, leader, which is -1 if there is none, replicas and in_sync, which are lists of brokers, and error, which
    is empty if all is well; empty if no topic is named, and missing if it is not there, or has an error or no
    partitions) and controller (the id of a broker); timing has total. Where the login is refused, the failure is
    `auth`.
    """

    variables: ClassVar[tuple[str, ...]] = ("brokers", "topics", "partitions", "controller")
    assumed: ClassVar[tuple[str, ...]] = (
        "size(brokers) > 0",
        "partitions.all(p, brokers.exists(b, b.id == p.leader) && size(p.in_sync) > 0)",
        f'partitions.all(p, p.error in ["", "{_REPLICA_IS_DOWN}"])',
    )
    target: ClassVar[str] = "bootstrap_servers"
    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.health.probes.extra", "tiktoktoe_cli.processes.groups")

    bootstrap_servers: Annotated[Text, AfterValidator(_as_servers)]
    """Whom to ask first, `host:port`; several are separated by commas, and one of them is enough."""
    topic: Text = ""
    """The topic whose partitions are looked at; the default is none."""
    options: Annotated[dict[str, Text], Telling, AfterValidator(_as_options)] = Field(default_factory=dict)
    """More for the client, by the names of librdkafka, such as `security.protocol`, `sasl.password` or
    `ssl.ca.location`."""

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The only server, if there is only one: of several, each may be down."""
        return split_address(self.bootstrap_servers)

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Ask, and observe what is told; what is measured is the client's work, without the start of its process."""
        from tiktoktoe_cli.health.probes.extra import Look

        told: dict[str, Any] = {}

        async def ask(look: Look) -> Answer | Failure:
            try:
                child = await _start_child()
            except OSError as error:
                message = f"cannot start the client of Kafka: {reason_of(error)}"
                return Failure("not-started", message, is_ours=True)
            look.start()
            line, status = await _hear(child, self._settings(look.left_ns))
            if not line.endswith(b"\n"):
                return _explain_end(status, look)
            told.update(json.loads(line))
            return self._understand(told, look)

        seen = await Look("Kafka's protocol", self.bootstrap_servers, timeout_ns, outside).run(ask)
        return replace(seen, timing=Timing(told["took_ns"])) if "took_ns" in told else seen

    def _settings(self, limit_ns: int) -> bytes:
        settings = {
            "servers": self.bootstrap_servers,
            "options": self.options,
            "topic": self.topic,
            "limit_ns": limit_ns,
        }
        return json.dumps(settings).encode()

    def _understand(self, told: Mapping[str, Any], look: Look) -> Answer | Failure:  # Any: JSON
        match told:
            case {"missing": package}:
                raise ModuleNotFoundError(name=package)
            case {"invalid": words}:
                return look.invalid(words)
            case {"error": [name, words]}:
                return _explain(name, words, look)
        return self._answer(told["seen"])

    def _answer(self, seen: Mapping[str, Any]) -> Answer:  # Any: JSON
        from tiktoktoe_cli.health.probes.extra import Answer

        topic = seen["topic"]
        values = {name: seen[name] for name in ("brokers", "topics", "controller")}
        if not self.topic:
            return Answer({**values, "partitions": []})
        if topic is None:
            return Answer(values, (f"there is no topic `{self.topic}`",))
        if topic["error"]:
            return Answer(values, (f"of the topic `{self.topic}` the brokers say: {_words(topic['error'])}",))
        partitions = topic["partitions"]
        if not partitions:
            return Answer(values, (f"the topic `{self.topic}` has no partitions",))
        faulty = next((one for one in partitions if one["error"]), None)
        told = (
            (f"of the partition {faulty['id']} the brokers say: {_words(faulty['error'])}",) if faulty else ()
        )
        return Answer({**values, "partitions": [_partition(one) for one in partitions]}, told)


def _partition(one: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON; CEL values
    return {**one, "error": one["error"][0] if one["error"] else ""}


def _words(error: tuple[str, str]) -> str:
    name, words = error
    return f"{words} ({name})"


async def _start_child() -> Process:
    """Start the client, which needs no guard: it ends by itself when its limit is over.

    Raises:
        ModuleNotFoundError: if there is none.
        OSError: if the system refuses.
    """
    import asyncio
    from importlib.util import find_spec

    if find_spec("confluent_kafka") is None:
        raise ModuleNotFoundError(name="confluent_kafka")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(_CHILD)),  # -P: the modules beside it are not those that libraries mean
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


async def _hear(child: Process, settings: bytes) -> tuple[bytes, int]:
    """Return what the client tells, and the status with which it ended; who is cancelled ends it."""
    from tiktoktoe_cli.processes.groups import signal_group

    try:
        line, _ = await child.communicate(settings)
    finally:
        signal_group(child.pid, SIGKILL)
        await child.communicate()  # it ends with its pipes, and somebody has to read them
    return line, await child.wait()


def _explain_end(status: int, look: Look) -> Failure:
    """Say why the client told nothing.

    Raises:
        TimeoutError: if its limit was over.
    """
    from tiktoktoe_cli.processes import Exit
    from tiktoktoe_cli.transport.foreign import Diagnosis

    if status == 0:
        raise TimeoutError
    if status > 0:
        return Failure("not-possible", f"the client of Kafka told nothing, and {Exit(status)}", is_ours=True)
    return look.explain(Diagnosis(FailureReason.PROTOCOL, f"the client broke on it, and {Exit(status)}"))


def _explain(name: str, words: str, look: Look) -> Failure:
    """Say what an error means by its name; those of the client itself begin with `_`."""
    from tiktoktoe_cli.transport.foreign import Diagnosis

    if name in _NO_ACCESS or not name.startswith("_"):
        return look.refusal(_AROUND.sub("", words), of_access=name in _NO_ACCESS)
    if reason := _REASONS.get(name):
        return look.explain(Diagnosis(reason))
    return look.failure(RuntimeError(words))
