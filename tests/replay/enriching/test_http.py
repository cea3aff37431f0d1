"""A web server is asked for what belongs to an event."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.replay import RunOptions, run_pipeline
from tiktoktoe_cli.replay.enriching.http import HttpSource
from tiktoktoe_cli.replay.enriching.source import Around, Failed
from tiktoktoe_cli.replay.settings.enrichment import LookupSettings
from tiktoktoe_cli.replay.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"
ANSWERS = {
    "/ip/1.2.3.4": (200, b'{"city":"Ulm","at":{"lat":48.4}}'),
    "/ip/a%2Fb%3F": (200, b'{"city":"odd"}'),
    "/ip/list": (200, b"[1]"),
    "/ip/text": (200, b"no JSON"),
    "/ip/huge": (200, b'{"x":"%s"}' % (b"x" * 5_000)),
    "/ip/deep": (200, b'{"x":%s}' % (b"[" * 400 + b"]" * 400)),
    "/ip/down": (500, b""),
    "/ip/odd": (418, b"{}"),
    "/ip/moved": (302, b""),
}


class Served(NamedTuple):
    """Where the server is, and the paths that it was asked for."""

    url: str
    paths: list[str]
    most: list[int]


@pytest.fixture
def served() -> Iterator[Served]:
    """Serve on a free port."""
    with _serving() as served:
        yield served


@contextmanager
def _serving() -> Iterator[Served]:
    paths: list[str] = []
    under_way, lock, slow = [0, 0], threading.Lock(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                paths.append(self.path)
                under_way[0] += 1
                under_way[1] = max(under_way)
            if self.path == "/ip/slow":
                slow.wait(5)
            with lock:
                under_way[0] -= 1
            if self.path == "/ip/closed":
                self.close_connection = True
                return
            status, body = ANSWERS.get(self.path, (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("location", "/ip/moved")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Say nothing of those who hang up."""

    with Quiet(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listening.server_address[1]}/ip/{{key}}", paths, under_way)
        finally:
            slow.set()
            listening.shutdown()
            thread.join()


def source(url: str, **changed: Any) -> HttpSource:
    """Make a source with one attempt."""
    lookup = {"http": {"url": url} | changed, "key": "data.ip", "policy": "once"}
    return HttpSource(LookupSettings.model_validate(lookup), Around({"once": ()}))


def rows(found: list[Any]) -> list[Any]:
    """Make the rows of answers."""
    return [answer() if callable(answer) else answer for answer in found]


def test_an_object_is_a_row_and_404_is_none(served: Served) -> None:
    """The key is percent-encoded; an empty key is no question."""
    answers = source(served.url).find(["1.2.3.4", "unknown", "a/b?", ""])

    assert rows(answers) == [{"city": "Ulm", "at": {"lat": 48.4}}, None, {"city": "odd"}, None]
    assert sorted(served.paths) == ["/ip/1.2.3.4", "/ip/a%2Fb%3F", "/ip/unknown"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("list", "the answer is no JSON object"),
        ("text", "the answer is no JSON: "),
        ("huge", "the answer is longer than `1k`"),
        ("down", "the server answered 500"),
        ("odd", "the server answered 418"),
        ("moved", "the server did not answer: "),
        ("closed", "the server did not answer: "),
        ("slow", "the server did not answer: "),
        ("..", "the key cannot stand in a URL"),
        ("\ud800", "the key is no text that can be sent"),
    ],
)
def test_all_else_is_no_answer(served: Served, key: str, message: str) -> None:
    """Whatever goes wrong is said, and is not taken for a row or for nothing found."""
    [answer] = source(served.url, max_bytes="1000", timeout="300ms").find([key])

    assert isinstance(answer, Failed)
    assert answer.message.startswith(message)


def test_a_row_that_cannot_be_written_is_no_answer(served: Served) -> None:
    """What is nested deeper than JSON can be written is told before it is in an event."""
    [answer] = source(served.url).find(["deep"])

    assert answer == Failed("the row is nested too deep to be written")


def test_asks_so_many_at_a_time(served: Served) -> None:
    """Each key is asked for once, never more than `concurrency` at a time."""
    keys = [f"k{number}" for number in range(40)]

    answers = source(served.url, concurrency=3).find(keys)

    assert answers == [None] * 40
    assert sorted(served.paths) == sorted(f"/ip/{key}" for key in keys)
    assert 1 <= served.most[1] <= 3


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://{key}.test/", "http://h/#{key}"])
def test_the_url_needs_the_key(url: str) -> None:
    """Without it all keys would have the same answer; within the host it would choose whom to ask."""
    with pytest.raises(ValidationError, match=r"needs `\{key\}` in its path or query"):
        LookupSettings.model_validate({"http": {"url": url}, "key": "ip"})


@pytest.mark.parametrize("workers", [1, 2])
def test_enriches_events(shelf: Shelf, served: Served, workers: int) -> None:
    """The bytes are the same with any number of workers; a failure is a dead letter without the key in its words."""
    keys = ["1.2.3.4", "unknown", "odd"] * 50
    shelf.events(*({"time": TIME, "data": {"ip": ip}} for ip in keys))
    lookup = {"http": {"url": served.url}, "key": "data.ip"}
    stages = [{"context_enrichment": {"lookup": lookup, "into": "data.geo"}}]

    facts = run_pipeline("p", shelf.settings(stages=stages), options=RunOptions(workers=workers))

    assert [event["data"]["geo"] for event in shelf.read("all")] == [
        {"city": "Ulm", "at": {"lat": 48.4}},
        None,
    ] * 50
    assert {letter["errors"][0]["message"] for letter in shelf.read("dead")} == {"the server answered 418"}
    assert (facts.measure("failed"), facts.measure("not_found")) == (50, 50)


def test_gives_up_when_the_user_wants_the_run_to_end(served: Served) -> None:
    """Nobody waits for a slow server any more."""
    lookup = LookupSettings.model_validate({"http": {"url": served.url, "timeout": "1h"}, "key": "ip"})
    slow = HttpSource(lookup, Around(should_stop=lambda: bool(served.paths)))

    with pytest.raises(StoppedError):
        slow.find(["slow"])

    assert served.most[0] == 1  # still waiting
