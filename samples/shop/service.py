"""One service of the sample shop: `python3 service.py NAME [--port N]`, with the standard library only.

It answers `GET /health` and does the little real work that `shop.py` lists under its name.
The environment tells it what to be:

    SHOP_<NAME>_PORT          where it listens and where the others look for it; defaults in `shop.SERVICES`
    SHOP_<NAME>_MODE          ok, slow, degraded, failing, never, dies, stubborn; see `settings.MODES` (ok)
    SHOP_<NAME>_DELAY         milliseconds by which slow answers are late (800)
    SHOP_<NAME>_START_DELAY   seconds until it is ready (0)
    SHOP_VERBOSE=1            one line per request, not only per start and stop

It exits with 0 when stopped (SIGTERM, SIGINT), 1 when told to die, 2 when asked wrongly, and 3 when it
cannot listen.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from settings import MODES, Settings, give_up
from shop import SERVICES, Desk, Json, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
HEALTH_TIMEOUT_S, WORK_TIMEOUT_S = 2.0, 5.0
DRAIN_S = 0.8  # what requests in flight get when the service stops


def call(port: int, request: str, body: Json | None, timeout_s: float) -> tuple[int, Json]:
    """Send `METHOD /path` to a port of this machine; one that does not answer is a 503, not an exception."""
    connection = HTTPConnection(HOST, port, timeout=timeout_s)
    try:
        method, _, path = request.partition(" ")
        connection.request(method, path, json.dumps(body or {}))
        response = connection.getresponse()
        return response.status, json.load(response)
    except (OSError, HTTPException, ValueError) as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, {"error": f"no answer from port {port}: {error}"}
    finally:
        connection.close()


class Running:
    """A service at work: it turns requests into statuses and answers."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.mode, self.facts = settings, MODES[settings.mode], SERVICES[settings.name]
        self.desk = Desk(call=self.call, kept=self.facts.stock())
        self.stopping = threading.Event()
        self.started_s = time.monotonic()

    def answer(self, request: str, body: bytes) -> tuple[int, Json]:
        """Answer `METHOD /path`, as late as the mode wants; a stop cuts the waiting short."""
        is_health = request == "GET /health"
        if self.mode.slow_health if is_health else self.mode.slow_work:
            self.stopping.wait(self.settings.delay_s)
        try:
            return self.health() if is_health else self.work(request, body)
        except RefusedError as refusal:
            return refusal.status, {"error": str(refusal)}

    def health(self) -> tuple[int, Json]:
        """Say how the service is, and how those are on which it depends."""
        own = self.mode.status if self.is_ready() else "DOWN"
        needs = {name: self.health_of(name) for name in self.facts.needs}
        likes = {name: self.health_of(name) for name in self.facts.likes}
        status = "DEGRADED" if "DOWN" in likes.values() else own
        if "DOWN" in (own, *needs.values()):
            status = "DOWN"
        return HTTPStatus.SERVICE_UNAVAILABLE if status == "DOWN" else HTTPStatus.OK, {
            "status": status,
            "service": self.settings.name,
            "version": self.facts.version,
            "uptime_s": round(time.monotonic() - self.started_s, 3),
            "checks": {"work": own, **needs, **likes},
        }

    def work(self, request: str, body: bytes) -> tuple[int, Json]:
        """Do what the request asks for, unless the mode forbids it."""
        if not self.is_ready():
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not ready yet")
        if self.mode.status == "DOWN":
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, f"told to be {self.settings.mode}")
        for pattern, work in self.facts.routes.items():
            if found := re.fullmatch(pattern, request):
                done = HTTPStatus.CREATED if request.startswith("POST") else HTTPStatus.OK
                return done, work(self.desk, parse(body), *found.groups())
        raise RefusedError(HTTPStatus.NOT_FOUND, f"nothing is served at `{request}`")

    def is_ready(self) -> bool:
        """Ask whether the start is over."""
        return time.monotonic() - self.started_s >= max(self.settings.start_delay_s, self.mode.starts_in_s)

    def health_of(self, name: str) -> str:
        """Ask another service how it is."""
        _, health = call(self.settings.ports[name], "GET /health", None, HEALTH_TIMEOUT_S)
        return str(health.get("status", "DOWN"))

    def call(self, name: str, request: str, body: Json | None) -> tuple[int, Json]:
        """Have another service do some work."""
        return call(self.settings.ports[name], request, body, WORK_TIMEOUT_S)


def parse(body: bytes) -> Json:
    """Read a request's body: a JSON object, or nothing."""
    with suppress(ValueError):
        if isinstance(parsed := json.loads(body or b"{}"), dict):
            return parsed
    raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")


class Listener(ThreadingHTTPServer):
    """A port that serves one service."""

    allow_reuse_port = False  # a port that is taken is an error, on every version of Python
    request_queue_size = 128

    def __init__(self, running: Running, port: int) -> None:
        self.running = running
        super().__init__((HOST, port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Show bugs, but not callers that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # only handed on


class Handler(BaseHTTPRequestHandler):
    """One request and its answer, as JSON."""

    server: Listener
    timeout = WORK_TIMEOUT_S

    def do_GET(self) -> None:
        """Hand the request to the service."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.server.running.answer(f"{self.command} {self.path}", body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  # the library's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Log a request, if that is wanted."""
        if self.server.running.settings.verbose:
            say(f"{self.server.running.settings.name}: {format % args}")


def listen(running: Running) -> Listener:
    """Take the service's port, or give up with 3."""
    name = running.settings.name
    port = running.settings.ports[name]
    try:
        return Listener(running, port)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        reason = "is already in use" if in_use else f"cannot be had: {error.strerror}"
        give_up(3, f"{name}: port {port} on {HOST} {reason}; set SHOP_{name.upper()}_PORT")


def serve(server: Listener) -> None:
    """Serve until a signal comes, then give the requests in flight a moment to finish."""
    running = server.running

    def stop() -> None:
        running.stopping.set()
        server.shutdown()

    def on_signal(*_: object) -> None:
        threading.Thread(target=stop).start()  # `shutdown` waits for the loop that this thread is in

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if running.settings.mode == "stubborn" else on_signal)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    deadline_s = time.monotonic() + DRAIN_S
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0, deadline_s - time.monotonic()))


def say(line: str) -> None:
    """Log a line, unless nobody reads any more."""
    with suppress(BrokenPipeError):
        print(line, flush=True)


def main(arguments: list[str], environ: Mapping[str, str]) -> None:
    """Run one service until it is stopped."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("name", help=", ".join(SERVICES))
    parser.add_argument("--port", help="listen here, whatever the environment says")
    asked = parser.parse_args(arguments)
    if asked.port:
        environ = {**environ, f"SHOP_{asked.name.upper()}_PORT": asked.port}
    settings = Settings.read(asked.name, environ)
    if settings.mode == "dies":
        give_up(1, f"{asked.name}: told to die")
    server = listen(Running(settings))
    where = f"http://{HOST}:{server.server_port}"
    say(f"{asked.name} {server.running.facts.version} listens on {where} (mode {settings.mode})")
    serve(server)
    say(f"{asked.name} stopped")


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
