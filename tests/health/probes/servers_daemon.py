"""Real servers of the machine on the loopback: found, started with a folder of their own, and stopped again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELSEWHERE = ("/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
_PATIENCE_S = 60


def found(program: str, package: str) -> str:
    """Find a program; without it, skip the test, or fail where everything should be installed."""
    path = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_ELSEWHERE]))
    if path is None and os.environ.get("CI"):
        pytest.fail(f"{program} is not installed: `apt-get install {package}`")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


@dataclass(frozen=True)
class Home:
    """A folder, and the user who owns it: some servers refuse to run as root."""

    folder: Path
    user: str | None

    def write(self, name: str, content: bytes) -> Path:
        """Write a file that only the user can read."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        self._own(path)
        return path

    def run(self, *command: str) -> None:
        """Run a program to its end, as the user."""
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, capture_output=True, timeout=_PATIENCE_S, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()

    @contextmanager
    def serving(self, port: int, *command: str) -> Iterator[None]:
        """Run a server as the user until the end of the block; it begins when the port is open."""
        log = self.folder / "log"
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command, user=self.user, cwd=self.folder, stdout=output, stderr=subprocess.STDOUT
            ) as process,
        ):
            try:
                _await_port(port, process, log)
                yield
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=10)
                process.kill()

    def _own(self, path: Path) -> None:
        if self.user:
            shutil.chown(path, self.user)


@contextmanager
def home(user: str) -> Iterator[Home]:
    """Make a folder for a server; if the tests run as root, it belongs to a user who is not."""
    # not below pytest's folders, which only their owner may enter
    with tempfile.TemporaryDirectory(prefix="tiktoktoe-") as folder:
        made = Home(Path(folder), user if os.geteuid() == 0 and _exists(user) else None)
        made._own(made.folder)
        yield made


def _exists(user: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} did not start: {log.read_text(errors='replace')}")
