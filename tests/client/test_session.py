"""A whole errand, with a server on the loopback and a file of states."""

from __future__ import annotations

import shutil
import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.flapping import flapping
from tests.client.making import policy, request, settings
from tiktoktoe_cli.client.breaker_states import SavedStates, read, written
from tiktoktoe_cli.client.facts import Ending
from tiktoktoe_cli.client.sending import Pace, SilentObserver
from tiktoktoe_cli.client.session import SendInputs, run_errand
from tiktoktoe_cli.client.state_file import Patience, open_states
from tiktoktoe_cli.errors import Severity, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.client.facts import RequestFacts, SendFacts

HOUR_NS = 3600 * 10**9
BREAKER = policy({"circuit_breaker": {"minimum_calls": 2, "reset_timeout": "1h"}})


def run(url: str, state: Path | None = None, *, policies: Any = None, **inputs: Any) -> SendFacts:
    """Run an errand that nobody stops."""
    random = Random(7)  # noqa: S311  # a test
    known = {"default": BREAKER} if policies is None else policies
    made = SendInputs(request(url=url), known, {}, random, Patience(print), state=state, **inputs)
    return run_errand(made, lambda: False)


def test_a_breaker_goes_on_in_the_next_errand(tmp_path: Path) -> None:
    """Two that failed, one after the other, keep the third from being sent."""
    state = tmp_path / "states.json"

    with flapping(500) as server:
        endings = [run(server.url, state).requests[0].ending for _ in range(3)]

    assert endings == [Ending.UNEXPECTED, Ending.UNEXPECTED, Ending.REJECTED]
    assert len(server.asked) == 2


def test_what_others_keep_in_the_file_stays(tmp_path: Path) -> None:
    """An errand to one destination does not forget the other one's breaker."""
    state = tmp_path / "states.json"

    with flapping(500) as here, flapping(500) as there:
        run(here.url, state)
        run(there.url, state)

    assert {key.destination for key in read(state.read_text()).breakers} == {
        f"127.0.0.1:{server.port}" for server in (here, there)
    }


def test_a_clock_that_was_set_back_is_told_and_goes_on_from_the_file(tmp_path: Path) -> None:
    """Its times never run backwards, however often this happens."""
    state = tmp_path / "states.json"
    future_ns = time.time_ns() + 2 * HOUR_NS
    state.write_text(written(SavedStates(future_ns, {})))

    with flapping(200) as server:
        facts = run(server.url, state)

    (problem,) = facts.problems
    assert problem.code == "clock-went-back"
    assert problem.message.startswith(f"`{state}` was written 1h59m")
    assert read(state.read_text()).saved_ns >= future_ns


def test_states_that_cannot_be_saved_take_no_answer_away(tmp_path: Path) -> None:
    """The folder is gone when all is done: what was sent is told, and so is the failure."""
    folder = tmp_path / "gone"
    random = Random(7)  # noqa: S311  # a test
    policies = {"default": BREAKER}

    class Remover(SilentObserver):
        def on_end(self, _request: RequestFacts) -> None:
            shutil.rmtree(folder)

    with flapping(200) as server:
        made = SendInputs(
            request(url=server.url), policies, {}, random, Patience(print), state=folder / "states.json"
        )
        facts = run_errand(made, lambda: False, Remover())

    assert [one.ending for one in facts.requests] == [Ending.ANSWERED]
    assert [(one.code, one.severity) for one in facts.problems] == [("state-not-saved", Severity.ERROR)]


def test_nobody_has_to_wait_for_the_file(tmp_path: Path) -> None:
    """Who stops while another invocation has it has sent nothing."""
    state = tmp_path / "states.json"
    random = Random(7)  # noqa: S311  # a test
    inputs = SendInputs(request(), {}, {}, random, Patience(print), state=state)

    with open_states(state, Patience(print)):
        facts = run_errand(inputs, lambda: True)

    assert (facts.stopped, facts.requests) == (True, ())


def test_an_errand_that_cannot_be_begun_leaves_the_file(tmp_path: Path) -> None:
    """The body of the fallback's request is missing: nothing is sent, and nothing is saved."""
    state = tmp_path / "states.json"
    text = written(SavedStates(1, {}))
    state.write_text(text)
    other = settings(body={"file": str(tmp_path / "none")})
    random = Random(7)  # noqa: S311  # a test
    policies = {"default": policy({"fallback": {"request": "other"}})}
    inputs = SendInputs(request(), policies, {"other": other}, random, Patience(print), state=state)

    with pytest.raises(UsageError, match="cannot read the body"):
        run_errand(inputs, lambda: False)

    assert state.read_text() == text


def test_a_connection_is_used_again_if_that_is_wanted() -> None:
    """Then the second request has nothing to connect."""
    with flapping(200) as server:
        kept = run(server.url, policies={}, pace=Pace(2), keep_alive=True)
        fresh = run(server.url, policies={}, pace=Pace(2))

    timings = [[one.steps[0].timing for one in facts.requests] for facts in (kept, fresh)]
    connects = [[timing and timing.connect_ns is not None for timing in some] for some in timings]
    assert connects == [[True, False], [True, True]]
