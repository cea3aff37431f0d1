"""What to do about it when the system refuses to start a program."""

from __future__ import annotations

import errno

_ADVICE = {
    errno.ENOEXEC: "a script needs a first line such as `#!/usr/bin/env python3`, or its interpreter first in `run`",
    errno.E2BIG: "pass less in `run` and `env`: large values belong in a file",
    errno.ENOMEM: "free memory, or start fewer programs",
    errno.EAGAIN: "raise the limit on processes (`ulimit -u`), or start fewer programs",
    errno.EMFILE: "raise the limit on open files (`ulimit -n`): each running program needs about four",
    errno.ENFILE: "the whole machine has too many open files: end what it does not need",
}


def advice_on(error: OSError) -> str | None:
    """Return the hint that goes with a refusal, or None if its reason says it all."""
    return _ADVICE.get(error.errno or 0)
