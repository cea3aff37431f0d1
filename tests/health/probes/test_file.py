from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tests.health.making import make_check
from tests.health.probes.looking import SECOND, look
from tiktoktoe_cli.expressions import Duration, Timestamp
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.probes.file import FileProbe
from tiktoktoe_cli.health.probes.outside import Outside
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.resilience import SystemClock, VirtualClock
from tiktoktoe_cli.transport.tcp import TcpClient
from tiktoktoe_cli.transport.web import WebClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health import Observation

MS = 1_000_000
T = TypeVar("T")


def looked(path: Path, **settings: Any) -> Observation:
    """Let a probe look at a path."""
    return asyncio.run(look(FileProbe, path=path, **settings))


def test_a_file_is_read(tmp_path: Path) -> None:
    """What it is, how long, how old, and what stands in it."""
    path = tmp_path / "backup.log"
    path.write_text("café done", encoding="utf-8")
    os.utime(path, ns=(0, 1_600_000_000 * SECOND))

    seen = looked(path)

    age = seen.values["age"]
    assert seen.failure is None
    assert isinstance(age, Duration)
    assert age.ns > SECOND * 60 * 60 * 24 * 365
    assert seen.values == {
        "exists": True,
        "kind": "file",
        "size": 10,
        "age": age,
        "modified": Timestamp(1_600_000_000 * SECOND),
        "content": "café done",
    }


class SlowThreads(Outside):
    """A world in which it takes a second until a thread begins."""

    async def in_thread(self, function: Callable[[], T], timeout_ns: int) -> T:
        """Begin late."""
        assert isinstance(self.clock, VirtualClock)
        self.clock.advance(SECOND)
        return await super().in_thread(function, timeout_ns)


def test_the_wait_for_a_thread_is_no_part_of_the_time(tmp_path: Path) -> None:
    """How long a look took is how long the file system took."""
    clock = VirtualClock()
    world = SlowThreads(clock, WebClient(clock), TcpClient(clock), {})

    seen = asyncio.run(FileProbe.model_validate({"path": tmp_path}).observe(SECOND, world))

    assert seen.values["exists"]
    assert seen.timing.total_ns == 0


def test_a_fresh_file_has_hardly_any_age(tmp_path: Path) -> None:
    """Age is counted from the last change to the moment of the look, by the wall clock."""
    path = tmp_path / "heartbeat"
    path.touch()

    assert abs(looked(path).values["age"].ns) < 60 * SECOND


class Dated(SystemClock):
    """A machine whose wall clock somebody has set since we began."""

    def __init__(self, wall_ns: int) -> None:
        super().__init__()
        self._wall_ns = wall_ns

    def wall_now(self) -> int:
        """Return what it was set to."""
        return self._wall_ns


@pytest.mark.parametrize(
    ("modified_ns", "age_ns"),
    [(0, 1000), (400, 600), (1000, 0), (1004, 0), (1006, None)],
    ids=["old", "fresh", "now", "a clock that goes fast", "in the future"],
)
def test_age_is_counted_by_the_wall_clock_of_the_look(
    tmp_path: Path, modified_ns: int, age_ns: int | None
) -> None:
    """However long we run; and what was modified in the future is not fresh until then, but without an age."""
    path = tmp_path / "heartbeat"
    path.touch()
    os.utime(path, ns=(0, modified_ns * SECOND))

    seen = looked(path, clock=Dated(1000 * SECOND))

    assert seen.values.get("age") == (None if age_ns is None else Duration(age_ns * SECOND))
    assert seen.remarks == (() if age_ns is not None else ("it has no age: it was modified in the future",))


@pytest.mark.parametrize("beyond", [Path("none"), Path("file/none"), Path("none/none")])
def test_what_is_not_there_does_not_exist(tmp_path: Path, beyond: Path) -> None:
    """That is found out like anything else, and no failure; nothing else is known of it."""
    (tmp_path / "file").touch()

    seen = looked(tmp_path / beyond)

    assert seen.failure is None
    assert seen.values == {"exists": False}


def test_without_more_words_it_must_exist(tmp_path: Path) -> None:
    """There is one or there is none; and who wants none says so."""
    path = tmp_path / "lock"
    check, gone = make_check(file={"path": path}), make_check(file={"path": path}, expect=["!exists"])

    before = looked(path)
    path.touch()
    after = looked(path)

    assert [judge(check, seen, 0).state for seen in (before, after)] == [
        HealthState.UNHEALTHY,
        HealthState.HEALTHY,
    ]
    assert [judge(gone, seen, 0).state for seen in (before, after)] == [
        HealthState.HEALTHY,
        HealthState.UNHEALTHY,
    ]


