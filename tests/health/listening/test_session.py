from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.health.listening.sites import SECRET, hide, make_modules
from tests.health.making import answered, make_graph
from tests.health.watching.chances import chance
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health import Effects, Observation
from tiktoktoe_cli.health.listening.messages import Request
from tiktoktoe_cli.health.listening.session import WatchSite, read_listening
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.watching.watch import Watch
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def warning(text: str, **modules: object) -> str:
    """Say what is warned of when it is listened there."""
    return read_listening(text, hide, print, make_modules(**modules))[1]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9115", "127.0.0.1", 9115),
        ("localhost:0", "localhost", 0),
        ("[::1]:0", "::1", 0),
        ("[::]:9115", "::", 9115),
    ],
)
def test_reads_where_to_listen(text: str, host: str, port: int) -> None:
    """A host and a port, of which 0 is any that is free."""
    listening, _ = read_listening(text, hide, print, {})

    assert (listening.host, listening.port) == (host, port)


@pytest.mark.parametrize(
    "text",
    [":0", "", "9115", "::0", "::1:0", "a b:0", "1.2.3.4:5:0", "user@h:0", "[127.0.0.1:0", "h:65536", "h:-1"],
)
def test_refuses_what_is_no_address(text: str) -> None:
    """Also with the port 0: what is bound by accident may be open to everybody."""
    with pytest.raises(UsageError, match="is not a host with a port"):
        read_listening(text, hide, print, {})


@pytest.mark.parametrize("text", ["127.0.0.1:0", "127.1.2.3:80", "[::1]:0", "localhost:0"])
def test_this_machine_alone_is_nothing_to_warn_of(text: str) -> None:
    """Nobody else reaches it."""
    assert warning(text, m={"http": {"headers": {"Authorization": SECRET}}, "targets": ["*"]}) == ""


@pytest.mark.parametrize("text", ["0.0.0.0:0", "[::]:0", "10.0.0.1:80", "localhost.example.org:0"])
def test_whoever_else_reaches_it_is_warned_of(text: str) -> None:
    """Also where no module may be aimed at anything."""
    assert warning(text) == f"anybody who reaches `{text}` sees the state of the system"


def test_modules_that_look_anywhere_are_named() -> None:
    """One that has its targets looks at nothing else."""
    modules = {"bound": {"http": {"method": "GET"}, "targets": ["a:80"]}, "plain": {"tcp": {}}}

    found = warning("0.0.0.0:0", **modules)

    assert found.endswith("sees the state of the system, and may have `plain` look at any target")


def asked_at_once(
    count: int, limits: tuple[int, int], scenario: Callable[[asyncio.Event, list[object]], Awaitable[None]]
) -> list[int]:
    """Ask for so many looks with places to wait and to look; return the statuses of the answers."""
    go_on, begun = asyncio.Event(), list[object]()

    async def probe(settings: object, _timeout_ns: int) -> Observation:
        begun.append(settings)
        await go_on.wait()
        return answered()

    async def play() -> list[int]:
        round_ = Round({}, make_graph())
        watch = Watch(round_, chance(), 0)
        modules = make_modules(http_2xx={"http": {"method": "GET"}, "timeout": "200ms"})
        places = map(asyncio.Semaphore, limits)
        site = WatchSite(watch, Effects(probe, SystemClock()), "x", modules, hide, *places)
        request = Request.read("GET", "/probe?target=h", {})
        assert request
        answers = [asyncio.create_task(site.answer(request)) for _ in range(count)]
        await scenario(go_on, begun)
        return [(await one).status for one in answers]

    return asyncio.run(asyncio.wait_for(play(), 10))


def test_looks_wait_for_a_place() -> None:
    """Three are wanted, two may be under way: the third is made after them."""

    async def scenario(go_on: asyncio.Event, begun: list[object]) -> None:
        await asyncio.sleep(0.02)
        assert len(begun) == 2
        go_on.set()

    assert asked_at_once(3, (3, 2), scenario) == [200, 200, 200]


def test_who_waits_in_vain_is_told() -> None:
    """No place within the timeout is the status 503; so is no place to wait, at once."""

    async def scenario(go_on: asyncio.Event, begun: list[object]) -> None:
        await asyncio.sleep(0.4)
        assert len(begun) == 1
        go_on.set()

    assert asked_at_once(3, (2, 1), scenario) == [200, 503, 503]
