"""How long a command takes to start, as ratios to a bare interpreter.

    python tests/benchmarks/bench_startup.py

Each command runs in turn with the bare interpreter (A B A B ...), as whole processes; the ratio of the medians is
printed. The targets: `--help` at most 7, `graph validate -o json` on the sample shop at most 30.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
BARE = ("-c", "pass")
SHOP = ("-c", "samples/shop/tiktoktoe.yaml")
COMMANDS = {
    "--version": ("--version",),
    "--help": ("--help",),
    "config check": ("config", "check", *SHOP),
    "graph validate -o json": ("graph", "validate", *SHOP, "-o", "json"),
    "graph show": ("graph", "show", *SHOP),
    "expr eval": ("expr", "eval", "1 + 1"),
}


def main() -> None:
    """Print one line for each command."""
    for name, arguments in COMMANDS.items():
        pairs = [(_seconds("-m", "tiktoktoe_cli", *arguments), _seconds(*BARE)) for _ in range(ROUNDS)]
        ours, bare = (median(column) for column in zip(*pairs, strict=True))
        sys.stdout.write(f"{name:24} {ours * 1000:7.1f} ms  {ours / bare:5.1f} x a bare interpreter\n")


def _seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True, timeout=60)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
