"""The file probe: what there is under a path."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath
from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT, Quantity
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import EvaluationError, Timestamp
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.health.probes.outside import Outside

_FILE: Final = "file"
_KINDS: Final = {
    stat.S_IFREG: _FILE,
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_NON_BLOCKING: Final = getattr(os, "O_NONBLOCK", 0)  # not everywhere, and where it is not there are no pipes


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a path leads to: without a kind, to nothing; only files have a size, and a content where it may be read."""

    kind: str = ""
    modified_ns: int = 0
    size: int | None = None
    content: bytes | None = None
    remarks: tuple[str, ...] = ()


class FileProbe(ProbeSettings):
    """Look at a file; that there is none is no failure, but what is found.

    Variables: exists (bool), kind (`file`, `folder`, `pipe`, `socket`, `device` or `other`), modified (a timestamp),
    age (the duration since then), and of a file size (in bytes) and content (text). Of what is not there, only
    exists is known; a symbolic link is followed, and one that leads nowhere does not exist. timing has total.
    """

    variables: ClassVar[tuple[str, ...]] = ("exists", "kind", "size", "age", "modified", "content")
    assumed: ClassVar[tuple[str, ...]] = ("exists",)

    path: LocalPath
    """Where to look."""
    max_content: Annotated[Quantity, Field(ge=0, le=Quantity.parse("256Mi"))] = Quantity.parse("1Mi")
    """How many bytes of a file are read; what a longer one has beyond them is left out. The default is `1Mi`."""

    @property
    def subject(self) -> str:
        """The path."""
        return str(self.path)

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Look, in a thread of its own: a file system whose server is gone may never answer."""
        started_ns = outside.clock.now()
        seen = await self._look(timeout_ns, outside)
        now_ns = outside.clock.now()
        timing = Timing(now_ns - started_ns)
        if isinstance(seen, Failure):
            return Observation(timing, failure=seen)
        return Observation(timing, _values(seen, now_ns), remarks=seen.remarks)

    async def _look(self, timeout_ns: int, outside: Outside) -> _Seen | Failure:
        limit_bytes = self.max_content // NANOS_PER_UNIT
        try:
            return await outside.in_thread(lambda: _look_at(self.path, limit_bytes), timeout_ns)
        except TimeoutError:
            within = Duration(timeout_ns).rounded
            message = f"the file system of `{self.path}` did not answer within {within}"
            return Failure(FailureReason.TIMEOUT.value, message)
        except PermissionError:
            message = f"this process may not look at `{self.path}`"
            return Failure("not-permitted", message, is_ours=True)
        except OSError as error:
            return Failure("unreadable", f"`{self.path}` cannot be looked at: {reason_of(error)}")


def _look_at(path: Path, limit_bytes: int) -> _Seen:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _Seen(remarks=("it is a symbolic link that leads nowhere",) if path.is_symlink() else ())
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "other")
    if kind != _FILE:
        return _Seen(kind, found.st_mtime_ns)
    try:
        content = _read(path, limit_bytes + 1)
    except PermissionError:
        remark = "its content may not be read by this process"
        return _Seen(kind, found.st_mtime_ns, found.st_size, remarks=(remark,))
    is_cut = len(content) > limit_bytes
    remarks = (f"the content was cut after {limit_bytes} bytes",) if is_cut else ()
    return _Seen(kind, found.st_mtime_ns, found.st_size, content[:limit_bytes], remarks)


def _read(path: Path, limit_bytes: int) -> bytes:
    """Read the beginning of a file, without waiting for anybody if a pipe has taken its place in between."""
    descriptor = os.open(path, os.O_RDONLY | _NON_BLOCKING)
    try:
        content = bytearray()
        while len(content) < limit_bytes and (data := os.read(descriptor, limit_bytes - len(content))):
            content += data
        return bytes(content)
    finally:
        os.close(descriptor)


def _values(seen: _Seen, now_ns: int) -> dict[str, Any]:  # CEL is dynamically typed
    if not seen.kind:
        return {"exists": False}
    values: dict[str, Any] = {"exists": True, "kind": seen.kind}
    with suppress(EvaluationError):  # some file systems know years that CEL does not
        values |= {"modified": Timestamp(seen.modified_ns), "age": Span(now_ns - seen.modified_ns)}
    if seen.size is not None:
        values["size"] = seen.size
    if seen.content is not None:
        values["content"] = seen.content.decode(errors="replace")
    return values
