"""How fast, how lean and how exact health checks are, beside Debian's prometheus-blackbox-exporter driven by wrk.

    python tests/benchmarks/bench_health.py [throughput] [accuracy] [startup] [dead] [watch [MINUTES]]

Without a name all but `watch` are measured, in turn with what they are compared with, on two cores. The targets:

throughput  10,000 checks of a local nginx: at least twice the probes per second of blackbox exporter on the same two
            cores, and less than 250 MB in all (PSS of all processes)
accuracy    100 checks at a time: the reported latency is within 20 % of what nginx logs itself
startup     20 checks, the whole process: at most 40 times a bare interpreter
dead        2,000 endpoints that accept and stay silent, 2 s each: at most twice the ideal at 500 at a time
watch       1,000 endpoints: after a first minute, memory and descriptors stay as they are

If one is missed, the exit code is 1.
"""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # this file is run as a script

from tests.benchmarks.health_peers import blackbox, listener, nginx, probes_per_second  # noqa: E402

CHECKS, ROUNDS, WRK_S = 10_000, 7, 3
TARGET_RATIO, TARGET_BYTES = 2.0, 250_000_000
SLOW_S, SLOW_CHECKS, AT_A_TIME, TARGET_ERROR = 0.05, 2_000, 100, 0.2
FEW_CHECKS, STARTS, TARGET_STARTUP = 20, 11, 40.0
DEAD_CHECKS, DEAD_AT_A_TIME, DEAD_S, TARGET_DEAD = 2_000, 500, 2, 2.0
WATCHED, TARGET_GROWTH = 1_000, 1.1
NEVER_S = 3600.0
LIMIT_S = 300
MEMORY_EVERY_S = 0.1  # asking for it takes up to 8 ms of a core that is measured


@dataclass(frozen=True)
class Run:
    """One run of the command: what it printed, how long the process took, and the most memory that it used."""

    answer: dict[str, Any]  # JSON
    wall_s: float
    peak_bytes: int

    @property
    def elapsed_s(self) -> float:
        """How long the checks took, without reading the configuration and writing the answer."""
        return float(self.answer["summary"]["elapsed_s"])


def configured(folder: Path, count: int, url: str, timeout: str = "5s") -> Path:
    """Write a configuration with a check for each service."""
    check = f'[{{name: api, http: {{url: "{url}"}}, timeout: {timeout}, expect: [\'body.status == "UP"\']}}]'
    path = folder / f"{count}-{timeout}-{url.rpartition('/')[2]}.yaml"
    path.write_text(
        "version: 1\nservices:\n" + "".join(f"  s{n}: {{health: {check}}}\n" for n in range(count))
    )
    return path


def run_check(path: Path, *options: str) -> Run:
    """Run `tiktoktoe health check`, and watch its memory."""
    arguments = (
        sys.executable,
        "-m",
        "tiktoktoe_cli",
        "health",
        "check",
        "-c",
        str(path),
        "-o",
        "json",
        *options,
    )
    output = path.with_suffix(".json")
    started_s, peak_bytes = time.perf_counter(), 0
    with output.open("wb") as stdout:
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=stdout, stderr=subprocess.DEVNULL)
        while process.poll() is None and time.perf_counter() - started_s < LIMIT_S:
            peak_bytes = max(peak_bytes, memory_of(process.pid))
            time.sleep(MEMORY_EVERY_S)
        process.kill()
        process.wait()
    return Run(json.loads(output.read_bytes()), time.perf_counter() - started_s, peak_bytes)


