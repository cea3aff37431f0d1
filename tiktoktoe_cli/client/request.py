"""A request that is ready to be sent, again and again: its settings read, its body in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.transport import HttpRequest
from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS, join_address
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from tiktoktoe_cli.client.settings import BodySettings, RequestSettings
    from tiktoktoe_cli.expressions import Expression

MAX_BODY_BYTES: Final = 256 * 1024 * 1024
"""How large a body may be that is sent: it is kept in memory."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what is sent, what is expected of the answer, and the policy that it asks for."""

    name: str
    http: HttpRequest
    expect: tuple[Expression, ...] = ()
    policy: str | None = None

    @property
    def destination(self) -> str:
        """The host and port that it goes to; what is told of one destination holds for all its requests."""
        parts = urlsplit(self.http.url)
        return join_address(parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])


class PolicyKey(NamedTuple):
    """What calls have in common that share a policy: its name, and the host and port that they go to.

    A policy that keeps the last good answer has it for one request only; `request` is then that request's name.
    """

    policy: str
    destination: str
    request: str = ""


def request_of(name: str, settings: RequestSettings, body: bytes | None = None) -> Request:
    """Make a request ready; `body` takes the place of the one in the settings.

    Raises:
        UsageError: if the file of its body cannot be read or is too large, or its JSON has a number that is none.
    """
    content = _content(name, settings.body) if body is None else body
    http = HttpRequest(
        url=_with_query(settings.url, settings.query),
        timeout_ns=settings.timeout,
        method=settings.method_with(body=settings.body is not None or body is not None),
        headers=tuple(_headers(settings).items()),
        body=content,
        follow_redirects=settings.follow_redirects,
        max_body_bytes=settings.max_body_bytes,
        max_redirects=settings.max_redirects,
        auth=settings.credentials,
        route=settings.route,
    )
    return Request(name, http, settings.expect, settings.policy)


def _with_query(url: str, query: dict[str, str]) -> str:
    if not query:
        return url
    parts = urlsplit(url)
    return parts._replace(query="&".join(filter(None, [parts.query, urlencode(query)]))).geturl()


def _headers(settings: RequestSettings) -> dict[str, str]:
    """Say that a body is JSON, unless the headers say something else."""
    is_json = settings.body is not None and "json_" in settings.body.model_fields_set
    is_told = any(name.lower() == "content-type" for name in settings.headers)
    return settings.headers | ({"content-type": "application/json"} if is_json and not is_told else {})


def _content(name: str, body: BodySettings | None) -> bytes:
    if body is None:
        return b""
    if body.file is not None:
        return read_body(body.file)
    if body.text is not None:
        return body.text.encode()
    try:
        return json.dumps(body.json_, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        message = f"the body of `{name}` is no JSON, which has neither `.nan` nor `.inf`"
        raise UsageError(message, hint="write `null`, or a string") from None


def read_body(path: Path) -> bytes:
    """Read a file that is to be sent.

    Raises:
        UsageError: if it cannot be read, or is larger than `MAX_BODY_BYTES`.
    """
    try:
        with path.open("rb") as stream:
            return read_stream(stream, f"`{path}`")
    except OSError as error:
        message = f"cannot read the body `{path}`: {reason_of(error)}"
        raise UsageError(message, hint="check the path and its permissions") from None


def read_stream(stream: BinaryIO, name: str) -> bytes:
    """Read a body to its end; `name` is what it comes from.

    Raises:
        UsageError: if it is larger than `MAX_BODY_BYTES`.
    """
    body = stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        message = f"the body of {name} is larger than {MAX_BODY_BYTES >> 20} MiB"
        raise UsageError(message, hint="send less at once")
    return body


def check_json(body: bytes, name: str) -> None:
    """Make sure that a body is JSON; `name` is what gave it.

    Raises:
        UsageError: if it is not; the message says where.
    """
    import orjson

    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"{name} is no JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise UsageError(message, hint="send what is none with `--data` and a `content-type`") from None
