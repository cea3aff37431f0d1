"""What is said on the command line is read like the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.client.making import SECOND
from tiktoktoe_cli.client.overlay import OWN_POLICY, Said, read_said
from tiktoktoe_cli.config import Document, load
from tiktoktoe_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

YAML = """\
version: 1
requests:
  charge:
    url: http://h:1/a
    headers: {a: one, b: two}
    expect: ['status == 200']
    policy: default
resilience:
  default: [{retry: {max_attempts: 2}}]
"""


@pytest.fixture
def document(write: Callable[[str, str], str]) -> Document:
    """Return a configuration with one request."""
    return load([write("a.yaml", YAML)], {})


def test_an_address_needs_no_configuration() -> None:
    """The options alone are one."""
    said = Said("http://h/", {"url": "http://h/", "timeout": "2s", "tls": {"ca": "ca.pem"}})

    request, policy = read_said(said, Document())

    assert (request.url, request.timeout, policy) == ("http://h/", 2 * SECOND, None)
    assert request.tls.ca == Path("ca.pem")  # relative to where the command was typed


def test_options_win_and_maps_are_merged(document: Document) -> None:
    """Headers are added to those that are there, everything else is replaced; the document stays as it was."""
    said = Said("charge", {"headers": {"b": "new", "c": "three"}, "expect": ["status == 201"]})

    request, _ = read_said(said, document)
    untouched, _ = read_said(Said("charge", {}), document)

    assert request.headers == {"a": "one", "b": "new", "c": "three"}
    assert [one.text for one in request.expect] == ["status == 201"]
    assert (request.url, request.policy) == ("http://h:1/a", "default")
    assert untouched.headers == {"a": "one", "b": "two"}


def test_layers_make_a_policy_of_their_own(document: Document) -> None:
    """The request goes through it instead of the one it names."""
    layers = ["retry: {max_attempts: 7}", "circuit_breaker: {semantics: resilience4j}"]

    request, policy = read_said(Said("charge", {}, layers), document)

    assert policy is not None
    assert request.policy == OWN_POLICY
    assert [layer.kind for layer in policy] == ["retry", "circuit_breaker"]
    assert policy[0].chosen.max_attempts == 7


def test_no_layers_make_a_policy_that_lets_everything_pass(document: Document) -> None:
    """Whoever wants none gets none, whatever the request says."""
    request, policy = read_said(Said("charge", {}, []), document)

    assert (request.policy, policy) == (OWN_POLICY, ())


@pytest.mark.parametrize(
    ("said", "code", "option"),
    [
        (Said("x", {"url": "http://h/", "timeout": "3"}), "bad-unit", "--timeout"),
        (Said("x", {"url": "http://h/", "policy": "nope"}), "unknown-name", "--policy"),
        (Said("x", {"url": "http://h/", "headers": {"timeout": "a\nb"}}), "bad-header", "--header"),
        (Said("x", {"url": "http://h/", "tls": {"key": "k"}}), "key-without-certificate", "--key"),
        (Said("x", {"url": "http://h/"}, ["timeout: '3'"]), "bad-unit", "--deadline"),
        (Said("x", {"url": "http://h/"}, ["retry: {max_attempts: 0}"]), "out-of-range", "--attempts"),
        (Said("x", {"url": "http://h/"}, ["retry: {max_attempts: 2, base: 1}"]), "bad-unit", "--base"),
        (Said("x", {"url": "http://h/"}, ["circuit_breaker: {a: ]}"]), "yaml-syntax", "--breaker"),
    ],
)
def test_a_slip_in_an_option_names_it(said: Said, code: str, option: str, document: Document) -> None:
    """Nobody is shown a text that they did not write."""
    with pytest.raises(ConfigError) as caught:
        read_said(said, document)

    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == (code, None)
    assert problem.message.startswith(f"`{option}`: ")


@pytest.mark.parametrize(
    ("said", "code", "line"), [(Said("x", {"url": "h"}), "bad-url", 4), (Said("nope", {}), "missing-key", 2)]
)
def test_what_is_no_option_is_shown_as_it_was_taken(
    said: Said, code: str, line: int, document: Document
) -> None:
    """There is a text to point at, though nobody has written it."""
    with pytest.raises(ConfigError) as caught:
        read_said(said, document)

    (problem,) = caught.value.problems
    assert problem.place is not None
    assert (problem.code, problem.place.file, problem.place.line) == (code, "<command line>", line)
    assert caught.value.sources["<command line>"] == said.text


def test_secrets_among_the_options_are_learned() -> None:
    """They are hidden in everything that is printed from then on."""
    document = Document()
    said = Said("x", {"url": "http://me:hunter22@h/", "headers": {"Authorization": "Bearer t0psecret"}})

    read_said(said, document)

    assert document.mask("hunter22 Bearer t0psecret") == "•••• ••••"


@example("\x85", "")  # a line break to YAML, and to nobody else
@given(st.text(), st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_words_end_in_a_request_or_in_problems(name: str, value: str) -> None:
    """Whatever is typed, there is no traceback, and what is understood is understood as it was typed."""
    settings: dict[str, Any] = {"url": "http://h/", "query": {"q": value}}
    try:
        request, _ = read_said(Said(name, settings), Document())
    except ConfigError:
        return

    assert request.query == {"q": value}


def test_an_address_may_be_long() -> None:
    """Signed ones are: longer than the key of a line of YAML may be."""
    url = "http://h/?" + "q" * 4_000

    request, policy = read_said(Said(url, {"url": url}, []), Document())

    assert (request.url, policy) == (url, ())


def test_a_header_wins_however_it_is_spelled(document: Document) -> None:
    """Names of headers know no case: none is sent twice."""
    request, _ = read_said(Said("charge", {"headers": {"A": "new"}}), document)

    assert request.headers == {"A": "new", "b": "two"}
