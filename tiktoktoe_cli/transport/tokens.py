"""The tokens of a client: fetched when one is needed, kept until shortly before they expire, renewed once on a 401."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.transport.addresses import without_userinfo
from tiktoktoe_cli.transport.auth import BearerAuth
from tiktoktoe_cli.transport.exchange import (
    FailureReason,
    HttpReply,
    Timing,
    TransportFailure,
)
from tiktoktoe_cli.transport.foreign import Diagnosis
from tiktoktoe_cli.transport.grant import Token, read_token, token_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.auth import ClientCredentials
    from tiktoktoe_cli.transport.exchange import HttpRequest

Send: TypeAlias = "Callable[[HttpRequest], Awaitable[HttpReply | TransportFailure]]"
"""Sends a request that needs no token from here."""


class Tokens:
    """Keeps a token for each set of credentials; callers that need one at the same time share its fetching."""

    def __init__(self, clock: Clock, learn: Callable[[str], None]) -> None:
        self._clock = clock
        self._learn = learn
        self._known: dict[ClientCredentials, Token] = {}
        self._locks: defaultdict[ClientCredentials, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def request(
        self, request: HttpRequest, credentials: ClientCredentials, send: Send
    ) -> HttpReply | TransportFailure:
        """Send a request with a token, and once more with a new one if the server does not take it.

        The request's deadline covers the tokens too; the timing is that of the last try alone.
        """
        deadline_ns = self._clock.now() + request.timeout_ns
        answer = await self._try(request, credentials, send, deadline_ns)
        if isinstance(answer, HttpReply) and answer.status == HTTPStatus.UNAUTHORIZED:
            return await self._try(request, credentials, send, deadline_ns)
        return answer

    async def _try(
        self, request: HttpRequest, credentials: ClientCredentials, send: Send, deadline_ns: int
    ) -> HttpReply | TransportFailure:
        """Send with a token, and forget it if it was not taken."""
        left_ns = deadline_ns - self._clock.now()
        token = await self._get(credentials, replace(request, timeout_ns=left_ns), send)
        if not isinstance(token, Token):
            return self._failure(token, credentials, started_ns=deadline_ns - request.timeout_ns)
        left_ns = deadline_ns - self._clock.now()
        answer = await send(replace(request, auth=BearerAuth(token.value), timeout_ns=left_ns))
        is_refused = isinstance(answer, HttpReply) and answer.status == HTTPStatus.UNAUTHORIZED
        if is_refused and self._known.get(credentials) is token:  # nobody else has renewed it meanwhile
            del self._known[credentials]
        return answer

    async def _get(
        self, credentials: ClientCredentials, request: HttpRequest, send: Send
    ) -> Token | Diagnosis:
        """Return the known token, or fetch one within the time limit of the request that needs it."""
        try:
            async with asyncio.timeout(request.timeout_ns / NS_PER_S), self._locks[credentials]:
                token = self._known.get(credentials)
                if token and token.is_fresh(self._clock.now()):
                    return token
                return await self._fetch(credentials, request, send)
        except TimeoutError:
            within = Duration(request.timeout_ns).rounded
            return Diagnosis(FailureReason.TOKEN_SERVER, f"no complete answer within {within}")

    async def _fetch(
        self, credentials: ClientCredentials, request: HttpRequest, send: Send
    ) -> Token | Diagnosis:
        asked_ns = self._clock.now()  # the lifetime counts from here at the latest: the answer takes its time
        answer = await send(token_request(credentials, request.timeout_ns, request.route))
        if isinstance(answer, TransportFailure):
            reason = FailureReason.TOKEN_SERVER if answer.is_transient else FailureReason.AUTH
            return Diagnosis(reason, answer.message)
        token = read_token(answer, asked_ns)
        if isinstance(token, Token):
            self._learn(token.value)
            self._known[credentials] = token
        return token

    def _failure(
        self, diagnosis: Diagnosis, credentials: ClientCredentials, started_ns: int
    ) -> TransportFailure:
        message = diagnosis.describe(without_userinfo(credentials.token_url))
        return TransportFailure(diagnosis.reason, message, Timing(self._clock.now() - started_ns))
