"""What graphs cost: the transitive reduction beside networkx's, a huge system, and the commands on a common one.

    python tests/benchmarks/bench_graph.py

The targets: the reduction of 10,000 nodes and about 30,000 edges at least 100 times as fast as networkx's in the same
run (which takes half a minute); `graph validate` of 100,000 services and 300,000 dependencies in at most 10 s and
500 MB, as a whole process; on a system of the shape of Sentry's (57 services, 236 dependencies), whole processes of
`graph validate -o json` at most 30 times a bare interpreter, and of `graph show` at most 35 times, as medians of pairs
that run in turn. If one is missed, the exit code is 1.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import networkx as nx

from tiktoktoe_cli.graph.algorithms.reduction import reduce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 15
REDUCTION_NODES, REDUCTION_TARGET = 10_000, 100
HUGE_SERVICES, HUGE_SECONDS, HUGE_MB = 100_000, 10, 500
WINDOW = 200
COMMON_SERVICES, COMMON_EDGES, COMMON_SHARED = 57, 236, 12
COMMANDS = {("graph", "validate", "-o", "json"): 30, ("graph", "show"): 35}


def main() -> int:
    """Print one line for each figure; return 1 if a target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        met = [*_reduction(), *_huge(Path(folder)), *_common(Path(folder))]
    return int(not all(met))


def _reduction() -> Iterator[bool]:
    """Reduce a random graph: up to three edges from each node to some of the two hundred before it."""
    rng = random.Random(1)  # noqa: S311  # the same graph every time
    successors = {
        f"n{node}": [f"n{target}" for target in _before(node, rng, count=3)]
        for node in range(REDUCTION_NODES)
    }
    ours_s = min(_timed(lambda: reduce(successors)) for _ in range(ROUNDS))
    theirs_s = _timed(lambda: nx.transitive_reduction(nx.DiGraph(successors)))
    ratio = theirs_s / ours_s
    yield _tell("reduction", f"{ours_s * 1000:.0f} ms, networkx {ratio:.0f} x", met=ratio >= REDUCTION_TARGET)


def _huge(folder: Path) -> Iterator[bool]:
    """Validate a huge system: each service needs the first one and two of the two hundred before it."""
    rng = random.Random(1)  # noqa: S311  # as above
    needs = (sorted({*_before(at, rng, count=2), 0} - {at}) for at in range(HUGE_SERVICES))
    path = _write(folder / "huge.yaml", enumerate(needs))
    started = time.perf_counter()
    process = subprocess.Popen(
        _command("graph", "validate", "-c", path, "-o", "json"), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, megabytes = time.perf_counter() - started, usage.ru_maxrss / 1024
    words = f"{HUGE_SERVICES:,} services: {seconds:.1f} s, {megabytes:.0f} MB"
    yield _tell("graph validate", words, met=seconds <= HUGE_SECONDS and megabytes <= HUGE_MB)


def _common(folder: Path) -> Iterator[bool]:
    """Run commands on a system in which many services need the same few databases and queues."""
    rng = random.Random(57)  # noqa: S311  # as above
    shared = range(COMMON_SHARED)
    edges: set[tuple[int, int]] = set()
    while len(edges) < COMMON_EDGES:
        source = rng.randrange(COMMON_SHARED, COMMON_SERVICES)
        edges.add((source, rng.choice(shared) if rng.random() < 0.85 else rng.randrange(source)))
    needs = (
        (at, sorted(target for source, target in edges if source == at)) for at in range(COMMON_SERVICES)
    )
    path = _write(folder / "common.yaml", needs)
    for words, target in COMMANDS.items():
        run = partial(_run, _command(*words, "-c", path))
        run()  # compiles what is not compiled yet
        pairs = [(_timed(run), _timed(_run_bare)) for _ in range(ROUNDS)]
        ours, bare = (median(column) for column in zip(*pairs, strict=True))
        yield _tell(
            " ".join(words),
            f"{ours * 1000:.0f} ms, {ours / bare:.1f} x a bare interpreter",
            met=ours <= target * bare,
        )


def _before(node: int, rng: random.Random, count: int) -> list[int]:
    """Choose different nodes among the two hundred before one."""
    nearest = range(max(0, node - WINDOW), node)
    return rng.sample(nearest, min(count, len(nearest)))


def _write(path: Path, needs: Iterator[tuple[int, list[int]]]) -> str:
    """Write a system whose services, by number, need others."""
    with path.open("w", encoding="utf-8") as file:
        file.write("version: 1\nservices:\n")
        for service, targets in needs:
            file.write(f'  s{service:06d}:\n    version: "1.{service % 10}.0"\n')
            file.write("    depends_on:\n" if targets else "")
            file.writelines(f'      s{one:06d}: {{version: "^1.0", condition: started}}\n' for one in targets)
    return str(path)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tiktoktoe_cli", *arguments]


def _run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=60)


def _run_bare() -> None:
    _run([sys.executable, "-c", "pass"])


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _tell(name: str, words: str, *, met: bool) -> bool:
    sys.stdout.write(f"{name:26} {words}: {'met' if met else 'MISSED'}\n")
    return met


if __name__ == "__main__":
    sys.exit(main())
