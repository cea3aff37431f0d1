from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.making import make_check
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health.settings import ChecksSettings
from tiktoktoe_cli.transport import ProxyOptions, Route, TlsOptions

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.config import Document

Write = Callable[[str, str], str]


def read(write: Write, text: str) -> tuple[Any, Document]:
    """Read the checks of a file that begins with `h:`."""
    document = load([write("t.yaml", text)], {})
    node = document.node(("h",))
    assert node
    return Shape(ChecksSettings).read(document, node, ("h",)), document


def test_a_check_has_the_defaults_of_its_probe() -> None:
    """Only the address is said: the rest is five seconds, three retries and what is usual for the probe."""
    http = make_check()
    tcp = make_check(tcp={"address": "h:1"})
    program = make_check(exec={"run": ["true"]})

    assert (http.timeout.seconds, http.retries, http.thresholds.pass_) == (5, 3, 1)
    assert [one.text for one in http.expect] == ["status >= 200 && status < 300"]
    assert [one.text for one in tcp.expect] == ["connected"]
    assert [one.text for one in program.expect] == ["exit_code == 0"]
    assert [one.kind for one in (http, tcp, program)] == ["http", "tcp", "exec"]


def test_everything_can_be_said(write: Write, tmp_path: Path) -> None:
    """The whole of a check is read from YAML."""
    checks, document = read(
        write,
        """
h:
  - name: api
    http:
      url: http://h:80/health
      method: head
      headers: {X-A: 1.10}
      body: "{}"
      auth: {basic: {username: u, password: sesame-1}}
      follow_redirects: false
      max_redirects: 2
      max_body: 4Ki
      tls: {ca: ca.pem, server_name: shop}
      proxy: {url: "http://proxy:3128"}
      http2: true
    timeout: 300ms
    retries: 0
    expect: ['status == 204', 'timing.total < duration("1s")']
    warn: ['headers["x-a"] == "b"']
    thresholds: {pass: 4}
""",
    )

    assert not document.problems
    assert checks[0].http.method == "HEAD"
    assert checks[0].http.headers == {"X-A": "1.10"}
    assert checks[0].http.auth.chosen.password.get_secret_value() == "sesame-1"
    assert (checks[0].http.max_redirects, checks[0].http.max_body_bytes) == (2, 4096)
    assert checks[0].http.route == Route(
        TlsOptions(ca=tmp_path / "ca.pem", server_name="shop"), ProxyOptions("proxy", 3128), http2=True
    )
    assert (checks[0].timeout, checks[0].thresholds.pass_) == (300_000_000, 4)


@pytest.mark.parametrize(
    ("check", "code", "line"),
    [
        ("{name: a}", "one-of", 3),
        ("{name: a, tcp: {address: 'h:1'}, http: {url: 'http://h'}}", "one-of", 3),
        ("{name: a, tcp: {address: h}}", "bad-address", 3),
        ("{name: a, http: {url: 'ftp://h'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://h:0'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://h:99999'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://[h'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://h/a b'}}", "bad-url", 3),
        ("{name: a, http: {url: 'http://h', method: 'GE T'}}", "bad-method", 3),
        ("{name: a, http: {url: 'http://h', headers: {'X Y': '1'}}}", "bad-header", 3),
        ("{name: a, http: {url: 'http://h', proxy: {url: 'socks5://p'}}}", "bad-proxy", 3),
        ("{name: a, http: {url: 'http://h', tls: {key: a.key}}}", "key-without-certificate", 3),
        ("{name: a, http: {url: 'http://h', max_body: 1Gi}}", "out-of-range", 3),
        ("{name: a, tcp: {address: 'h:1'}, timeout: 0}", "out-of-range", 3),
        ("{name: a, tcp: {address: 'h:1'}, retries: -1}", "out-of-range", 3),
        ("{name: a, tcp: {address: 'h:1'}, expect: []}", "too-few", 3),
        ("{name: a, tcp: {address: 'h:1'}, expect: ['status == 200']}", "unknown-variable", 3),
        ("{name: a, tcp: {address: 'h:1'}, expect: ['nothing']}", "unknown-variable", 3),
        ("{name: a, tcp: {address: 'h:1'}, warn: ['timing.latency == null']}", "unknown-variable", 3),
        ("{name: a, tls: {address: 'h:1'}, expect: ['tls.certificates[0] == 1']}", "unknown-variable", 3),
        ("{name: a, tcp: {address: 'h:1'}, expect: ['1 +']}", "expression", 3),
        ("{name: a, tcp: {address: 'h:1'}, thresholds: {pass: 0}}", "out-of-range", 3),
        ("{name: a, tcp: {address: 'h:1'}, typo: 1}", "unknown-key", 3),
        ('{name: a, exec: {run: ["a\\0b"]}}', "bad-argument", 3),
        ("{name: a, exec: {run: []}}", "too-few", 3),
    ],
)
def test_what_is_wrong_is_told_once_and_at_its_place(write: Write, check: str, code: str, line: int) -> None:
    """Each mistake in a check is one problem with a stable code and a line."""
    checks, document = read(write, f"\nh:\n  - {check}\n")

    assert checks is None
    assert [(one.code, one.place and one.place.line) for one in document.problems] == [(code, line)]


def test_an_unknown_variable_is_underlined(write: Write) -> None:
    """The problem is at the word itself, also where another one ends like it."""
    _, document = read(write, "h: [{name: a, tcp: {address: 'h:1'}, expect: ['\"my_code\" == code']}]\n")

    (problem,) = document.problems
    assert problem.message == "a check with tcp has no `code`"
    assert problem.place is not None
    assert (problem.place.column, problem.place.end_column) == (61, 65)


def test_two_checks_of_a_service_need_two_names(write: Write) -> None:
    """The second of two checks with the same name is the problem."""
    _, document = read(
        write, "h:\n  - {name: a, tcp: {address: 'h:1'}}\n  - {name: a, tcp: {address: 'h:2'}}\n"
    )

    (problem,) = document.problems
    assert (problem.code, problem.place and problem.place.line) == ("duplicate-name", 3)


@pytest.mark.parametrize(
    "secret",
    [
        "http: {url: 'http://u:sesame-1@h/'}",
        "http: {url: 'http://h/', headers: {authorization: sesame-1}}",
        "http: {url: 'http://h/', auth: {bearer: sesame-1}}",
        "exec: {run: [a], env: {DB_PASSWORD: sesame-1}}",
        "grpc: {address: 'h:1', metadata: {x-api-token: sesame-1}}",
        "kafka: {bootstrap_servers: 'h:1', options: {sasl.password: sesame-1}}",
        "kafka: {bootstrap_servers: 'h:1', options: {ssl.key.pem: sesame-1}}",
    ],
)
def test_credentials_are_learnt(write: Write, secret: str) -> None:
    """Wherever a credential is written, the outputs know that they must hide it."""
    _, document = read(write, f"h: [{{name: a, {secret}}}]\n")

    assert not document.problems
    assert "sesame-1" not in document.mask.line("it was sesame-1")


def test_a_password_in_a_wrong_address_is_not_shown(write: Write) -> None:
    """The message about an address leaves out its user and password."""
    _, document = read(write, "h: [{name: a, http: {url: 'ftp://u:sesame-1@h/'}}]\n")

    (problem,) = document.problems
    assert problem.message == "`ftp://h/` is not the address of a web server"
