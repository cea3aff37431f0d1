"""Web servers as destinations: each event arrives at least once, or the run says what became of it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from tests.replay.delivering.web_server import Sent, Server, serving
from tests.transport.servers import closed_port
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay import RunOptions, Start, run_pipeline
from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
from tiktoktoe_cli.replay.events.letter import Attempt
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.settings.destination import DestinationSettings
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.resilience.settings import PolicySettings

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.delivering.destination import Destination, Refusal
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

SECOND = 1_000_000_000
TIME = "2026-03-02T08:00:00Z"


def event(number: int) -> dict[str, Any]:
    """Make a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/shop",
        "type": "a",
        "time": TIME,
        "data": number,
    }


def destination(
    server: Server, clock: VirtualClock, policies: dict[str, Any] | None = None, **words: Any
) -> Destination:
    """Make a destination that waits in virtual time."""
    settings = DestinationSettings.model_validate({"http": {"url": server.url, **words}})
    read = TypeAdapter(PolicySettings).validate_python
    known = {name: read(layers) for name, layers in (policies or {}).items()}
    return make_destination("hook", settings, Surroundings(known, clock, Random(1)))  # noqa: S311  # for tests


def deliver(target: Destination, numbers: range) -> list[Refusal]:
    """Deliver events with these numbers; they stand in the lines of their numbers."""
    target.open(None)
    events = [json.dumps(event(number)).encode() for number in numbers]
    target.write(events, [Origin(0, number, 0, b"") for number in numbers])
    return list(target.settle())


def test_each_event_arrives_once_with_its_key() -> None:
    """So many requests at a time as the settings say."""
    with serving(Server()) as server, closing(destination(server, VirtualClock(), concurrency=3)) as target:
        refusals = deliver(target, range(300))

    assert not refusals
    assert sorted(sent.json["data"] for sent in server.sent) == list(range(300))
    assert {(sent.key, sent.json["id"]) for sent in server.sent} == {
        (f"/shop/e{n}", f"e{n}") for n in range(300)
    }
    assert server.most_under_way <= 3
    assert (target.events, target.position()) == (300, (300, target.size_bytes))


def test_one_at_a_time_keeps_the_order() -> None:
    """With a concurrency of 1."""
    with serving(Server()) as server, closing(destination(server, VirtualClock(), concurrency=1)) as target:
        deliver(target, range(50))

    assert [sent.json["data"] for sent in server.sent] == list(range(50))


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_go_better_is_tried_three_times(status: int) -> None:
    """One try and two retries, with the same key."""
    seen: Counter[str] = Counter()

    def answer(sent: Sent) -> int:
        seen[sent.key] += 1
        return 200 if seen[sent.key] == 3 else status

    clock = VirtualClock()
    with (
        serving(Server(answer)) as server,
        closing(destination(server, clock, {"default": [{"retry": {"jitter": "none"}}]})) as target,
    ):
        refusals = deliver(target, range(1))

    assert not refusals
    assert [sent.key for sent in server.sent] == ["/shop/e0"] * 3
    assert clock.now() == 600_000_000  # 200 ms and 400 ms


def test_a_server_says_when_to_come_back() -> None:
    """`Retry-After` is waited for."""
    answers: list[Any] = [(429, {"retry-after": "7"}), 200]
    clock = VirtualClock()

    with (
        serving(Server(lambda _: answers.pop(0))) as server,
        closing(destination(server, clock)) as target,
    ):
        refusals = deliver(target, range(1))

    assert not refusals
    assert clock.now() == 7 * SECOND


@pytest.mark.parametrize("status", [301, 400, 404, 415, 501])
def test_what_is_final_is_refused_at_once(status: int) -> None:
    """Nothing would change it; the others arrive."""
    with (
        serving(Server(lambda sent: status if sent.json["data"] == 3 else 200)) as server,
        closing(destination(server, VirtualClock())) as target,
    ):
        refusals = deliver(target, range(6))

    attempt = Attempt("hook", attempts=1, status=str(status))
    assert [(refusal.origin.number, refusal.attempt) for refusal in refusals] == [(3, attempt)]
    assert (len(server.sent), target.events) == (6, 5)


def test_an_event_that_breaks_the_server_is_refused_after_all_attempts() -> None:
    """The server is up otherwise: the event must be the reason."""
    with (
        serving(Server(lambda sent: 500 if sent.json["data"] == 3 else 200)) as server,
        closing(destination(server, VirtualClock())) as target,
    ):
        (refusal,) = deliver(target, range(40))

    assert (refusal.origin.number, refusal.attempt.attempts, refusal.attempt.status) == (3, 3, "500")


def test_a_server_that_breaks_in_the_middle_is_down() -> None:
    """Events that fail when none is taken any more are not the reason, whatever the server answers."""
    with (
        serving(Server(lambda sent: 500 if sent.json["data"] >= 900 else 200)) as server,
        closing(destination(server, VirtualClock(), {"default": [{"retry": {}}]})) as target,
        pytest.raises(UnfinishedError, match="500 Internal Server Error"),
    ):
        deliver(target, range(905))


def test_a_refused_batch_is_halved_until_the_reason_is_found() -> None:
    """The others arrive, each once."""
    taken: list[int] = []

    def answer(sent: Sent) -> int:
        numbers = [one["data"] for one in sent.json]
        if 3 in numbers or 17 in numbers:
            return 400
        taken.extend(numbers)
        return 202

    with (
        serving(Server(answer)) as server,
        closing(destination(server, VirtualClock(), binding="batch", batch={"events": 10})) as target,
    ):
        refusals = deliver(target, range(35))

    assert sorted(refusal.origin.number for refusal in refusals) == [3, 17]
    assert sorted(taken) == [number for number in range(35) if number not in {3, 17}]
    assert len({sent.key for sent in server.sent}) == len(server.sent)