@pytest.mark.parametrize(
    ("limit", "content", "remarks"),
    [("9", "x" * 9, ("the content was cut after 9 bytes",)), ("10", "x" * 10, ()), ("0", "", None)],
)
def test_a_long_file_is_cut(
    tmp_path: Path, limit: str, content: str, remarks: tuple[str, ...] | None
) -> None:
    """Only its beginning is read, and that is said; its size is the whole."""
    path = tmp_path / "long"
    path.write_text("x" * 10, encoding="utf-8")

    seen = looked(path, max_content=limit)

    assert (seen.values["content"], seen.values["size"]) == (content, 10)
    assert remarks is None or seen.remarks == remarks
    assert seen.cut == (frozenset() if remarks == () else {"content"})


def test_a_sparse_giant_takes_no_memory(tmp_path: Path) -> None:
    """Of a hundred gigabytes a mebibyte is read."""
    path = tmp_path / "giant"
    with path.open("wb") as file:
        file.truncate(100 * 2**30)

    seen = looked(path)

    assert (seen.values["size"], len(seen.values["content"])) == (100 * 2**30, 2**20)


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    """Something can be said about them all the same."""
    path = tmp_path / "bytes"
    path.write_bytes(b"ok\xff")

    assert looked(path).values["content"] == "ok\ufffd"


def test_a_folder_has_no_content(tmp_path: Path) -> None:
    """It exists, and that and its age are what there is to know."""
    seen = looked(tmp_path)

    assert seen.values.keys() == {"exists", "kind", "modified", "age"}
    assert seen.values["kind"] == "folder"


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    """Who opens one waits for who writes into it, perhaps for ever."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    seen = looked(path)

    assert seen.values["kind"] == "pipe"
    assert "content" not in seen.values


def test_a_device_is_never_opened() -> None:
    """Some of them have no end, and opening some others does something."""
    seen = looked(Path("/dev/zero"))

    assert seen.values["kind"] == "device"
    assert seen.values.keys().isdisjoint({"content", "size"})


def test_a_socket_is_a_kind_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a daemon listens at can be looked for."""
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind("daemon.sock")

        assert looked(tmp_path / "daemon.sock").values["kind"] == "socket"


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What it leads to counts; one that leads nowhere does not exist, and that is explained."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "good").symlink_to("file")
    (tmp_path / "bad").symlink_to("none")

    good, bad = looked(tmp_path / "good"), looked(tmp_path / "bad")

    assert (good.values["kind"], good.values["content"]) == ("file", "x")
    assert bad.values == {"exists": False}
    assert bad.remarks == ("it is a symbolic link that leads nowhere",)


def test_a_circle_of_links_is_a_failure(tmp_path: Path) -> None:
    """Whether there is something behind it cannot be found out."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    seen = looked(tmp_path / "a")

    assert seen.values == {}
    assert seen.failure
    assert seen.failure.reason == "unreadable"
    assert "symbolic links" in seen.failure.message


class _HiddenPath(type(Path())):  # type: ignore[misc]  # the class that a path has on this system
    """A path in a folder that is closed to us; the real thing is open to the administrator, who may run tests."""

    def stat(self, **_: Any) -> os.stat_result:
        """Refuse as the system does."""
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))


class _ClosedPath(type(Path())):  # type: ignore[misc]  # as above
    """A file that is closed to us, in a folder that is not."""

    def stat(self, **_: Any) -> os.stat_result:
        """Tell about the file."""
        return os.stat(str(self))  # noqa: PTH116  # the path's own way is the one that is closed

    def __fspath__(self) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))


class _DeadPath(type(Path())):  # type: ignore[misc]  # as above
    """A path on a file system whose server is gone: who looks at it waits."""

    gone = threading.Event()

    def stat(self, **_: Any) -> os.stat_result:
        """Wait until the test is over."""
        self.gone.wait(timeout=10)
        raise FileNotFoundError


def test_what_may_not_be_looked_at_is_our_error(tmp_path: Path) -> None:
    """Whether it exists is not known, and nobody says that it does not."""
    seen = looked(_HiddenPath(tmp_path / "file"))

    assert seen.values == {}
    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("not-permitted", True)
    assert seen.failure.message == f"this process may not look at `{tmp_path}/file`"


def test_what_may_not_be_read_exists(tmp_path: Path) -> None:
    """Of a file that is closed to us all is known but its content."""
    path = tmp_path / "secret"
    path.write_text("x", encoding="utf-8")

    seen = looked(_ClosedPath(path))

    assert seen.failure is None
    assert (seen.values["exists"], seen.values["size"], "content" in seen.values) == (True, 1, False)
    assert seen.remarks == ("its content may not be read by this process",)


def test_a_dead_file_system_stops_nothing(tmp_path: Path) -> None:
    """The look ends at its deadline, and the loop goes on all the while."""

    async def play() -> tuple[Observation, int]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        counting = asyncio.create_task(count())
        seen = await look(FileProbe, 200 * MS, path=_DeadPath(tmp_path))
        counting.cancel()
        return seen, turns

    seen, turns = asyncio.run(play())
    _DeadPath.gone.set()

    assert seen.failure
    assert seen.failure.reason == "timeout"
    assert seen.failure.message == f"the file system of `{tmp_path}` did not answer within 200ms"
    assert turns > 3
