"""What the benchmarks of health need: nginx, servers that are slow or silent, and blackbox exporter with wrk."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_S = 10
_NGINX = """
daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    log_format times "$request_time";
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        default_type application/json;
        location = / {{ return 200 '{{"status":"UP"}}'; }}
        location = /slow {{ access_log times.log times; proxy_pass http://127.0.0.1:{slow}/; }}
    }}
}}
"""
_BLACKBOX = "modules: {http_2xx: {prober: http}}\n"
_LISTENER = """
import asyncio, sys

async def behave(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(float(sys.argv[2]))
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 15\\r\\nConnection: close\\r\\n\\r\\n{\\"status\\":\\"UP\\"}")
    writer.close()

async def main():
    async with await asyncio.start_server(behave, "127.0.0.1", int(sys.argv[1]), backlog=4096) as server:
        await server.serve_forever()

asyncio.run(main())
"""


def found(program: str) -> str:
    """Find a program, also where administrators have theirs; end the benchmark if it is not installed."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if path is None:
        sys.exit(
            f"`{program}` is not installed; on Debian: apt-get install nginx-light prometheus-blackbox-exporter wrk"
        )
    return path


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(arguments: list[str], port: int, folder: Path) -> Iterator[int]:
    """Start a server, wait until it listens, and end it."""
    with subprocess.Popen(
        arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _await_port(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def nginx(folder: Path, slow_port: int) -> Iterator[int]:
    """Run nginx: `/` answers at once, `/slow` when its upstream does, and notes how long that took in `times.log`."""
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX.format(port=port, slow=slow_port))
    arguments = [found("nginx"), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]
    with running(arguments, port, folder):
        yield port


@contextmanager
def listener(folder: Path, delay_s: float) -> Iterator[int]:
    """Run a server that accepts everybody and answers after a while, which may be never."""
    port = free_port()
    with running([sys.executable, "-c", _LISTENER, str(port), str(delay_s)], port, folder):
        yield port


@contextmanager
def blackbox(folder: Path) -> Iterator[int]:
    """Run Prometheus' blackbox exporter with its module for plain checks."""
    port = free_port()
    (folder / "blackbox.yml").write_text(_BLACKBOX)
    options = ["--config.file=blackbox.yml", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with running([found("prometheus-blackbox-exporter"), *options], port, folder):
        yield port


def probes_per_second(blackbox_port: int, target: str, seconds: int) -> float:
    """Let wrk drive blackbox exporter as hard as it can."""
    url = f"http://127.0.0.1:{blackbox_port}/probe?target={target}&module=http_2xx"
    arguments = [found("wrk"), "-t1", "-c64", f"-d{seconds}s", url]
    output = subprocess.run(
        arguments, capture_output=True, text=True, check=True, timeout=seconds + 30
    ).stdout
    match = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    assert match, output
    return float(match[1])


def _await_port(port: int) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port} after {WAIT_S} s")
