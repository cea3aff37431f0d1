"""The probers of the blackbox exporter → our probes and what they have to find (its `prober/`)."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.importers.blackbox_http import http_module
from tiktoktoe_cli.health.importers.cel_text import listed, matches, quoted
from tiktoktoe_cli.health.importers.http_fields import auth_of, headers_of, said, tls_of
from tiktoktoe_cli.importing.texts import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.health.importers.blackbox_http import Made
    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.fields import Fields

_RECORD: Final = '"%s\\t%d\\tIN\\t%s\\t%s".format([record.name, record.ttl, record.type, record.value])'
_PROTOCOLS: Final = {"smtp": "EHLO", "imap": "STARTTLS", "pop3": "STLS", "ftp": "AUTH TLS"}
"""What each protocol says that those after it do not."""
_SECTIONS: Final = {"answer": "records", "authority": "authority", "additional": "additional"}
_ALL: Final = "fail_if_all_match_regexp"
_NONE: Final = "fail_if_none_matches_regexp"
_RULES: Final = {
    "fail_if_matches_regexp": "!{0}.exists(record, {1})",
    _ALL: "{0}.all(record, {1})",
    "fail_if_not_matches_regexp": "size({0}) > 0 && {0}.all(record, {1})",
    _NONE: "{0}.exists(record, {1})",
}
"""What must hold of a section's records, where {1} is that one of them matches (`validRRs` of `prober/dns.go`)."""


def _tcp(fields: Fields, at: Path, notes: Notebook) -> Made:
    tls = tls_of(fields)
    steps = fields.items("query_response")
    if any(step.flag("starttls") for step in steps):
        return _starttls(fields, steps, tls, at, notes)
    if fields.flag("tls"):
        tls = tls or {"verify": True}
    elif tls:
        notes.changed(fields.spot("tls_config"), at, "without `tls: true` it means nothing, and is left out")
        tls = {}
    settings = {"tls": tls, "dialogue": _dialogue(steps, at, notes)}
    return "tcp", said(settings), ["connected"]


def _starttls(fields: Fields, steps: Sequence[Fields], tls: Tree, at: Path, notes: Notebook) -> Made:
    """Let the tls probe ask for TLS, in the protocol that the dialogue seems to speak."""
    words = " ".join(f"{step.text('send')} {step.text('expect')}" for step in steps).upper()
    protocol = next((name for name, word in _PROTOCOLS.items() if word in words), "postgres")
    message = f"`starttls: {protocol}` is a guess; it leads the dialogue by itself, and what follows TLS is left out"
    notes.inferred(fields.spot("query_response"), at, message)
    return "tls", {"starttls": protocol, **tls}, ["connected"]


def _dialogue(steps: Sequence[Fields], at: Path, notes: Notebook) -> list[Tree]:
    dialogue: list[Tree] = []
    for step in steps:
        expect, send = step.text("expect"), step.text("send")
        if expect is not None:
            dialogue.append({"expect": _line_pattern(expect)})
        if send is not None:
            dialogue.append({"send": literal(f"{send}\n")})
        if send is not None and re.search(r"\$\{?\d", send):
            message = f"`{send}`: what a pattern found cannot be sent; the text goes out as it stands"
            notes.untranslated(step.spot("send"), (*at, "tcp", "dialogue"), message)
        notes.leave(step, at, {})
    return dialogue


def _line_pattern(pattern: str) -> str:
    """Let `^` and `$` stand for the ends of a line: the exporter matches line by line."""
    if not {"^", "$"} & set(pattern):
        return pattern
    return literal(f"(?m){pattern.removesuffix('$')}" + (r"\r?$" if pattern.endswith("$") else ""))


def _icmp(fields: Fields, _at: Path, _notes: Notebook) -> Made:
    return "icmp", said({"size": fields.count("payload_size"), "ttl": fields.count("ttl")}), ["connected"]


def _dns(fields: Fields, at: Path, notes: Notebook) -> Made:
    settings = {
        "name": fields.text("query_name"),
        "type": fields.text("query_type"),
        "protocol": fields.text("transport_protocol"),
    }
    if settings["type"] is None:
        notes.changed(
            fields.node, at, "the exporter asks for ANY if no type is said; here it is the usual one"
        )
    codes = [node.raw for node in fields.texts("valid_rcodes")] or ["NOERROR"]
    expectations = [f"rcode in {listed(map(quoted, codes))}" if codes[1:] else f"rcode == {quoted(codes[0])}"]
    for section, variable in _SECTIONS.items():
        expectations += _record_expectations(fields.inside(f"validate_{section}_rrs"), variable, at, notes)
    return "dns", said(settings), expectations


def _record_expectations(rules: Fields, variable: str, at: Path, notes: Notebook) -> Iterator[str]:
    for key, shape in _RULES.items():
        tests = [matches(_RECORD, literal(node.raw)).yes for node in rules.texts(key)]
        if tests and key == _NONE:
            tests = [" || ".join(tests)]
        if tests and key == _ALL:
            notes.changed(
                rules.spot(key),
                (*at, "expect"),
                f"`{key}`: the exporter fails if not all match, and so does this",
            )
        yield from (shape.format(variable, test) for test in tests)


def _grpc(fields: Fields, _at: Path, _notes: Notebook) -> Made:
    tls = tls_of(fields)
    settings = {
        "service": fields.text("service"),
        "tls": (tls or {"verify": True}) if fields.flag("tls") else {},
    }
    return "grpc", said(settings), ['status == "SERVING"']


def _websocket(fields: Fields, at: Path, notes: Notebook) -> Made:
    client = fields.inside("http_config")
    headers = headers_of(fields)
    match auth_of(client):
        case {"bearer": token}:
            headers["Authorization"] = f"Bearer {token}"
        case {"basic": {"username": user, "password": password}}:
            headers["Authorization"] = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
        case {"oauth2": _}:
            notes.untranslated(client.spot("oauth2"), at, "a WebSocket has headers only, and gets no tokens")
    return "websocket", said({"headers": headers, "tls": tls_of(client)}), ["connected"]


PROBERS: Final[Mapping[str, Callable[[Fields, Path, Notebook], Made]]] = {
    "http": http_module,
    "tcp": _tcp,
    "icmp": _icmp,
    "dns": _dns,
    "grpc": _grpc,
    "websocket": _websocket,
}
