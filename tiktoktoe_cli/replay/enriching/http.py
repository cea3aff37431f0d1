"""A web server as a source: one request for each key, through a policy, so many at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import finalize

import orjson

from tiktoktoe_cli.client.client import Surroundings, open_client
from tiktoktoe_cli.client.request import Request
from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.replay.enriching.source import Failed, Source, row_of
from tiktoktoe_cli.replay.stopping import StoppedError
from tiktoktoe_cli.replay.verdict import Verdict, reason_of_end, status_of, verdict_of
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.resilience.settings import LayerSettings, RetrySettings, policy_or
from tiktoktoe_cli.transport import ClientOptions, HttpReply, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.enriching.source import Answer, Around
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings
    from tiktoktoe_cli.resilience import Outcome

_NAME = "lookup"
_LOOK_S = 0.1
_PAUSE_NS = 50_000_000
_DOTS = frozenset({".", ".."})
"""What a path does not take as a name, however it is written (RFC 3986, 5.2.4 and 6.2.2.2)."""


class HttpSource(Source):
    """Asks a web server. It is connected to at the first question: in the process that asks.

    That nothing is found (404) is a success to the policy: a server that says so works. What a fallback gives is no
    answer, for whoever is asked later may know.
    """

    def __init__(self, lookup: LookupSettings, around: Around) -> None:
        assert lookup.http is not None, "it is the kind of this source"  # noqa: S101  # states an invariant
        self._settings = lookup.http
        own = (LayerSettings(retry=RetrySettings()),)
        self._policy, policies = policy_or(own, lookup.policy, around.policies)
        self._around = Surroundings(policies, {}, SystemClock(), around.random)
        self._expect = (compile_expression("status == 200 || status == 404"),)
        self._should_stop = around.should_stop
        self._line: _Line | None = None

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys.

        Raises:
            StoppedError: the user wants the run to end; what is under way is given up.
        """
        if self._line is None:
            self._line = _Line(self._around, self._request("key"))
            finalize(self, self._line.close)
        return self._line.runner.run(self._find(keys))

    async def _find(self, keys: Sequence[str]) -> list[Answer]:
        found: dict[str, Answer] = {}
        waits_ns: dict[str, int] = {}
        rest, clock = iter(keys), self._around.clock

        async def work() -> None:
            for key in rest:
                began_ns = clock.now()
                found[key] = await self._one(key)
                waits_ns[key] = clock.now() - began_ns

        asking = asyncio.gather(*(work() for _ in range(min(self._settings.concurrency, len(keys)))))
        while not (await asyncio.wait({asking}, timeout=_LOOK_S))[0]:
            if self._should_stop():
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking
                raise StoppedError
        asking.result()
        self.waits_ns = [waits_ns[key] for key in keys]
        return [found[key] for key in keys]

    async def _one(self, key: str) -> Answer:
        if not key:
            return None
        if key in _DOTS:
            return Failed("the key cannot stand in a URL")
        try:
            request = self._request(key)
        except UnicodeEncodeError:
            return Failed("the key is no text that can be sent")
        return self._answer(await self._call(request))

    async def _call(self, request: Request) -> Outcome[Any]:  # Any: whatever a fallback gives
        """Ask, and ask again where only a limit of ours was in the way."""
        assert self._line is not None, "it is open"  # noqa: S101  # as above
        while True:
            outcome = await self._line.client.call(request)
            if verdict_of(outcome) is not Verdict.LATER:
                return outcome.covered or outcome
            await self._around.clock.sleep(max(outcome.retry_after_ns or 0, _PAUSE_NS))

    def _answer(self, outcome: Outcome[Any]) -> Answer:  # as above
        """Read an answer. A message has no URL: the key may be one that dead letters must not show."""
        status = status_of(outcome)
        if status is None:
            return Failed(f"the server did not answer: {reason_of_end(outcome)}")
        if status == HTTPStatus.NOT_FOUND:
            return None
        return (
            self._row(outcome.value) if status == HTTPStatus.OK else Failed(f"the server answered {status}")
        )

    def _row(self, reply: Any) -> Answer:  # as above
        assert isinstance(reply, HttpReply), "only such a one has a status"  # noqa: S101  # as above
        if reply.is_cut:
            return Failed(f"the answer is longer than `{self._settings.max_bytes}`")
        try:
            value = orjson.loads(reply.body)
        except orjson.JSONDecodeError as error:
            return Failed(f"the answer is no JSON: {error}")
        return row_of(value) if isinstance(value, dict) else Failed("the answer is no JSON object")

    def _request(self, key: str) -> Request:
        settings = self._settings
        http = HttpRequest(
            url=settings.url.replace("{key}", quote(key, safe="")),
            timeout_ns=settings.timeout,
            method=settings.method,
            headers=tuple(settings.headers.items()),
            follow_redirects=settings.max_redirects > 0,
            max_body_bytes=settings.max_bytes.whole,
            max_redirects=settings.max_redirects,
            auth=settings.auth.credentials if settings.auth else None,
            route=settings.route,
        )
        return Request(_NAME, http, self._expect, self._policy)


class _Line:
    """The connections of a process, and the loop that they belong to."""

    def __init__(self, around: Surroundings, first: Request) -> None:
        self.runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        opening = open_client(around, first, ClientOptions(keep_alive=True))
        self.client = self.runner.run(self._stack.enter_async_context(opening))

    def close(self) -> None:
        """Close them."""
        self.runner.run(self._stack.aclose())
        self.runner.close()


def build(lookup: LookupSettings, around: Around) -> HttpSource:
    """Make the source; nothing is sent yet."""
    return HttpSource(lookup, around)
