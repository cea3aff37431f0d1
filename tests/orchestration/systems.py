"""Small real systems: services that are programs, written as YAML, on ports that were free a moment ago."""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.processes.programs import runs
from tiktoktoe_cli.orchestration.session import OrchestrationInputs
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.orchestration.effects import Job

# leaves its process id in the folder, says what it does, and answers on its port as its mode says
SERVICE = """
import os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

name, port, mode = sys.argv[1:]
Path(name + ".pid").write_text(str(os.getpid()))
print(name, "is", mode, flush=True)
if mode == "dying":
    sys.exit("no database")
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if mode == "sick" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""


def free_port() -> int:
    """Find a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def write_system(folder: Path, *, start_timeout: str = "20s", **modes: str) -> Path:
    """Write a chain of services, each of which needs the one before it, with a mode for each."""
    (folder / "serve.py").write_text(SERVICE)
    lines = ["version: 1", "system: trial", "services:"]
    before = ""
    for name, mode in modes.items():
        port = free_port()
        lines += [
            f"  {name}:",
            f"    depends_on: {{{before}}}",
            f"    health: [{{name: api, http: {{url: 'http://127.0.0.1:{port}/'}}}}]",
            "    actions:",
            f"      start: {{run: ['{sys.executable}', serve.py, {name}, '{port}', {mode}]}}",
            "      stop: {grace: 500ms}",
        ]
        before = f"{name}: null"
    lines.append(f"orchestration: {{start_timeout: {start_timeout}, output: logs}}")
    file = folder / "tiktoktoe.yaml"
    file.write_text("\n".join(lines))
    return file


def inputs_of(file: Path, *jobs: Job) -> OrchestrationInputs:
    """Read a system that `write_system` wrote."""
    system = load_system([str(file)], {}, {"services", "checks", "actions", "orchestration"})
    return OrchestrationInputs(
        graph=system.graph(),
        checks=system["checks"],
        actions=system["actions"],
        settings=system["orchestration"],
        jobs=jobs,
        environ={"PATH": os.environ["PATH"]},
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def pids(folder: Path) -> list[int]:
    """List the processes of the services that were started."""
    return [int(file.read_text()) for file in folder.glob("*.pid")]


def survivors(folder: Path) -> list[int]:
    """List the services that still run."""
    return [pid for pid in pids(folder) if runs(pid)]
