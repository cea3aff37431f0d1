"""A web server on the loopback that answers what a test says, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Sent(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # whatever was sent
        """The body."""
        return json.loads(self.body)

    @property
    def key(self) -> str:
        """The name that it goes by."""
        return self.headers["idempotency-key"]


@dataclass
class Server:
    """Answers each request with a status, and perhaps with headers."""

    answer: Callable[[Sent], int | tuple[int, dict[str, str]]] = lambda _: 204
    sent: list[Sent] = field(default_factory=list)
    url: str = ""
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, sent: Sent) -> tuple[int, dict[str, str]]:
        """Take a request."""
        with self.lock:
            self.sent.append(sent)
            answer = self.answer(sent)
        return answer if isinstance(answer, tuple) else (answer, {})


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with server.lock:
                server.under_way += 1
                server.most_under_way = max(server.most_under_way, server.under_way)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = server.take(Sent(self.path, headers, body))
            with server.lock:
                server.under_way -= 1
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    with Quiet(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_address[1]}/events"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
