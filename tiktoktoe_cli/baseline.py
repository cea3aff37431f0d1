"""The baseline of a system: the file that says which findings of the graph are accepted for now, read and written."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.findings.baseline import Baseline, Renewal
    from tiktoktoe_cli.graph.findings.validation import Pass
    from tiktoktoe_cli.system import System


class Named(NamedTuple):
    """A baseline, and where the configuration names it; None if an option does."""

    path: str
    place: Place | None = None


def configured(system: System) -> Named | None:
    """Return the baseline of the configuration, as seen from here."""
    path = system["graph"] and system["graph"].baseline
    return Named(os.path.relpath(path), system.place("graph", "baseline")) if path else None


def read(system: System, named: Named | None) -> Baseline | Problem:
    """Read a baseline, whose text joins those that frames are drawn from; without one, nothing is accepted for now.

    What cannot be read is a problem where it is named.
    """
    from tiktoktoe_cli.config.reader import STDIN, read_source, type_of
    from tiktoktoe_cli.graph.findings.baseline import Baseline, read_baseline

    if named is None:
        return Baseline()
    source = read_source(named.path, waits=False)
    if isinstance(source, Problem):
        is_missing = named.path != STDIN and type_of(named.path) is None
        hint = "`graph validate --update-baseline` writes it" if is_missing else source.hint
        return replace(source, place=source.place or named.place, hint=hint)
    system.document.sources[source.name] = source.text
    return read_baseline(source.name, source.text)


def load(system: System, named: Named | None) -> Baseline:
    """Read a baseline that must be right.

    Raises:
        UsageError: if an option names what cannot be read.
        ConfigError: if the configuration does, or it is no baseline.
    """
    found = read(system, named)
    if not isinstance(found, Problem):
        return found
    if found.place is None:
        raise UsageError(f"`--baseline`: {found.message}", hint=found.hint)
    raise ConfigError((found,), sources=system.document.sources, mask=system.document.mask.line)


def update(system: System, named: Named | None, found: Pass) -> tuple[Baseline, Renewal]:
    """Accept all that was found from now on: write the baseline, and return it with what is different in it.

    Raises:
        UsageError: if no file is named.
        ConfigError: if there is a file that is none: it is not overwritten.
    """
    from tiktoktoe_cli.config.reader import type_of
    from tiktoktoe_cli.graph.findings.baseline import Baseline, baseline_text, renewal
    from tiktoktoe_cli.graph.findings.validation import renewed
    from tiktoktoe_cli.report.files import STDOUT, replace_text

    if named is None or named.path == STDOUT:
        hint = "add `--baseline FILE`, or `baseline: FILE` to the section `graph`"
        raise UsageError("which file is the baseline that `--update-baseline` writes?", hint=hint)
    before = Baseline() if type_of(named.path) is None else load(system, named)
    accepted = renewed(found, before)
    replace_text(named.path, baseline_text(accepted.entries))
    return accepted, renewal(named.path, before, accepted)
