"""What Prometheus' exporters say about HTTP clients → our settings (prometheus/common, `config/http_config.go`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.importing.texts import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.importing.facts import Tree
    from tiktoktoe_cli.importing.fields import Fields


def text_of(fields: Fields, key: str) -> str | None:
    """Take a text, or what `KEY_file` names: our `${file:PATH}`."""
    text, path = fields.text(key), fields.text(f"{key}_file")
    return f"${{file:{path}}}" if path is not None else None if text is None else literal(text)


def headers_of(fields: Fields) -> dict[str, str]:
    """Take `headers`, and the first of the values, secrets or files of each of `http_headers`."""
    headers = {name: literal(value) for name, value in fields.pairs("headers").items()}
    several = fields.inside("http_headers")
    for name in several.node.entries:
        for key, shape in (("values", "{}"), ("secrets", "{}"), ("files", "${{file:{}}}")):
            for node in several.inside(name).texts(key)[:1]:
                headers[name] = shape.format(node.raw if key == "files" else literal(node.raw))
    return headers


def tls_of(fields: Fields) -> Tree:
    """Take `tls_config`."""
    tls = fields.inside("tls_config")
    settings = {
        "ca": tls.text("ca_file"),
        "cert": tls.text("cert_file"),
        "key": tls.text("key_file"),
        "verify": tls.no_flag("insecure_skip_verify"),
        "server_name": tls.text("server_name"),
    }
    return said(settings)


def auth_of(fields: Fields) -> Tree:
    """Take the way to authenticate, of which there may be one."""
    basic, oauth2, other = (fields.inside(key) for key in ("basic_auth", "oauth2", "authorization"))
    bearer = text_of(fields, "bearer_token")
    if (other.text("type") or "Bearer").lower() == "bearer":
        bearer = text_of(other, "credentials") or bearer
    ways: Mapping[str, Tree | str | None] = {
        "basic": said({"username": text_of(basic, "username"), "password": text_of(basic, "password")}),
        "bearer": bearer,
        "oauth2": said(
            {
                "token_url": oauth2.text("token_url"),
                "client_id": text_of(oauth2, "client_id"),
                "client_secret": text_of(oauth2, "client_secret"),
                "scopes": [scope.raw for scope in oauth2.texts("scopes")],
                "parameters": oauth2.pairs("endpoint_params"),
            }
        ),
    }
    return next(({way: value} for way, value in ways.items() if value), {})


def said(settings: Tree) -> Tree:
    """Leave out what was not said."""
    return {key: value for key, value in settings.items() if value not in (None, {}, [])}
