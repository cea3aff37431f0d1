"""`health explain`, against real servers on the loopback."""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.cli.systems import DOWN, answer_of, configure, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.systems import Run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


@contextmanager
def web_server(authority: trustme.CA) -> Iterator[int]:
    """Answer over TLS, with a body in which a secret stands."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"status": "UP", "token": "s3cret"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_explains_a_check_over_tls(tiktoktoe: Run) -> None:
    """The phases, the chain with its end, and what the expectations saw, without the secret."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path("ca.pem")
    with web_server(authority) as port:
        http = {"url": f"https://127.0.0.1:{port}/", "tls": {"ca": "ca.pem"}}
        expect = ['body.token != ""', 'tls.expires_in > duration("1h")']
        configure({"shop": {"health": [{"name": "api", "http": http, "expect": expect}]}})

        result = tiktoktoe("health", "explain", "shop/api")
        code, answer = answer_of(tiktoktoe, "shop", command="explain")

    assert (result.code, code) == (0, 0), result.err
    assert result.out.startswith(f"shop/api http https://127.0.0.1:{port}/\n  ✓ healthy in ")
    assert [
        line.split()[0] for line in result.out.splitlines() if line.startswith("    ") and "█" in line
    ] == [
        "dns",
        "connect",
        "tls",
        "ttfb",
        "transfer",
    ]
    assert "certificates (verified, TLSv1.3, " in result.out
    assert "      for 127.0.0.1\n" in result.out
    assert "expires in " in result.out
    assert '`body.token` is "••••"' in result.out
    assert "  answer\n    status 200\n" in result.out
    assert '    text {"status": "UP", "token": "••••"}\n' in result.out
    assert "s3cret" not in result.out + json.dumps(answer)
    assert result.err.splitlines()[-1] == "`shop/api` is healthy"
    assert answer["command"] == "health explain"
    assert answer["items"][0]["answer"]["body"] == {"status": "UP", "token": "••••"}


def test_explains_why_nobody_is_trusted(tiktoktoe: Run) -> None:
    """A certificate of an unknown authority is shown all the same."""
    with web_server(trustme.CA()) as port:
        check = {"name": "chain", "tls": {"address": f"127.0.0.1:{port}"}, "retries": 0}
        configure({"shop": {"health": [check]}})

        result = tiktoktoe("health", "explain", "shop")
        _, answer = answer_of(tiktoktoe, "shop", command="explain")

    assert result.code == 1
    assert "OU=Testing CA" in answer["items"][0]["certificates"][0]["issuer"]
    assert "certificates (not verified, " in result.out
    assert "issued by OU=Testing CA" in result.out


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("wep", "unknown service: `wep`", "did you mean `web`?"),
        ("web/prot", "unknown check: `web/prot`", "did you mean `web/port`?"),
        ("web/", "unknown check: `web/`", "did you mean `web/port`?"),
    ],
)
def test_there_is_nothing_of_this_name_to_explain(tiktoktoe: Run, name: str, message: str, hint: str) -> None:
    """The nearest service or check is named."""
    configure({"web": listening(DOWN), "db": listening(DOWN)})

    result = tiktoktoe("health", "explain", name)

    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err


def test_explains_that_there_is_no_check(tiktoktoe: Run) -> None:
    """A service without checks is not well, and says why."""
    configure({"a": {}})

    result = tiktoktoe("health", "explain", "a")

    assert (result.code, result.out, result.err.splitlines()[-1]) == (1, "", "`a` has no health check")


def test_explains_by_what_a_service_needs(tiktoktoe: Run) -> None:
    """What is below is looked at too, and only the service itself is shown."""
    configure({"a": listening(DOWN, "b"), "b": listening(DOWN)})

    result = tiktoktoe("health", "explain", "a")

    assert result.err.splitlines()[-1] == "`a/port` is unreachable because of `b`"
    assert "b/port" not in result.out
