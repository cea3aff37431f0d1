"""Everything that CI asks for, in one command: `python -m tests.gate [STEP ...]`.

Without arguments it runs all steps and says at the end which failed. The benchmarks have their own command
(`python -m tests.benchmarks`): they compare, they do not pass or fail.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "tests": ("pytest", "-q", "--cov", "--cov-report=term:skip-covered"),
}


def main(names: list[str]) -> int:
    """Run the named steps, or all; return 0 if every one passed."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        sys.stderr.write(f"unknown step: {', '.join(unknown)}; there are {', '.join(STEPS)}\n")
        return 2
    failed = [name for name in names or STEPS if not _passes(name)]
    sys.stdout.write(f"gate: {'failed: ' + ', '.join(failed) if failed else 'all passed'}\n")
    return 1 if failed else 0


def _passes(name: str) -> bool:
    sys.stdout.write(f"── {name}\n")
    sys.stdout.flush()
    started = time.monotonic()
    passed = subprocess.run([sys.executable, "-m", *STEPS[name]], cwd=ROOT, check=False).returncode == 0
    sys.stdout.write(f"── {name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.1f} s\n")
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
