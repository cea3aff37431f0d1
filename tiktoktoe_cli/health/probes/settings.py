"""What every probe is: settings from the YAML, and one look at the world with them."""

from __future__ import annotations

from abc import abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Settings, Text
from tiktoktoe_cli.transport.addresses import split_address, without_userinfo

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions


def _as_address(address: str) -> str:
    if split_address(address) is None:
        context = {"address": address, "hint": "write it as `host:port` or `[ipv6]:port`"}
        raise PydanticCustomError("bad-address", "`{address}` is not a host with a port", context)
    return address


Address = Annotated[Text, AfterValidator(_as_address)]
"""A host and a port, `host:port` or `[ipv6]:port`."""


class ProbeSettings(Settings):
    """One kind of probe: its settings, what expectations may read, and how it looks.

    `variables` are its own. `assumed` and `assumed_warn` are what a check expects that says nothing.
    `target` is the setting that names whom to ask; a probe without one asks nobody else. `late` are the modules
    that a look imports late.
    """

    variables: ClassVar[tuple[str, ...]] = ()
    assumed: ClassVar[tuple[str, ...]] = ()
    assumed_warn: ClassVar[tuple[str, ...]] = ()
    target: ClassVar[str] = ""
    late: ClassVar[tuple[str, ...]] = ()

    @property
    def subject(self) -> str:
        """What is looked at, in a few words without credentials."""
        return without_userinfo(str(getattr(self, self.target) or "")) if self.target else ""

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The host and port where somebody must listen for this probe to find anything; None if it is not known."""
        return None

    @property
    def trust(self) -> TlsOptions | None:
        """What a look trusts and shows over TLS; None if it uses none."""
        return None

    @property
    def need(self) -> Hashable:
        """What has to be prepared: what is prepared for one probe is so for all that need the same."""
        return type(self), self.trust

    async def prepare(self, outside: Outside) -> None:
        """Do ahead what would delay the first look, without a network; raises whatever such a look runs into."""
        self.load()
        outside.context(self.trust)

    @classmethod
    def load(cls) -> None:
        """Import what a look imports late.

        Raises:
            ImportError: if a package is not installed.
        """
        for name in cls.late:
            import_module(name)

    @abstractmethod
    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Look once, for no longer than `timeout_ns`; what happens on the way is part of what was seen.

        Raises nothing but cancellation.
        """


class Probe(Protocol):
    """Looks once, within a time limit in nanoseconds that it keeps by itself; `open_probes` makes the real one."""

    async def __call__(self, probe: ProbeSettings, timeout_ns: int, /) -> Observation:
        """Observe what a probe is about."""
        ...


def probe_types(settings: type[Settings]) -> Iterator[tuple[str, type[ProbeSettings]]]:
    """List the probes among the fields of a settings class, by their keys."""
    for name, field in settings.model_fields.items():
        for kind in _parts(field.annotation):
            if isinstance(kind, type) and issubclass(kind, ProbeSettings):
                yield name, kind


def _parts(annotation: Any) -> tuple[Any, ...]:  # any type can be written
    from typing import get_args

    return get_args(annotation) or (annotation,)


def aimless(probe: type[ProbeSettings]) -> type[ProbeSettings]:
    """Make the class of a probe that may be without its target: `aim` gives it one."""
    from pydantic import create_model

    target = probe.model_fields[probe.target]
    optional: Any = (target.annotation, None)  # what pydantic makes fields of
    return create_model(
        f"{probe.__name__}Module", __base__=probe, __doc__=probe.__doc__, **{probe.target: optional}
    )