def family_of(pid: int) -> list[int]:
    """List a process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in below for one in family_of(int(child)))]


def memory_of(pid: int) -> int:
    """Add up the PSS of a process and all below it, in bytes: what they share counts once."""
    return sum(_pss_of(one) for one in family_of(pid))


def _pss_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def report(name: str, text: str, *, met: bool) -> bool:
    """Print one line, and hand on whether the target is met."""
    sys.stdout.write(f"{name:11} {text}; {'met' if met else 'MISSED'}\n")
    sys.stdout.flush()
    return met


def throughput(folder: Path) -> bool:
    """Compare the probes per second of one run, in pairs."""
    ratios, peaks = [], []
    with nginx(folder, slow_port=1) as port, blackbox(folder) as peer:
        url = f"http://127.0.0.1:{port}/"
        path = configured(folder, CHECKS, url)
        for _ in range(ROUNDS):
            run = run_check(path)
            assert run.answer["ok"], run.answer["summary"]
            ours, peers = CHECKS / run.elapsed_s, probes_per_second(peer, url, WRK_S)
            ratios.append(ours / peers)
            peaks.append(run.peak_bytes)
            words = f"{ours:6.0f}/s beside {peers:6.0f}/s, {ours / peers:.2f} x; the whole process {run.wall_s:.1f} s"
            sys.stdout.write(f"{'':11} {words}\n")
            sys.stdout.flush()
    ratio = median(ratios)
    fast = report(
        "throughput", f"{ratio:.2f} x blackbox exporter, at least {TARGET_RATIO}", met=ratio >= TARGET_RATIO
    )
    words = f"{max(peaks) / 1e6:.0f} MB in all, less than {TARGET_BYTES / 1e6:.0f}"
    return report("", words, met=max(peaks) < TARGET_BYTES) and fast


def accuracy(folder: Path) -> bool:
    """Compare reported latencies with those in the log of nginx, whose upstream takes its time."""
    with listener(folder, SLOW_S) as slow, nginx(folder, slow) as port:
        path = configured(folder, SLOW_CHECKS, f"http://127.0.0.1:{port}/slow")
        run = run_check(path, "--concurrency", str(AT_A_TIME))
    assert run.answer["ok"], run.answer["summary"]
    reported = quantiles([item["timing"]["total_ms"] for item in run.answer["items"]], n=20)
    logged = quantiles([float(line) * 1000 for line in (folder / "times.log").read_text().split()], n=20)
    errors = {name: reported[at] / logged[at] - 1 for name, at in (("median", 9), ("95th percentile", 18))}
    words = ", ".join(f"{name} {error:+.1%}" for name, error in errors.items())
    is_met = all(abs(error) <= TARGET_ERROR for error in errors.values())
    return report("accuracy", f"{words} of nginx's own, at most {TARGET_ERROR:.0%}", met=is_met)


def startup(folder: Path) -> bool:
    """Compare a small check, the whole process, with a bare interpreter, in pairs, both compiled as if installed."""
    compileall.compile_dir(ROOT / "tiktoktoe_cli", quiet=2)
    with nginx(folder, slow_port=1) as port:
        path = configured(folder, FEW_CHECKS, f"http://127.0.0.1:{port}/")
        command = ("-m", "tiktoktoe_cli", "health", "check", "-c", str(path))
        pairs = [(_seconds(*command), _seconds("-c", "pass")) for _ in range(STARTS)]
    ours, bare = (median(column) for column in zip(*pairs, strict=True))
    words = f"{FEW_CHECKS} checks in {ours:.2f} s, {ours / bare:.1f} x a bare interpreter, at most {TARGET_STARTUP:.0f}"
    return report("startup", words, met=ours / bare <= TARGET_STARTUP)


def _seconds(*arguments: str) -> float:
    started_s = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True, timeout=60)
    return time.perf_counter() - started_s


def dead(folder: Path) -> bool:
    """Compare how long silent endpoints take with what their time limits add up to."""
    with listener(folder, NEVER_S) as port:
        path = configured(folder, DEAD_CHECKS, f"http://127.0.0.1:{port}/", f"{DEAD_S}s")
        run = run_check(path, "--concurrency", str(DEAD_AT_A_TIME))
    assert run.answer["summary"]["unhealthy"] == DEAD_CHECKS, run.answer["summary"]
    ideal_s = ceil(DEAD_CHECKS / DEAD_AT_A_TIME) * DEAD_S
    words = f"{run.elapsed_s:.1f} s, {run.elapsed_s / ideal_s:.2f} x the ideal, at most {TARGET_DEAD}"
    return report("dead", words, met=run.elapsed_s <= TARGET_DEAD * ideal_s)


def watch(folder: Path, minutes: int = 10) -> bool:
    """Watch for some minutes, and compare memory and descriptors after the first with those after each one."""
    with nginx(folder, slow_port=1) as port:
        path = configured(folder, WATCHED, f"http://127.0.0.1:{port}/")
        path.write_text(path.read_text().replace("timeout: 5s", "timeout: 5s, interval: 5s"))
        arguments = (sys.executable, "-m", "tiktoktoe_cli", "health", "watch", "-c", str(path))
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            seen = [_usage_after_a_minute(process.pid) for _ in range(minutes + 1)]
        finally:
            process.kill()
            process.wait()
    (memory, descriptors), (last_memory, last_descriptors) = seen[0], seen[-1]
    words = f"{memory / 1e6:.1f} → {last_memory / 1e6:.1f} MB, {descriptors} → {last_descriptors} descriptors"
    is_flat = 0 < last_memory <= memory * TARGET_GROWTH and last_descriptors <= descriptors
    return report("watch", f"{words} in {minutes} minutes", met=is_flat)


def _usage_after_a_minute(pid: int) -> tuple[int, int]:
    """Return the memory in bytes and the fewest descriptors within a few moments: between two checks, none is open."""
    time.sleep(60)
    counts = []
    for _ in range(50):
        counts.append(sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()))
        time.sleep(0.02)
    memory_bytes = memory_of(pid)
    sys.stdout.write(f"{'':11} {memory_bytes / 1e6:.1f} MB, {min(counts)} descriptors\n")
    sys.stdout.flush()
    return memory_bytes, min(counts)


def main(names: list[str]) -> int:
    """Measure what is named, or all but `watch`; return 1 if a target is missed."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    parts = {"throughput": throughput, "accuracy": accuracy, "startup": startup, "dead": dead}
    with tempfile.TemporaryDirectory() as folder:
        if names[:1] == ["watch"]:
            return int(not watch(Path(folder), *map(int, names[1:2])))
        met = [parts[name](Path(folder)) for name in names or parts]
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
