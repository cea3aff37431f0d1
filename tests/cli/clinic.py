"""A small system to wait for and to watch: two services of which each can be started and stopped, and a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from tests.samples.town import free_ports

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

ROOT = Path(__file__).resolve().parents[2]
BOUND_S = 30
SYSTEM = """
version: 1
system: clinic
health:
  modules:
    http_2xx: {{http: {{headers: {{authorization: "Bearer {secret}"}}}}, timeout: 2s, targets: ["127.0.0.1:*"]}}
    anything: {{tcp: {{}}}}
services:
  api:
    group: core
    depends_on: {{db: {{}}}}
    health: [{{name: web, http: {{url: "http://127.0.0.1:{api}/"}}, interval: 200ms, retries: 0,
               thresholds: {{fail: 1}}}}]
  db:
    health: [{{name: web, http: {{url: "http://127.0.0.1:{db}/"}}, interval: 200ms, retries: 0,
               thresholds: {{fail: 1}}}}]
  lonely: {{}}
"""
SECRET = "hunter2-and-more"  # noqa: S105  # must not appear anywhere


class Fine(BaseHTTPRequestHandler):
    """Answers everything with 200."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that leave."""

    def handle_error(self, *_arguments: object) -> None:
        """Pass over: a client that was stopped leaves in the middle."""


@dataclass
class Clinic:
    """The system in a folder; whatever was started ends with the block."""

    folder: Path
    ports: dict[str, int] = field(
        default_factory=lambda: dict(zip(("api", "db"), free_ports(2), strict=True))
    )
    servers: dict[str, ThreadingHTTPServer] = field(default_factory=dict)
    commands: list[subprocess.Popen[str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        (self.folder / "tiktoktoe.yaml").write_text(SYSTEM.format(secret=SECRET, **self.ports))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.servers):
            self.down(name)
        for command in self.commands:
            if command.poll() is None:
                command.send_signal(signal.SIGKILL)
            with command:  # closes its pipes
                pass

    def up(self, *names: str) -> None:
        """Start services."""
        for name in names:
            server = QuietServer(("127.0.0.1", self.ports[name]), Fine)
            self.servers[name] = server
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self, name: str) -> None:
        """Stop a service."""
        server = self.servers.pop(name)
        server.shutdown()
        server.server_close()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command line of `health`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TIKTOKTOE_")}
        command = subprocess.Popen(
            [sys.executable, "-m", "tiktoktoe_cli", "health", *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(ROOT), "CI": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.commands.append(command)
        return command

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command line of `health` to its end."""
        return end_of(self.start(*arguments))


def end_of(command: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end of a command; returns its exit code, standard output and standard error."""
    out, err = command.communicate(timeout=BOUND_S)
    return command.returncode, out, err


def line_with(stream: object, words: str) -> str:
    """Read lines up to the one with these words; a command that ends before fails the test."""
    for line in stream:  # type: ignore[attr-defined]  # a text stream
        if words in line:
            return str(line)
    raise AssertionError(f"there is no `{words}`")
