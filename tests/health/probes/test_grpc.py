from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from pydantic import ValidationError

from tests.health.probes.looking import look
from tiktoktoe_cli.health.probes.grpc import GrpcProbe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Listing(health.aio.HealthServicer):  # type: ignore[misc]  # the package has no types
    """A health service that also lists its services, and remembers how it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[dict[str, Any]] = []

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's names
        """Answer for one service, and note what came along."""
        self.calls.append(dict(context.invocation_metadata()))
        return await super().Check(request, context)

    async def List(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer for all services."""
        del request, context
        statuses = {"": SERVING, "orders": NOT_SERVING}
        return health_pb2.HealthListResponse(
            statuses={
                name: health_pb2.HealthCheckResponse(status=status) for name, status in statuses.items()
            }
        )


class Broken(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # the package has no types
    """A health service behind a proxy that lets nobody through."""

    def __init__(self, details: str = "no healthy upstream") -> None:
        self.details = details

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse the call."""
        code = grpc.StatusCode[request.service]
        await context.abort(code, self.details)


@asynccontextmanager
async def serving(servicer: Any = None, credentials: Any = None) -> AsyncIterator[str]:
    """Run a server, with a health service if one is given, and yield its address."""
    server = grpc.aio.server()
    if servicer is not None:
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if isinstance(servicer, health.aio.HealthServicer):
        await servicer.set("", SERVING)
        await servicer.set("orders", NOT_SERVING)
    port = (
        server.add_secure_port("127.0.0.1:0", credentials)
        if credentials
        else server.add_insecure_port("127.0.0.1:0")
    )
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(grace=None)


def asked(servicer: Any = None, credentials: Any = None, **settings: Any) -> Observation:
    """Let the probe ask such a server once."""

    async def play() -> Observation:
        async with serving(servicer, credentials) as address:
            return await look(GrpcProbe, **{"address": address, **settings})

    return asyncio.run(play())


@pytest.mark.parametrize(("service", "status"), [("", "SERVING"), ("orders", "NOT_SERVING")])
def test_a_service_says_how_it_is(service: str, status: str) -> None:
    """The server as a whole and each of its services have a status of their own."""
    seen = asked(health.aio.HealthServicer(), service=service)

    assert (seen.failure, seen.remarks) == (None, ())
    assert seen.values == {"code": "OK", "status": status}
    timing = seen.timing
    assert timing.connect_ns
    assert timing.ttfb_ns
    assert (timing.dns_ns or 0) + timing.connect_ns + timing.ttfb_ns <= timing.total_ns


def test_a_service_that_is_not_known() -> None:
    """NOT_FOUND is an answer (health checking protocol), and its status is the one that `Watch` has for it."""
    seen = asked(health.aio.HealthServicer(), service="nope")

    assert seen.failure is None
    assert seen.values == {"code": "NOT_FOUND", "status": "SERVICE_UNKNOWN"}
    assert seen.remarks == ("the server knows no service `nope`",)


def test_a_server_without_a_health_service() -> None:
    """UNIMPLEMENTED is an answer too, without a status, and is told for what it is."""
    seen = asked()

    assert seen.failure is None
    assert seen.values == {"code": "UNIMPLEMENTED"}
    assert seen.remarks == ("the server has no health service, `grpc.health.v1.Health`",)


def test_another_code_is_an_answer() -> None:
    """Who is not let in hears the code, and the check says so."""
    seen = asked(Broken(), service="PERMISSION_DENIED")

    assert seen.values == {"code": "PERMISSION_DENIED"}
    assert seen.remarks == ("the server answers with PERMISSION_DENIED: no healthy upstream",)


@pytest.mark.parametrize("code", ["INTERNAL", "UNAVAILABLE"])
def test_long_details_are_cut(code: str) -> None:
    """What a server has to say about it fits into a line, whatever the code is."""
    seen = asked(Broken("no\n" * 1000), service=code)

    told = seen.failure.message if seen.failure else seen.remarks[0]
    assert len(told) < 400
    assert "no no no" in told


def test_a_server_that_is_unavailable_has_not_answered() -> None:
    """A proxy without a server behind it answers so (Envoy does), and that is a failure with its words."""
    seen = asked(Broken(), service="UNAVAILABLE")

    assert seen.failure
    assert seen.failure.reason == "rejected"
    assert seen.failure.message.endswith("answers with an error: no healthy upstream")


def test_all_services_can_be_listed() -> None:
    """One look tells the status of each."""
    seen = asked(Listing(), list_services=True)

    assert seen.values == {
        "code": "OK",
        "status": "SERVING",
        "services": {"": "SERVING", "orders": "NOT_SERVING"},
    }


def test_a_server_that_lists_nothing_is_no_failure() -> None:
    """`List` is new; without it the services are missing, and it is told why."""
    seen = asked(health.aio.HealthServicer(), list_services=True)

    assert seen.values == {"code": "OK", "status": "SERVING"}
    assert seen.remarks == ("it does not list its services: UNIMPLEMENTED",)


def test_metadata_is_sent_along() -> None:
    """Names are in lower case (gRPC over HTTP/2), and those that end in `-bin` are of bytes."""
    servicer = Listing()

    asked(servicer, metadata={"X-Tenant": "shop", "trace-bin": "é"})

    assert servicer.calls[0]["x-tenant"] == "shop"
    assert servicer.calls[0]["trace-bin"] == "é".encode()


@pytest.mark.parametrize(
    "settings",
    [
        {"metadata": {"x": "é"}},
        {"metadata": {"grpc-timeout": "1S"}},
        {"metadata": {"a!": "b"}},
        {"tls": {"verify": False}},
    ],
)
def test_what_cannot_be_done_is_refused_at_once(settings: dict[str, Any]) -> None:
    """What gRPC cannot send, and a server that is not verified, are problems of the configuration."""
    with pytest.raises(ValidationError):
        GrpcProbe.model_validate({"address": "h:1", **settings})


def credentials_of(certificates: Certificates, *, asking: bool = False) -> Any:
    """Make the credentials of a server, one that asks for ours if it shall."""
    issued = certificates.issued("127.0.0.1").read_bytes()
    root = certificates.trusted.ca.read_bytes() if asking and certificates.trusted.ca else None
    return grpc.ssl_server_credentials([(issued, issued)], root, require_client_auth=asking)


@pytest.mark.parametrize("authority", ["", "shop.example"])
def test_it_answers_over_tls(certificates: Certificates, authority: str) -> None:
    """Its authority is trusted, and the name in the call may be another one."""
    ca = str(certificates.folder / "ca.pem")

    seen = asked(
        health.aio.HealthServicer(), credentials_of(certificates), tls={"ca": ca}, authority=authority
    )

    assert seen.values == {"code": "OK", "status": "SERVING"}


def test_a_server_that_asks_who_we_are(certificates: Certificates) -> None:
    """Mutual TLS: our own certificate is shown."""
    ca, own = str(certificates.folder / "ca.pem"), str(certificates.issued("us.example"))

    seen = asked(
        health.aio.HealthServicer(), credentials_of(certificates, asking=True), tls={"ca": ca, "cert": own}
    )

    assert seen.values == {"code": "OK", "status": "SERVING"}


def test_the_name_must_be_right(certificates: Certificates) -> None:
    """Another name than the certificate's is a fault."""
    tls = {"ca": str(certificates.folder / "ca.pem"), "server_name": "other"}

    seen = asked(health.aio.HealthServicer(), credentials_of(certificates), tls=tls)

    assert seen.failure
    assert (seen.failure.reason, seen.failure.tls_fault) == ("tls", "wrong-name")
    assert seen.timing.connect_ns is None
