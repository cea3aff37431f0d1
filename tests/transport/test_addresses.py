from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport.addresses import endpoint_of, join_address, split_address, without_userinfo


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h/p", "http://h/p"),
        ("http://user:secret@h:80/p?q#f", "http://h:80/p?q#f"),
        ("http://user@h", "http://h"),
        ("http://a:b@c:d@h/", "http://h/"),
        ("http://h/p@q", "http://h/p@q"),
        ("http://h?x=a@b", "http://h?x=a@b"),
        ("ht!tp://user:secret@:x", "ht!tp://:x"),
        ("http://user:sec/ret@h/", "http://h/"),
        ("http://user:sec?r#e@t@h/", "http://h/"),
        ("http://user:#secret@h/", "http://h/"),
        ("http://[user:secret@h/", "http://h/"),
        ("user:sec/ret@h/", "h/"),
        ("http://h:8080/p@q", "http://h:8080/p@q"),
    ],
)
def test_userinfo_is_left_out(url: str, shown: str) -> None:
    """User and password are never shown, and an `@` elsewhere stays."""
    assert without_userinfo(url) == shown


@given(password=st.text("abcdefgh:@%!$&'()*+,;=-._~ ", min_size=1), rest=st.text(max_size=20))
def test_no_password_survives(password: str, rest: str) -> None:
    """Whatever follows, what stands before the last `@` of the authority is gone."""
    secret = f"SECRET{password}"

    assert "SECRET" not in without_userinfo(f"http://user:{secret}@host{rest}")


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("db:5432", ("db", 5432)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("[fe80::1%eth0]:80", ("fe80::1%eth0", 80)),
        ("db", None),
        ("db:", None),
        ("db:0", None),
        ("db:65536", None),
        ("db:80x", None),
        (":80", None),
        ("::1:80", None),
        ("http://db:80", None),
        ("d b:80", None),
        ("db:80\n", None),
        ("db:٣", None),
    ],
)
def test_addresses_are_a_host_and_a_port(address: str, parts: tuple[str, int] | None) -> None:
    """An address is `host:port`; IPv6 stands in brackets, and the port is a real one."""
    assert split_address(address) == parts


@given(host=st.sampled_from(["db", "127.0.0.1", "::1", "a-b.c"]), port=st.integers(1, 65535))
def test_joining_is_the_reverse_of_splitting(host: str, port: int) -> None:
    """What is written as one address is read as the same host and port."""
    assert split_address(join_address(host, port)) == (host, port)


@pytest.mark.parametrize(
    ("target", "endpoint"),
    [
        ("db:5432", ("db", 5432)),
        ("[::1]:80", ("::1", 80)),
        ("http://web/up", ("web", 80)),
        ("https://me:secret@web/up", ("web", 443)),
        ("ws://web:8080", ("web", 8080)),
        ("wss://[::1]", ("::1", 443)),
        ("db", None),
        ("ftp://files", None),
        ("a:1,b:2", None),
        ("http://", None),
        ("", None),
    ],
)
def test_an_endpoint_is_where_somebody_listens(target: str, endpoint: tuple[str, int] | None) -> None:
    """Of an address as it stands, of a URL with the port of its scheme."""
    assert endpoint_of(target) == endpoint


def test_who_listens_may_take_any_port() -> None:
    """Where 0 is allowed, everything else is read as ever."""
    assert split_address("[::1]:0", lowest_port=0) == ("::1", 0)
    assert split_address("::0", lowest_port=0) is None
