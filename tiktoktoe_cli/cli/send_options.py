"""The options of `request send`, each declared once: its words for typer, and where in the configuration it belongs."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_type_hints

import typer

from tiktoktoe_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.report import Json

_Text: TypeAlias = str | None
_Path: TypeAlias = Path | None
_FILE = "FILE"
_DURATION = "DURATION"
_BODY = "TEXT|@FILE|-"
_LAST_START = 4 / 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """What was given; None is "not given"."""

    method: Annotated[
        _Text, typer.Option("-X", "--method", metavar="METHOD", help="GET, or POST with a body.")
    ] = None
    header: Annotated[
        list[str] | None,
        typer.Option("-H", "--header", metavar="NAME:VALUE", help="Send a header; repeatable."),
    ] = None
    data: Annotated[
        _Text,
        typer.Option(
            *("-d", "--data"),
            metavar=_BODY,
            help="The body, line ends and all, called a form; - or @- reads stdin.",
        ),
    ] = None
    json: Annotated[
        _Text, typer.Option("--json", metavar=_BODY, help="The body, called JSON, which it must be.")
    ] = None
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="CEL", help="What must hold of the answer; repeatable."),
    ] = None
    timeout: Annotated[_Text, typer.Option(metavar=_DURATION, help="How long one attempt may take.")] = None
    policy: Annotated[
        _Text, typer.Option(metavar="NAME", help="Go through this policy of the configuration.")
    ] = None
    no_policy: Annotated[bool, typer.Option("--no-policy", help="Go through none.")] = False
    attempts: Annotated[_Text, typer.Option(metavar="N", help="Build a policy: try N times at most.")] = None
    base: Annotated[
        _Text, typer.Option(metavar=_DURATION, help="... the bound of the first wait between them.")
    ] = None
    deadline: Annotated[
        _Text,
        typer.Option(metavar=_DURATION, help="... for all of them together; none starts in its last fifth."),
    ] = None
    breaker: Annotated[
        _Text,
        typer.Option(
            metavar="SEMANTICS|OPTIONS",
            help="... with a breaker: tiktoktoe, or 'minimum_calls: 5, reset_timeout: 2s'.",
        ),
    ] = None
    fallback: Annotated[
        _Text, typer.Option(metavar="TEXT", help="... and this answer when all else fails.")
    ] = None
    http2: Annotated[bool, typer.Option("--http2", help="Offer HTTP/2 over TLS.")] = False
    proxy: Annotated[_Text, typer.Option(metavar="URL", help="Go through this HTTP proxy.")] = None
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate.")] = False
    cacert: Annotated[_Text, typer.Option(metavar=_FILE, help="Trust these authorities (PEM).")] = None
    cert: Annotated[_Text, typer.Option(metavar=_FILE, help="Show this certificate (PEM).")] = None
    key: Annotated[_Text, typer.Option(metavar=_FILE, help="The certificate's private key (PEM).")] = None
    repeat: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many requests.")] = 1
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help="How many of them at once at most.")
    ] = 1
    rate: Annotated[_Text, typer.Option(metavar="RATE", help="How often one may start, such as 10/s.")] = None
    keep_alive: Annotated[bool, typer.Option("--keep-alive", help="Use connections again.")] = False
    state: Annotated[
        _Path,
        typer.Option(metavar=_FILE, help="Keep breakers there, and nothing else, for the next invocation."),
    ] = None
    output_body: Annotated[
        _Path, typer.Option("--output-body", metavar=_FILE, help="Write the body of the answer there.")
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = (
        False
    )

    @property
    def content(self) -> str | None:
        """The body as it was given.

        Raises:
            UsageError: if it was given twice.
        """
        if self.data is not None and self.json is not None:
            raise UsageError("`--data` and `--json` are two bodies", hint="keep one of them")
        return self.data if self.json is None else self.json

    @property
    def interval_ns(self) -> int:
        """The time from one start to the next; 0 if nothing limits them.

        Raises:
            UsageError: if the rate is none.
        """
        from tiktoktoe_cli.config.units import NS_PER_S, Rate, UnitError

        if self.rate is None:
            return 0
        try:
            rate = Rate.parse(self.rate)
        except UnitError as error:
            raise UsageError(f"`--rate`: {error.message}", hint=error.hint) from None
        if not rate:
            raise UsageError("`--rate`: nothing would ever be sent", hint="write it as `10/s` or `30/m`")
        return round(NS_PER_S / rate)

    @property
    def settings(self) -> dict[str, Json]:
        """What they say of the request, under the names of the configuration.

        Raises:
            UsageError: for a header without a colon, or one that is given twice.
        """
        tls: dict[str, Json] = {"ca": self.cacert, "cert": self.cert, "key": self.key}
        told: dict[str, Json] = {
            "method": self.method,
            "headers": dict(self._headers()),
            "expect": self.expect,
            "timeout": self.timeout,
            "policy": self.policy,
            "tls": _given(tls) | ({"verify": False} if self.insecure else {}),
            "proxy": {"url": self.proxy} if self.proxy else None,
            "http2": self.http2 or None,
        }
        return _given(told)

    @property
    def layers(self) -> list[str] | None:
        """The layers of the policy that they describe, the outermost first, in YAML; None if they describe none.

        Raises:
            UsageError: if a policy is named as well, or `--breaker` is no line of options.
        """
        layers = list(self._layers())
        if self.policy is not None and (layers or self.no_policy):
            hint = "leave out `--policy`, or the options that build one"
            raise UsageError("`--policy` names a policy, and other options build one", hint=hint)
        if layers and self.no_policy:
            raise UsageError("`--no-policy`, and other options build one", hint="leave out `--no-policy`")
        return layers if layers or self.no_policy else None

    def _layers(self) -> Iterator[str]:
        if self.fallback is not None:
            yield f"fallback: {{value: {json.dumps(self.fallback, ensure_ascii=False)}}}"
        if self.deadline is not None:
            yield f"timeout: {json.dumps(self.deadline)}"
        if self.attempts is not None or self.base is not None:
            told = _given({"max_attempts": self.attempts, "base": self.base, "deadline": self._last_start})
            yield f"retry: {{{', '.join(f'{name}: {_scalar(value)}' for name, value in told.items())}}}"
        if self.breaker is not None:
            yield f"circuit_breaker: {{{self._breaker(self.breaker)}}}"

    @staticmethod
    def _breaker(given: str) -> str:
        if not given.strip() or len(given.splitlines()) > 1:
            hint = "write it as `tiktoktoe` or `minimum_calls: 5, reset_timeout: 2s`"
            raise UsageError("`--breaker` is no line of options", hint=hint)
        return given if ":" in given else f"semantics: {given}"

    @property
    def _last_start(self) -> str | None:
        """Until when an attempt may start: one at the deadline would be given up, and the answer before it lost."""
        from tiktoktoe_cli.config.units import Duration, UnitError

        if self.deadline is None:
            return None
        try:
            return str(Duration(round(Duration.parse(self.deadline) * _LAST_START)))
        except UnitError:
            return None  # the timeout will be told

    def _headers(self) -> Iterator[tuple[str, str]]:
        given = [header.partition(":") for header in self.header or ()]
        names: set[str] = set()
        for name, colon, value in given:
            if not colon:
                raise UsageError(f"`{name}` is no header", hint="write it as `Name: value`")
            if name.strip().lower() in names:
                hint = "join what it says with a comma"
                raise UsageError(f"`--header` has `{name.strip()}` twice", hint=hint)
            names.add(name.strip().lower())
            yield name.strip(), value.strip()
        kind = self._kind_of_body()
        yield from ((name, value) for name, value in kind.items() if name not in names)

    def _kind_of_body(self) -> dict[str, str]:
        """Say what the body is, as curl does for the options of the same names."""
        if self.json is not None:
            return {"content-type": "application/json", "accept": "application/json"}
        return {} if self.data is None else {"content-type": "application/x-www-form-urlencoded"}


def with_send_options(function: Callable[..., Any]) -> Callable[..., Any]:  # typer calls it
    """Give a command the options above; it receives them as its last argument, a `SendOptions`."""
    own = get_type_hints(function, localns={"Desk": object, "SendOptions": SendOptions}, include_extras=True)
    told = get_type_hints(SendOptions, localns={"list": list}, include_extras=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    extra = [
        inspect.Parameter(field.name, keyword, default=field.default, annotation=told[field.name])
        for field in fields(SendOptions)
    ]

    @wraps(function)
    def command(*arguments: Any, **given: Any) -> Any:  # what typer passes
        options = SendOptions(**{field.name: given.pop(field.name) for field in fields(SendOptions)})
        return function(*arguments, options=options, **given)

    kept = [one for one in inspect.signature(function).parameters.values() if one.name != "options"]
    command.__signature__ = inspect.Signature([*kept, *extra])  # type: ignore[attr-defined]  # read by typer
    command.__annotations__ = {**own, **told}
    return command


def _given(told: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _scalar(value: Json) -> str:
    """Write a value of an option as YAML: a plain word as it is, for it may be a number, anything else quoted."""
    return value if isinstance(value, str) and value.isalnum() else json.dumps(value)
