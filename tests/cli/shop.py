"""A copy of the sample shop to run commands in: its own folder, its own ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.samples.town import NAMES, free_ports

ROOT = Path(__file__).resolve().parents[2]
BOUND_S = 60


@dataclass(frozen=True)
class Shop:
    """The samples, copied; commands run where `samples/shop/tiktoktoe.yaml` is found."""

    folder: Path
    environ: dict[str, str]

    @classmethod
    def copy_to(cls, folder: Path) -> Shop:
        """Copy the samples without what earlier runs left in them."""
        leftovers = shutil.ignore_patterns("out", "__pycache__")
        shutil.copytree(ROOT / "samples", folder / "samples", ignore=leftovers)
        names = [*(f"SHOP_{name.upper()}_PORT" for name in NAMES), "FILES_PORT", "MIRROR_PORT"]
        ports = map(str, free_ports(len(names)))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOP_")}
        return cls(folder, kept | dict(zip(names, ports, strict=True)))

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start a command line in the folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "tiktoktoe_cli", *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """Run a command line to its end; one that takes a minute is killed, and fails the test."""
        with self.start(*arguments, **environ) as process:
            return finish(process)

    def edit(self, before: str, after: str) -> None:
        """Write something else in the configuration, wherever it stands."""
        config = self.folder / "samples" / "shop" / "tiktoktoe.yaml"
        text = config.read_text()
        assert before in text
        config.write_text(text.replace(before, after))

    def left_running(self) -> dict[int, str]:
        """Find the processes whose working directory is in this shop's folder: their ids and command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                inside = entry.name.isdigit() and (entry / "cwd").resolve().is_relative_to(self.folder)
                command = (entry / "cmdline").read_bytes() if inside else b""
            except OSError:  # it ended while we looked
                continue
            if command:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
        return found

    def end_what_is_left(self) -> None:
        """Kill what a failed test has left running."""
        for process in self.left_running():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Read progress from standard error up to the line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(words)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end of a command; returns its exit code, standard output and standard error."""
    try:
        out, err = process.communicate(timeout=BOUND_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        raise
    return process.returncode, out, err
