"""What the YAML may say about a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client.making import SECOND, settings
from tests.test_settings_are_read import attributes, fields_of
from tiktoktoe_cli.client.settings import BodySettings, RequestSettings
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_address_is_enough() -> None:
    """What is not said is usual: no body, no policy, ten seconds, redirects followed."""
    usual = settings()

    assert (usual.method, usual.body, usual.policy, usual.expect) == (None, None, None, ())
    assert (usual.timeout, usual.follow_redirects) == (10 * SECOND, True)


@pytest.mark.parametrize(
    ("yaml", "code", "message"),
    [
        ("{}", "missing-key", "the key `url` is missing"),
        ("{url: 'ftp://h/'}", "bad-url", "`ftp://h/` is not the address of a web server"),
        (
            "{url: 'http://h/', body: {text: a, json: 1}}",
            "one-of",
            "expected exactly one body, found `json` and `text`",
        ),
        ("{url: 'http://h/', body: {}}", "one-of", "expected exactly one body, found none"),
        ("{url: 'http://h/', policy: nope}", "unknown-name", "`resilience` has no `nope`"),
        ("{url: 'http://h/', expect: ['statsu == 200']}", "expression", "unknown variable `statsu`"),
        ("{url: 'http://h/', expect: ['status']}", "expression", "expected true or false, found int"),
        ("{url: 'http://h/', expect: ['connected']}", "expression", "unknown variable `connected`"),
        ("{url: 'http://h/', timeout: 0}", "out-of-range", "`0` is too small: it must be more than 0"),
        ("{url: 'http://h/', polcy: x}", "unknown-key", "unknown key `polcy`"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(
    write: Callable[[str, str], str], yaml: str, code: str, message: str
) -> None:
    """A slip is found when the configuration is read, not when the request is sent."""
    path = write("a.yaml", f"version: 1\nrequests:\n  charge: {yaml}\n")

    with pytest.raises(ConfigError) as caught:
        load_system([path], {}, ("requests",))

    (problem,) = caught.value.problems
    assert (problem.code, problem.place and problem.place.line) == (code, 3)
    assert message in problem.message


def test_variables_and_secrets_are_those_of_every_configuration(write: Callable[[str, str], str]) -> None:
    """The address may come from the environment, and a password in it is never shown."""
    path = write("a.yaml", 'requests: {charge: {url: "http://me:${PASSWORD}@h:1/"}}\n')

    system = load_system([path], {"PASSWORD": "hunter22"}, ("requests",))

    assert system["requests"]["charge"].url == "http://me:hunter22@h:1/"
    assert "hunter22" not in system.document.mask("http://me:hunter22@h:1/")


@pytest.mark.parametrize("value", [None, 0, False, "", [], {"a": [1.5, None]}])
def test_any_json_can_be_a_body(value: Any) -> None:
    """Also what looks like nothing: `null` is JSON."""
    body = BodySettings.model_validate({"json": value})

    assert body.json_ == value


def test_every_setting_is_read() -> None:
    """A setting that nothing reads would promise what nobody does."""
    fields = set(fields_of(RequestSettings))

    assert {"url", "json_", "expect", "max_redirects"} <= fields
    assert fields <= attributes()
