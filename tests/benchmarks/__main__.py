"""All benchmarks, one after the other: `python -m tests.benchmarks [NAME ...]`.

Each prints ratios to a baseline or a peer measured in the same run; those that state a target fail if it is missed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return 0 if each one ended well."""
    known = {path.stem.removeprefix("bench_"): path for path in sorted(FOLDER.glob("bench_*.py"))}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"unknown benchmark: {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    codes = []
    for name in names or known:
        sys.stdout.write(f"── {name}\n")
        sys.stdout.flush()
        codes.append(subprocess.run([sys.executable, str(known[name])], check=False).returncode)
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
