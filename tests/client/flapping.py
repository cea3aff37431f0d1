"""A web server in a thread that answers as a test wants, one answer after the other."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

HANG = -1
"""Instead of a status: say nothing, until the server ends."""
Answer: TypeAlias = int | tuple[int, dict[str, str], bytes]


@dataclass
class Flapping:
    """Gives these answers, the last one for ever; notes what it was asked: method, path, headers and body."""

    answers: list[Answer]
    port: int = 0
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/work"

    def next(self) -> Answer:
        """Take the next answer."""
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def flapping(*answers: Answer) -> Iterator[Flapping]:
    """Serve on a free port of the loopback."""
    script = Flapping(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_all(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append((self.command, self.path, headers, body))
            answer = script.next()
            status, extra, content = answer if isinstance(answer, tuple) else (answer, {}, b"")
            if status == HANG:
                script.over.wait(60)
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = handle_all  # noqa: N815  # what the server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield script
        finally:
            script.over.set()
            server.shutdown()
            thread.join()
