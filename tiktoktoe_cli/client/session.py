"""One errand from its inputs to its facts: what the front desk calls."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.client.breaker_states import BreakerBook, ContinuedClock
from tiktoktoe_cli.client.client import Surroundings, open_client
from tiktoktoe_cli.client.facts import Errand, SendFacts
from tiktoktoe_cli.client.sending import Pace, Sending, SilentObserver
from tiktoktoe_cli.client.state_file import StoppedWaitingError, open_states
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.errors import Problem, Severity, UnfinishedError
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.transport import ClientOptions, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from random import Random

    from tiktoktoe_cli.client.request import Request
    from tiktoktoe_cli.client.sending import SendObserver
    from tiktoktoe_cli.client.settings import RequestSettings
    from tiktoktoe_cli.client.state_file import Patience
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.resilience.settings import PolicySettings


@dataclass(frozen=True, slots=True)
class SendInputs:
    """What an errand is about: the request and its pace, and all that it may refer to by name.

    `state` is the file that keeps breakers, if one is to; `patience` is for others who use it. `place` is where the
    configuration has the request. `learn` is told secrets that are fetched on the way, so that none is shown.
    """

    request: Request
    policies: Mapping[str, PolicySettings]
    requests: Mapping[str, RequestSettings]
    random: Random
    patience: Patience
    pace: Pace = field(default_factory=Pace)
    state: Path | None = None
    place: Place | None = None
    keep_alive: bool = False
    learn: Callable[[str], None] = lambda _: None
    clock: Clock = field(default_factory=SystemClock)

    @property
    def errand(self) -> Errand:
        """The errand as it may be shown."""
        http, policy = self.request.http, policy_of(self.request.policy, self.policies)
        url = without_userinfo(http.url)
        repeat = self.pace.repeat
        return Errand(
            self.request.name, http.method, url, self.request.destination, policy, repeat, self.place
        )


def run_errand(
    inputs: SendInputs, should_stop: Callable[[], bool], observer: SendObserver | None = None
) -> SendFacts:
    """Send what was asked for; breakers go on where the state file left them, and are saved there at the end.

    If they cannot be saved, that is a problem beside what came of the requests, which were sent.

    Raises:
        UsageError: if the state file cannot be used or holds something else, or a request cannot be sent at all.
        UnfinishedError: if another invocation does not let go of the state file.
    """
    inputs = replace(inputs, patience=replace(inputs.patience, should_stop=should_stop))
    try:
        with _kept_breakers(inputs) as (book, clock):
            facts = asyncio.run(_send(inputs, clock, book, should_stop, observer or SilentObserver()))
    except StoppedWaitingError:
        return SendFacts(inputs.errand, inputs.clock.now() / NS_PER_S, 0, (), {}, stopped=True)
    return replace(facts, problems=tuple(book.problems))


async def _send(
    inputs: SendInputs,
    clock: Clock,
    book: BreakerBook,
    should_stop: Callable[[], bool],
    observer: SendObserver,
) -> SendFacts:
    around = Surroundings(inputs.policies, inputs.requests, clock, inputs.random, book.meet)
    options = ClientOptions(keep_alive=inputs.keep_alive, learn=inputs.learn)
    async with open_client(around, inputs.request, options) as client:
        began_ns, began_s = clock.now(), inputs.clock.now() / NS_PER_S
        sending = Sending(client, inputs.request, inputs.pace, clock, observer)
        stopped = await sending.run(should_stop)
    ended_ns = clock.now()
    return SendFacts(
        errand=inputs.errand,
        started_s=began_s,
        elapsed_ns=ended_ns - began_ns,
        requests=tuple(sorted(sending.done, key=lambda one: one.number)),
        policies={key: policy.metrics(ended_ns) for key, policy in client.policies.items()},
        stopped=stopped,
    )


@contextmanager
def _kept_breakers(inputs: SendInputs) -> Iterator[tuple[BreakerBook, Clock]]:
    """Open the book of breakers, and the clock that their times are of; save the book at the end."""
    if inputs.state is None:
        yield BreakerBook(), inputs.clock
        return
    with open_states(inputs.state, inputs.patience) as file:
        saved = file.load()
        clock = ContinuedClock(inputs.clock, saved)
        book = BreakerBook(saved)
        if clock.behind_ns > NS_PER_S:
            book.problems.append(_clock_problem(inputs.state, clock.behind_ns))
        yield book, clock
        try:
            file.save(book.states(clock.now(), clock.ahead_ns))
        except UnfinishedError as error:
            book.problems.append(Problem("state-not-saved", error.message, hint=error.hint))


def _clock_problem(path: Path, behind_ns: int) -> Problem:
    behind = Duration(behind_ns // NS_PER_S * NS_PER_S)
    message = f"`{path}` was written {behind} from now: the clock of this machine was set back"
    hint = "its breakers go on as if no time had passed since then"
    return Problem("clock-went-back", message, hint=hint, severity=Severity.WARNING)
