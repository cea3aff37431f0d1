"""A real web server on the loopback, for what a server of our own would prove nothing about: HTTP/2."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.transport.servers import closed_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BIG = 3 * 1024 * 1024
_CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {certificate};
        ssl_certificate_key {certificate};
        root files;
        location = /version {{ return 200 "$server_protocol $connection"; }}
        location = /authorization {{ return 200 "$http_authorization"; }}
        location = /cookie {{ add_header Set-Cookie "session=sesame"; return 204; }}
        location = /away {{ return 302 http://user:sesame@127.0.0.1:{port}/; }}
        location = /there {{ return 302 /version; }}
        location = /big {{ }}
        location = /slow {{ limit_rate 4k; try_files /big =404; }}
        location = /hang-up {{ return 444; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running server."""

    port: int

    def url(self, path: str) -> str:
        """Write the address of something on it."""
        return f"https://127.0.0.1:{self.port}{path}"


@contextmanager
def running_nginx(folder: Path, certificate: Path) -> Iterator[Nginx]:
    """Start nginx on a free port with a folder of its own, and end it."""
    program = _found()
    port = closed_port()
    (folder / "files").mkdir()
    (folder / "files" / "big").write_bytes(b"x" * BIG)
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(port=port, certificate=certificate))
    arguments = (program, "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr")
    with subprocess.Popen(arguments, stderr=subprocess.PIPE) as process:
        try:
            _await_port(port, process)
            yield Nginx(port)
        finally:
            process.kill()
            process.communicate(timeout=10)


def _found() -> str:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if program is None and os.environ.get("CI"):
        pytest.fail("nginx is not installed: `apt-get install nginx-light`")
    if program is None:
        pytest.skip("nginx is not installed")
    return program


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"nginx did not start: {process.communicate()[1].decode()}")
