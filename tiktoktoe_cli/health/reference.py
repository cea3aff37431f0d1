"""What expectations may read, explained to a person: the variables of a probe, and the fields of some of them."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.probes.variables import ALWAYS, FIELDS
from tiktoktoe_cli.health.settings import PROBES
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.health.probes.settings import ProbeSettings


def variables_at(path: Sequence[str]) -> str:
    """Explain what expectations read, and what is expected anyway; empty if the place of the YAML has none."""
    if not path or "health" not in path:
        return ""
    if probe := PROBES.get(path[-1]):
        return "\n".join([cleandoc(probe.__doc__ or ""), *_assumed(probe), *_shared(probe.variables)])
    if path[-1] in {"expect", "warn"}:
        seen = {kind: ", ".join(probe.variables) for kind, probe in PROBES.items()}
        return "\n".join(
            [
                *_table("what each probe sees (`config explain services.health.http` says more):", seen),
                *_shared(FIELDS),
            ]
        )
    return ""


def _assumed(probe: type[ProbeSettings]) -> Iterator[str]:
    """List what a check expects that says nothing."""
    for key, texts in (("expect", probe.assumed), ("warn", probe.assumed_warn)):
        if texts:
            yield f"\nwithout `{key}`: {listed(texts)}"


def _shared(variables: Collection[str]) -> Iterator[str]:
    """List the variables of every probe, and the fields of the maps among them and others."""
    yield from _table("every probe has:", ALWAYS)
    for name, fields in FIELDS.items():
        if name in ALWAYS or name in variables:
            yield from _table(f"the fields of `{name}`:", fields)


def _table(head: str, rows: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, rows))
    yield ""
    yield head
    yield from (f"  {name:<{width}}  {meaning}" for name, meaning in rows.items())
