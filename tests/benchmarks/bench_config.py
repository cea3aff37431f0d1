"""How long a large configuration takes, as ratios to PyYAML's own loader on the same text.

    python tests/benchmarks/bench_config.py

Ten thousand services with versions, dependencies, resources and a health check with two expectations each. PyYAML
with libyaml builds plain dictionaries; ours keep the place of every value, and `checked` also validates all parts and
looks for findings.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import yaml

from tiktoktoe_cli.checkup import check_everything
from tiktoktoe_cli.config import load
from tiktoktoe_cli.system import read_system

SERVICES = 10_000
SERVICE = """\
  s{0}:
    version: "1.{0}.0"
    depends_on:
      s{1}: "^1"
      s{2}: {{version: ">=1 <3", required: false, timeout: 30s}}
    resources: {{requests: {{cpu: 250m, memory: 128Mi}}, limits: {{memory: 256Mi}}}}
    health:
      - name: api
        http: {{url: "http://127.0.0.1:8080/health"}}
        expect: ['status == 200', 'body.status == "UP"']
"""


def main() -> None:
    """Print one line for each step."""
    head = 'version: 1\nservices:\n  s0: {version: "1.0.0", health: [{name: port, tcp: {address: "127.0.0.1:1"}}]}\n'
    services = (SERVICE.format(number, number - 1, number // 2) for number in range(2, SERVICES))
    text = (
        head
        + "  s1: {version: '1.0.0', health: [{name: port, tcp: {address: '127.0.0.1:1'}}]}\n"
        + "".join(services)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(text)
        started = time.perf_counter()
        yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # a safe loader
        baseline_s = time.perf_counter() - started
        _line("PyYAML, plain values", baseline_s, baseline_s)
        started = time.perf_counter()
        load([str(path)], {})
        _line("read with places", time.perf_counter() - started, baseline_s)
        started = time.perf_counter()
        checkup = check_everything(read_system([str(path)], {}), {})
        _line(f"checked, {len(checkup.problems)} problems", time.perf_counter() - started, baseline_s)


def _line(name: str, seconds: float, baseline_s: float) -> None:
    sys.stdout.write(f"{name:24} {seconds:6.2f} s  {seconds / baseline_s:5.2f} x PyYAML\n")


if __name__ == "__main__":
    main()
