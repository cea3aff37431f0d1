"""The http prober of the blackbox exporter → our http probe and what it has to find (its `prober/http.go`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.health.importers.cel_text import Test, listed, matches, quoted
from tiktoktoe_cli.health.importers.http_fields import auth_of, headers_of, said, text_of, tls_of
from tiktoktoe_cli.importing.texts import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.fields import Fields

_SUCCESS: Final = "status >= 200 && status < 300"
_SIZE: Final = re.compile(r"(\d+)([KMG]?)i?B", re.ASCII)

Made: TypeAlias = "tuple[str, Tree, list[str]]"
"""The probe, its settings, and what it has to find."""


def http_module(fields: Fields, at: Path, notes: Notebook) -> Made:
    """Translate what is asked for, and every way to fail."""
    headers = headers_of(fields)
    compression = fields.text("compression")
    if compression and "accept-encoding" not in map(str.lower, headers):
        headers["Accept-Encoding"] = compression
    expectations = list(_http_expectations(fields))
    versions = [node.raw for node in fields.texts("valid_http_versions")]
    offers = fields.flag("enable_http2")
    no_follow = fields.flag("no_follow_redirects")
    settings = {
        "method": fields.text("method"),
        "headers": headers,
        "body": text_of(fields, "body"),
        "auth": auth_of(fields),
        "tls": tls_of(fields),
        "proxy": said({"url": fields.text("proxy_url")}),
        "http2": any(version.startswith("HTTP/2") for version in versions) or None
        if offers is None
        else offers,
        "follow_redirects": fields.flag("follow_redirects") if no_follow is None else not no_follow,
        "max_body": _max_body(fields, at, notes),
    }
    return "http", said(settings), expectations


def _http_expectations(fields: Fields) -> Iterator[str]:
    codes = [node.raw for node in fields.texts("valid_status_codes")]
    yield f"status in {listed(codes)}" if codes else _SUCCESS
    versions = dict.fromkeys(_version(node.raw) for node in fields.texts("valid_http_versions"))
    if versions:
        yield f"http_version in {listed(map(quoted, versions))}"
    over_tls = 'url.startsWith("https:")'
    for key, test in (("fail_if_ssl", f"!{over_tls}"), ("fail_if_not_ssl", over_tls)):
        if fields.flag(key):
            yield test
    for key, pick in (("fail_if_body_matches_regexp", _no), ("fail_if_body_not_matches_regexp", _yes)):
        yield from (pick(matches("text", literal(node.raw))) for node in fields.texts(key))
    for key, shape in (
        ("fail_if_body_json_matches_cel", "!({})"),
        ("fail_if_body_json_not_matches_cel", "{}"),
    ):
        if (text := fields.text(key)) is not None:
            yield shape.format(literal(text))
    for key, pick in (("fail_if_header_matches", _no), ("fail_if_header_not_matches", _yes)):
        yield from (_header_expectation(header, pick) for header in fields.items(key))


def _yes(test: Test) -> str:
    return test.yes


def _no(test: Test) -> str:
    return test.no


def _header_expectation(header: Fields, pick: Callable[[Test], str]) -> str:
    """Write what has to hold for a header; where it may be missing, that is fine, too."""
    name = quoted((header.text("header") or "").lower())
    test = pick(matches(f"headers[{name}]", literal(header.text("regexp") or "")))
    return f"!({name} in headers) || {test}" if header.flag("allow_missing") else test


def _version(name: str) -> str:
    return "HTTP/2" if name == "HTTP/2.0" else name


def _max_body(fields: Fields, at: Path, notes: Notebook) -> str | None:
    """Take the limit of a body, whose units all are powers of 1024 there."""
    spot = fields.spot("body_size_limit")
    match = _SIZE.fullmatch(getattr(fields.node.get("body_size_limit"), "raw", ""))
    if match is None:
        return None
    fields.take("body_size_limit")
    notes.changed(spot, at, "a longer body is cut, and does not fail the check")
    return f"{match[1]}{match[2]}i" if match[2] else match[1]
