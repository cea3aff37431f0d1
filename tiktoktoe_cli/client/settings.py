"""What the YAML says about requests: `requests.NAME`, each with what it sends, to whom, and what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.client.expectations import EXAMPLES, VARIABLES
from tiktoktoe_cli.config.fields import Cel, LocalPath, Reference, Settings, Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.transport.settings import (
    AnswerSettings,
    AuthSettings,
    Headers,
    Method,
    RouteSettings,
    WebAddress,
)
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.auth import Auth

_KINDS_OF_BODY = ("text", "json", "file")
Expectation: TypeAlias = Annotated[Expression, Cel(*VARIABLES, examples=EXAMPLES)]


class BodySettings(Settings):
    """What a request carries: exactly one of the three."""

    text: Text | None = None
    """The body itself; its kind is for a `content-type` among the headers to say."""
    json_: Any = Field(None, alias="json")  # JSON; pydantic has a method of the bare name
    """A value that is sent as JSON, with the `content-type` that goes with it."""
    file: LocalPath | None = None
    """A file whose bytes are sent; it is read once, before the first request."""

    @model_validator(mode="after")
    def _exactly_one(self) -> BodySettings:
        given = [name.rstrip("_") for name in sorted(self.model_fields_set)]
        if len(given) != 1:
            hint = f"choose one of {listed(_KINDS_OF_BODY, last='or')}"
            context = {"given": listed(given) or "none", "hint": hint}
            raise PydanticCustomError("one-of", "expected exactly one body, found {given}", context)
        return self


class RequestSettings(RouteSettings, AnswerSettings):
    """One HTTP request that can be sent by its name."""

    url: WebAddress
    """Where it goes, `http://` or `https://`."""
    method: Method | None = None
    """The method; by default `GET`, and `POST` if there is a body."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    query: dict[str, Text] = Field(default_factory=dict)
    """Parameters that are added to those of the URL, encoded as they must be."""
    body: BodySettings | None = None
    """What it carries; by default nothing."""
    auth: AuthSettings | None = None
    """How it says who sends it; by default not at all."""
    policy: Annotated[Text, Reference("resilience")] | None = None
    """The policy that it goes through; by default the one called `default`, if there is one. All requests of a policy
    to the same host and port share its breaker."""
    expect: tuple[Expectation, ...] = ()
    """What must hold of the answer, all of it; by default a status from 200 to 399. Where it does not hold, or has no
    value, the call has failed, and the policy decides what follows."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(10)
    """How long one attempt may take, from the look-up of the name to the last byte of the answer."""

    def method_with(self, *, body: bool) -> str:
        """Return the method, or what stands for it: it depends on whether something is sent."""
        return self.method or ("POST" if body else "GET")

    @property
    def credentials(self) -> Auth | None:
        """Who sends it, as a request takes it."""
        return self.auth.credentials if self.auth else None
