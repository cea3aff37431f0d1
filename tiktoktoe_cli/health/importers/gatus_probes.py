"""A Gatus endpoint → the probe that looks at the same: by its `dns` block, else by the scheme of its URL."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tiktoktoe_cli.health.importers.http_fields import said
from tiktoktoe_cli.transport.addresses import DNS_PORT, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.config.nodes import ScalarNode
    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.fields import Fields

_RANDOM: Final = re.compile(r"\[RANDOM_STRING_\d+\]")
_SSH_PORT: Final = 22
_FALLBACK: Final = re.compile(r"\$(?:\w|\{)")
_CONNECTIONLESS: Final = "nothing here speaks {0}, and Gatus calls every {0} address connected"


def probe_of(fields: Fields, at: Path, notes: Notebook) -> Tree:
    """Translate what an endpoint asks, and how: a map with one key, the probe's; empty if there is no such probe."""
    if "dns" in fields:
        return {"dns": _dns(fields)}
    url = fields.text("url") or ""
    scheme = url.partition("://")[0].lower()
    if _FALLBACK.match(url):
        notes.inferred(
            fields.spot("url"), at, "the URL begins with a variable: it is taken for that of a web server"
        )
        scheme = "http"
    make = _PROBES.get(scheme)
    if make is None:
        unknown = f"`{url}` has no scheme that is known here"
        reason = _CONNECTIONLESS.format(scheme) if scheme in {"udp", "sctp"} else unknown
        notes.untranslated(fields.node, at, reason)
        return {}
    kind, settings = make(fields, url, at, notes)
    target = settings.get("address", "")
    if "address" in settings and split_address(target) is None and "$" not in target:
        notes.untranslated(fields.node, at, f"`{url}` names no port")
        return {}
    return {kind: settings}


def _http(fields: Fields, url: str, at: Path, notes: Notebook) -> tuple[str, Tree]:
    client = fields.inside("client")
    headers = fields.pairs("headers")
    body = _body(fields, url, at, notes)
    if fields.flag("graphql") and body is not None:
        body = json.dumps({"query": body}, ensure_ascii=False)
        headers = {"Content-Type": "application/json", **headers}
    settings = {
        "url": url,
        "method": fields.text("method"),
        "headers": headers,
        "body": body,
        "auth": _auth(client),
        "tls": _tls(client),
        "proxy": _proxy(client, at, notes),
        "follow_redirects": client.no_flag("ignore-redirect"),
    }
    return "http", said(settings)


def _tcp(fields: Fields, url: str, at: Path, notes: Notebook) -> tuple[str, Tree]:
    body = _body(fields, url, at, notes)
    dialogue: list[Tree] = [{"send": body}] if body else []
    if any("[BODY]" in condition.raw.upper() for condition in _conditions(fields)):
        dialogue.append({"expect": "(?s).+"})
    return "tcp", said({"address": _address(url), "dialogue": dialogue})


def _ssh(fields: Fields, url: str, at: Path, notes: Notebook) -> tuple[str, Tree]:
    settings = fields.inside("ssh")
    login = [settings.text(key) for key in ("username", "password", "private-key")]
    if any(login):
        message = "no probe logs in over SSH: this only sees that an SSH server answers, and runs no command"
        notes.untranslated(fields.spot("ssh"), at, message)
        fields.take("body")
    host, port = _address(url), _SSH_PORT
    return "tcp", {
        "address": host if split_address(host) else f"{host}:{port}",
        "dialogue": [{"expect": "^SSH-"}],
    }


def _handshake(fields: Fields, url: str, _at: Path, _notes: Notebook) -> tuple[str, Tree]:
    starttls = "smtp" if url.startswith("starttls") else None
    return "tls", said({"address": _address(url), "starttls": starttls, **_tls(fields.inside("client"))})


def _icmp(_fields: Fields, url: str, _at: Path, _notes: Notebook) -> tuple[str, Tree]:
    return "icmp", {"host": _address(url).strip("/[]")}


def _websocket(fields: Fields, url: str, at: Path, notes: Notebook) -> tuple[str, Tree]:
    settings = {
        "url": url,
        "headers": fields.pairs("headers"),
        "send": _body(fields, url, at, notes),
        "tls": _tls(fields.inside("client")),
    }
    return "websocket", said(settings)


def _grpc(fields: Fields, url: str, at: Path, notes: Notebook) -> tuple[str, Tree]:
    tls = _tls(fields.inside("client"))
    settings: Tree = {"address": _address(url)}
    if url.startswith("grpcs"):
        settings["tls"] = tls or {"verify": True}
    elif tls:
        notes.changed(fields.spot("client"), at, "without TLS its settings mean nothing, and are left out")
    return "grpc", settings


_PROBES: Final[Mapping[str, Callable[[Fields, str, Path, Notebook], tuple[str, Tree]]]] = {
    "http": _http,
    "https": _http,
    "tcp": _tcp,
    "tls": _handshake,
    "starttls": _handshake,
    "icmp": _icmp,
    "ws": _websocket,
    "wss": _websocket,
    "grpc": _grpc,
    "grpcs": _grpc,
    "ssh": _ssh,
}


def _dns(fields: Fields) -> Tree:
    query = fields.inside("dns")
    server = (fields.text("url") or "").removeprefix("dns://")
    is_address = split_address(server) is not None or "$" in server
    address = server if is_address else f"[{server}]:{DNS_PORT}" if ":" in server else f"{server}:{DNS_PORT}"
    return said({"name": query.text("query-name"), "type": query.text("query-type"), "server": address})


def _conditions(fields: Fields) -> list[ScalarNode]:
    return fields.texts("conditions")


def _address(url: str) -> str:
    return url.partition("://")[2].rstrip("/")


def _body(fields: Fields, url: str, at: Path, notes: Notebook) -> str | None:
    """Read the body, with the names that Gatus puts into it."""
    body = fields.text("body")
    if body is None:
        return None
    if _RANDOM.search(body):
        notes.untranslated(fields.spot("body"), at, "`[RANDOM_STRING_n]` is sent as it stands here")
    for name, value in (("NAME", fields.text("name")), ("GROUP", fields.text("group")), ("URL", url)):
        body = body.replace(f"[ENDPOINT_{name}]", value or "")
    return body


def _auth(client: Fields) -> Tree:
    if not client.is_map("oauth2"):
        return {}
    oauth2 = client.inside("oauth2")
    settings = {
        "token_url": oauth2.text("token-url"),
        "client_id": oauth2.text("client-id"),
        "client_secret": oauth2.text("client-secret"),
        "scopes": [scope.raw for scope in oauth2.texts("scopes")],
    }
    return {"oauth2": said(settings)}


def _tls(client: Fields) -> Tree:
    tls = client.inside("tls")
    settings = {
        "verify": client.no_flag("insecure"),
        "cert": tls.text("certificate-file"),
        "key": tls.text("private-key-file"),
    }
    return said(settings)


def _proxy(client: Fields, at: Path, notes: Notebook) -> Tree:
    url = client.text("proxy-url")
    if url is None or urlsplit(url).scheme in {"http", ""}:
        return said({"url": url})
    notes.untranslated(
        client.spot("proxy-url"), at, f"a proxy is spoken to by HTTP only, not by {urlsplit(url).scheme}"
    )
    return {}
