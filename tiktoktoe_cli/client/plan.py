"""What would be sent, without sending it: the request, the layers of its policy, its pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.client.report import COMMAND, HIDDEN
from tiktoktoe_cli.config.fields import OneOf, Settings
from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Written
from tiktoktoe_cli.report.cells import count
from tiktoktoe_cli.report.facts import Column, Report
from tiktoktoe_cli.resilience.presets.catalog import DEFAULT
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings
from tiktoktoe_cli.transport.auth import BasicAuth, BearerAuth, ClientCredentials
from tiktoktoe_cli.words import plural, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.client.session import SendInputs
    from tiktoktoe_cli.report.facts import Json

_LONGEST_BODY: Final = 200
_AUTH: Final[Mapping[type, str]] = {
    BasicAuth: "user and password",
    BearerAuth: "bearer token",
    ClientCredentials: "OAuth 2.0 client credentials",
}


def plan_of(inputs: SendInputs) -> Report:
    """Turn an errand that is not run into a report: an item for each setting that matters."""
    errand = inputs.errand
    through = f"through the policy `{errand.policy}`" if errand.policy else "without a policy"
    times = plural(errand.repeat, "time")
    summary = dict(_settings(inputs))
    return Report(
        command=COMMAND,
        ok=True,
        verdict=f"would send `{errand.name}` {times} {through}; nothing was sent",
        summary=summary,
        items=[item for name, value in summary.items() for item in _items(name, value)],
        columns=(Column("setting", "SETTING"), Column("value", "VALUE")),
        name_key="setting",
    )


def _items(name: str, value: Json) -> Iterator[dict[str, Json]]:
    """Give each header, expectation and layer a line of its own."""
    match name, value:
        case "headers", dict():
            yield from ({"setting": f"header {key}", "value": told} for key, told in value.items())
        case "expect", list():
            yield from ({"setting": "expect", "value": told} for told in value)
        case "layers", list():
            for position, layer in enumerate(value, 1):
                yield {"setting": f"layer {position} {layer['kind']}", "value": _flow(layer["settings"])}
        case _:
            yield {"setting": name, "value": value}


def _settings(inputs: SendInputs) -> Iterator[tuple[str, Json]]:
    errand, request = inputs.errand, inputs.request
    http = request.http
    yield "request", f"{http.method} {errand.url}"
    yield "headers", dict(_header(name.lower(), value) for name, value in http.headers)
    if http.auth:
        yield "authentication", _AUTH[type(http.auth)]
    if http.body:
        yield "body", _body(http.body)
    yield "timeout", str(Duration(http.timeout_ns))
    yield "expect", [expression.text for expression in request.expect]
    yield "destination", errand.destination
    yield "policy", errand.policy
    layers = inputs.policies[errand.policy] if errand.policy else ()
    yield "layers", [{"kind": layer.kind, "settings": _plain(layer.chosen)} for layer in layers]
    yield from _pace(inputs)


def _header(name: str, value: str) -> tuple[str, str]:
    return name, HIDDEN if sounds_secret(name) else value


def _body(body: bytes) -> str:
    """Say how long a body is, and show how it begins if it is a text."""
    size = plural(len(body), "byte")
    try:
        return f"{size}: {shortened(body.decode(), _LONGEST_BODY)}"
    except UnicodeDecodeError:
        return size


def _plain(value: Any) -> Any:  # whatever a setting holds, as JSON
    """Write a setting as the YAML would hold it, what it leaves open aside."""
    if isinstance(value, OneOf):
        return {value.kind: _plain(value.chosen)}
    if isinstance(value, BreakerSettings) and value.machine.name != DEFAULT:
        # a preset's own defaults depend on each other, so that one of them alone may say what is not so
        told = {name: getattr(value, name) for name in value.model_fields_set}
        return {"semantics": value.machine.name, **{name: _plain(told[name]) for name in sorted(told)}}
    if isinstance(value, Settings):
        told = {name: getattr(value, name) for name in type(value).model_fields}
        return {name: _plain(inner) for name, inner in told.items() if inner is not None}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Written | str) else value


def _flow(value: Json) -> str:
    """Write what a setting holds on one line, without the braces around it."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_inner(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_inner, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inner(value: Json) -> str:
    words = _flow(value)
    if isinstance(value, list):
        return f"[{words}]"
    return f"{{{words}}}" if isinstance(value, dict) else words


def _pace(inputs: SendInputs) -> Iterator[tuple[str, Json]]:
    pace = inputs.pace
    yield "repeat", pace.repeat
    yield "concurrency", pace.concurrency
    if pace.interval_ns:
        yield "rate", f"{count(NS_PER_S / pace.interval_ns)}/s"
    if inputs.state:
        yield "state", str(inputs.state)
