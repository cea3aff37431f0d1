"""The file probe: what there is under a path."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import EvaluationError, Timestamp
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.resilience import WallClock

_FILE: Final = "file"
_KINDS: Final = {
    stat.S_IFREG: _FILE,
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_MOST_SKEW_NS: Final = 5 * NS_PER_S
"""How far the clock of a file system may be ahead of ours."""
_AT_ONCE_BYTES: Final = 1024 * 1024
_NON_BLOCKING: Final = getattr(os, "O_NONBLOCK", 0)  # not everywhere, and where it is not there are no pipes


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a path leads to: the variables, remarks for people, and which values are not whole."""

    values: Mapping[str, Any]  # CEL is dynamically typed
    remarks: tuple[str, ...] = ()
    cut: frozenset[str] = frozenset()


class FileProbe(ProbeSettings):
    """Look at a file; that there is none is no failure, but what is found.

    Variables: exists (bool), kind (`file`, `folder`, `pipe`, `socket`, `device` or `other`), modified (a timestamp),
    age (the duration since then), and of a file size (in bytes) and content (text). Of what is not there, only
    exists is known; a symbolic link is followed, and one that leads nowhere does not exist. What was modified more
    than 5s in the future has no age. timing has total.
    """

    variables: ClassVar[tuple[str, ...]] = ("exists", "kind", "size", "age", "modified", "content")
    assumed: ClassVar[tuple[str, ...]] = ("exists",)
    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.transport.threads",)

    path: LocalPath
    """Where to look."""
    max_content: Annotated[ByteSize, Field(le=ByteSize.parse("256Mi"))] = ByteSize.parse("1Mi")
    """How many bytes of a file are read; what a longer one has beyond them is left out, and what is expected of it in
    full makes the check degraded at best. The default is `1Mi`."""

    @property
    def subject(self) -> str:
        """The path."""
        return str(self.path)

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Look, in a thread of its own: a file system whose server is gone may never answer."""
        clock = outside.clock
        started_ns = clock.now()
        try:
            seen, took_ns = await outside.in_thread(lambda: self._look(clock), timeout_ns)
        except OSError as error:
            return Observation(Timing(clock.now() - started_ns), failure=self._explain(error, timeout_ns))
        return Observation(Timing(took_ns), seen.values, remarks=seen.remarks, cut=seen.cut)

    def _look(self, clock: WallClock) -> tuple[_Seen, int]:
        """Look, and measure how long that takes; to begin with a thread, and to hear from it, is no part of it."""
        started_ns = clock.now()
        seen = _look_at(self.path, self.max_content.whole, clock.wall_now())
        return seen, clock.now() - started_ns

    def _explain(self, error: OSError, timeout_ns: int) -> Failure:
        if isinstance(error, TimeoutError):
            within = Duration(timeout_ns).rounded
            message = f"the file system of `{self.path}` did not answer within {within}"
            return Failure(FailureReason.TIMEOUT.value, message)
        if isinstance(error, PermissionError):
            message = f"this process may not look at `{self.path}`"
            return Failure("not-permitted", message, is_ours=True)
        return Failure("unreadable", f"`{self.path}` cannot be looked at: {reason_of(error)}")


def _look_at(path: Path, limit_bytes: int, now_ns: int) -> _Seen:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        leads_nowhere = ("it is a symbolic link that leads nowhere",)
        return _Seen({"exists": False}, leads_nowhere if path.is_symlink() else ())
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "other")
    values, remarks = _times(found.st_mtime_ns, now_ns)
    values |= {"exists": True, "kind": kind}
    if kind != _FILE:
        return _Seen(values, remarks)
    values["size"] = found.st_size
    try:
        content = _read(path, limit_bytes + 1)
    except PermissionError:
        return _Seen(values, (*remarks, "its content may not be read by this process"))
    is_cut = len(content) > limit_bytes
    del content[limit_bytes:]
    values["content"] = content.decode(errors="replace")
    if not is_cut:
        return _Seen(values, remarks)
    return _Seen(values, (*remarks, f"the content was cut after {limit_bytes} bytes"), frozenset({"content"}))


def _times(modified_ns: int, now_ns: int) -> tuple[dict[str, Any], tuple[str, ...]]:  # CEL values
    """Tell when something was modified; in the future it has no age, with which it would be fresh for a long time."""
    values: dict[str, Any] = {}
    is_early = modified_ns > now_ns + _MOST_SKEW_NS
    with suppress(EvaluationError):  # some file systems know years that CEL does not
        values["modified"] = Timestamp(modified_ns)
        if not is_early:
            values["age"] = Span(max(now_ns - modified_ns, 0))
    return values, ("it has no age: it was modified in the future",) if is_early else ()


def _read(path: Path, limit_bytes: int) -> bytearray:
    """Read the beginning of a file, without waiting for anybody if a pipe has taken its place in between."""
    descriptor = os.open(path, os.O_RDONLY | _NON_BLOCKING)
    try:
        content = bytearray()
        while data := os.read(descriptor, min(limit_bytes - len(content), _AT_ONCE_BYTES)):
            content += data
        return content
    finally:
        os.close(descriptor)