@pytest.mark.parametrize("status", [503, 410])
@pytest.mark.parametrize("count", [1, 200])
def test_a_destination_that_is_down_ends_the_run(status: int, count: int) -> None:
    """Nothing is refused, nothing is counted as delivered, and the breaker keeps the rest away from it."""
    with (
        serving(Server(lambda _: status)) as server,
        closing(destination(server, VirtualClock())) as target,
    ):
        with pytest.raises(UnfinishedError, match="the destination `hook` is down"):
            deliver(target, range(count))
        with pytest.raises(UnfinishedError, match="the destination `hook` is down"):
            target.settle()

    assert target.events == 0
    assert len(server.sent) < 40


def test_nobody_listens() -> None:
    """That is down, too."""
    target = destination(Server(url=f"http://127.0.0.1:{closed_port()}/"), VirtualClock())

    with closing(target), pytest.raises(UnfinishedError, match="refused the connection"):
        deliver(target, range(3))


def test_what_a_limit_of_ours_holds_back_is_sent_later() -> None:
    """A bulkhead or a rate limit of the policy slows down, and drops nothing."""
    policies = {"default": [{"rate_limit": {"rate": "10/s"}}, {"bulkhead": {"max_concurrent": 2}}]}
    clock = VirtualClock()

    with serving(Server()) as server, closing(destination(server, clock, policies)) as target:
        refusals = deliver(target, range(30))

    assert not refusals
    assert len(server.sent) == 30
    assert clock.now() >= 2 * SECOND


def test_a_fallback_delivers_nothing() -> None:
    """What stands in for an answer is none."""
    policies = {"default": [{"fallback": {"value": "fine"}}]}

    with (
        serving(Server(lambda _: 404)) as server,
        closing(destination(server, VirtualClock(), policies)) as target,
    ):
        (refusal,) = deliver(target, range(1))

    assert refusal.attempt.status == "404"


def test_an_event_without_a_name_is_named_by_its_place() -> None:
    """Two that look alike are still two; the same one is always called the same."""
    with serving(Server()) as server:
        for _ in range(2):
            with closing(destination(server, VirtualClock(), binding="plain", concurrency=1)) as target:
                target.open(None)
                target.write([b'{"n":1}', b'{"n":1}'], [Origin(0, 1, 0, b""), Origin(0, 2, 8, b"")])
                target.settle()

    first, second, third, fourth = [sent.key for sent in server.sent]
    assert (first, second) == (third, fourth)
    assert first != second


def pipeline(shelf: Shelf, server: Server, every: int = 20) -> PipelineSettings:
    """Make a pipeline to a file and a server, with frequent checkpoints."""
    return shelf.settings(
        input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"},
        routing=[{"to": ["all", "hook"]}],
        destinations={
            "all": {"file": f"{shelf.folder}/out/all.ndjson"},
            "hook": {"http": {"url": server.url, "concurrency": 4}},
        },
        state={"dir": f"{shelf.folder}/state", "checkpoint_every": every},
    )


def fill(shelf: Shelf, files: int = 10, each: int = 20) -> None:
    """Write files of events; each is a block of its own."""
    for number in range(files):
        shelf.events(*map(event, range(number * each, number * each + each)), name=f"{number:02}.ndjson")


def test_a_run_goes_on_when_the_destination_is_up_again(shelf: Shelf) -> None:
    """Each event arrives at least once, those since the last checkpoint at most twice; the file has each once."""
    fill(shelf)
    is_down = False

    def answer(_sent: Sent) -> int:
        nonlocal is_down
        is_down = is_down or len(server.sent) == 107
        return 503 if is_down else 200

    with serving(Server(answer)) as server:
        settings = pipeline(shelf, server)
        # the waits of this policy are short: they are real
        quick = TypeAdapter(PolicySettings).validate_python(
            [{"retry": {"base": "1ms", "cap": "1ms"}}, {"circuit_breaker": {"minimum_calls": 3}}]
        )
        options = RunOptions(Start.ASK, policies={"default": quick})
        with pytest.raises(UnfinishedError, match="`hook` is down") as down:
            run_pipeline("p", settings, options=options)
        is_down, server.answer = False, lambda _: 200
        facts = run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert down.value.hint == "see to it that it is up again; then go on with `--resume`"
    assert down.value.exit_code == 3
    accepted = Counter(sent.json["data"] for sent in server.sent)
    assert set(accepted) == set(range(200))
    assert [one["data"] for one in shelf.read("all")] == list(range(200))
    assert (facts.delivered, facts.dead, facts.is_resumed) == (200, 0, True)
    assert 0 < facts.possible_duplicates <= 20
    assert {found.name: found.events for found in facts.destinations} == {"all": 200, "hook": 200}


def test_what_the_server_refuses_is_a_dead_letter(shelf: Shelf) -> None:
    """With the attempts, the status and the original bytes; the counts add up."""
    fill(shelf, files=2)

    with serving(Server(lambda sent: 422 if sent.json["data"] == 25 else 200)) as server:
        facts = run_pipeline("p", pipeline(shelf, server))

    assert (facts.delivered, facts.dead) == (39, 1)
    (letter,) = shelf.read("dead")
    assert [letter[key] for key in ("reason", "destination", "attempts", "status", "stage")] == [
        "delivery",
        "hook",
        1,
        "422",
        "delivery",
    ]
    assert json.loads(letter["raw"]) == event(25)
    assert facts.possible_duplicates == 0
