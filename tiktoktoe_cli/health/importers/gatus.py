"""A Gatus configuration → services with one check each.

One endpoint is one service, called after its group and name as the key that Gatus makes of them. Several files are
merged as Gatus merges them: maps merge, lists append, and a value may be said only once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.merging import merge
from tiktoktoe_cli.config.nodes import MapNode, scalars
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.health.importers import gatus_conditions
from tiktoktoe_cli.health.importers.gatus_operands import CannotSayError
from tiktoktoe_cli.health.importers.gatus_probes import probe_of
from tiktoktoe_cli.health.importers.http_fields import said
from tiktoktoe_cli.importing.fields import Fields
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.config.nodes import ScalarNode, Spot
    from tiktoktoe_cli.health.importers.gatus_conditions import Translation
    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.reading import Files

_KEY_BREAKERS: Final = str.maketrans(" /_,.#+&", "--------")
_VARIABLE: Final = re.compile(r"(?<!\$)(?:\$\$)*\$\{?([A-Za-z_]\w*)")
_DURATION: Final = re.compile(r"(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+")
_DEFAULT_TIMEOUT: Final = "10s"
_DEFAULT_INTERVAL: Final = "60s"
_NO_LIMIT: Final = 10_000
_SILENT: Final = "in Gatus a window only silences alerts; here what fails meanwhile is in maintenance"
_LOOK: Final = "it is about how Gatus' own pages look"
REASONS: Final = {
    "alerting": "nothing is sent to anybody: read the verdict, the reports or the metrics",
    "storage": "`health check --history` keeps results, in a file that it is told",
    "ui": _LOOK,
    "ui.dont-resolve-failed-conditions": "what an expectation saw is always shown",
    "announcements": _LOOK,
    "web": "`health watch --listen` says where to listen",
    "metrics": "`health watch --listen` shows metrics, and every command writes them with `--report`",
    "extra-labels": "metrics have no labels of one's own",
    "connectivity": "a check does not wait for another address to answer; `depends_on` says what it needs",
    "remote": "results of other instances are not read",
    "security": "pages that would need a login are not served",
    "tunneling": "no probe goes through an SSH tunnel",
    "client.tunnel": "no probe goes through an SSH tunnel, so this has to run where the address is reached",
    "client.dns-resolver": "names are looked up as this machine does",
    "client.network": "the first address that the name has is taken, of whichever kind",
    "client.identity-aware-proxy": "no probe gets tokens from Google; `auth: {bearer: ...}` takes one",
    "client.kerberos": "no probe speaks Kerberos",
    "client.tls.renegotiation": "a TLS connection is never renegotiated",
    "store": "checks do not hand values to each other",
    "always-run": "checks do not run in a row",
}
"""Why a key is left out, or what takes its place here."""


def translate(files: Files, notes: Notebook) -> Tree:
    """Translate the trees of one configuration.

    Raises:
        ConfigError: if two files contradict each other.
    """
    top = Fields(_merged(files))
    _note_variables(top, notes)
    services: Tree = {}
    windows = _windows(top, (), notes)
    for endpoint in top.items("endpoints"):
        name = _add_service(endpoint, services, notes)
        services[name] |= _check(endpoint, name, notes)
        windows += [
            {**window, "services": [name]} for window in _windows(endpoint, ("services", name), notes)
        ]
        notes.leave(endpoint, _place_of(services, name), REASONS)
    for endpoint in top.items("external-endpoints"):
        name = _add_service(endpoint, services, notes)
        reason = "Gatus is told its results by somebody else; nothing here asks for them"
        notes.untranslated(endpoint.node, ("services", name), f"`{name}`: {reason}")
    _leave_suites(top, notes)
    notes.leave(top, (), REASONS)
    health = {"concurrency": _concurrency(top), "maintenance": windows}
    return said({"version": 1, "health": said(health)}) | {"services": services}


def _merged(files: Files) -> MapNode:
    first, *others = files.trees
    problems = tuple(problem for other in others for problem in merge(first, other))
    if problems:
        raise ConfigError(problems, sources=files.sources, mask=Mask().line)
    return first


def _note_variables(top: Fields, notes: Notebook) -> None:
    found = [(node, name) for _, node in scalars(top.node) for name in _VARIABLE.findall(node.raw)]
    if found:
        names = listed(dict.fromkeys(name for _, name in found))
        notes.changed(
            found[0][0],
            (),
            f"Gatus takes a variable that is not set for an empty text, here it is a mistake: {names}",
        )


def _add_service(endpoint: Fields, services: Tree, notes: Notebook) -> str:
    """Make the service of an endpoint, under a name that no other has."""
    group, name = endpoint.text("group"), endpoint.text("name")
    key = "_".join(part.lower().translate(_KEY_BREAKERS) for part in (group, name or "endpoint") if part)
    number = 1
    unique = key
    while unique in services:
        number += 1
        unique = f"{key}-{number}"
    if unique != key:
        notes.changed(
            endpoint.node,
            ("services", unique),
            f"another endpoint is called `{key}`, so this one is `{unique}`",
        )
    services[unique] = {"group": group} if group else {}
    return unique


def _place_of(services: Tree, name: str) -> Path:
    return ("services", name, "health") if "health" in services[name] else ("services", name)


def _check(endpoint: Fields, service: str, notes: Notebook) -> Tree:
    at: Path = ("services", service)
    probe = probe_of(endpoint, at, notes)
    if not probe:
        for key in ("conditions", "interval", "enabled"):
            endpoint.take(key)
        return {}
    check = {
        "name": endpoint.text("name") or "endpoint",
        **probe,
        "timeout": _duration(endpoint.inside("client"), "timeout") or _DEFAULT_TIMEOUT,
        "retries": 0,
        "interval": _duration(endpoint, "interval") or _DEFAULT_INTERVAL,
        "enabled": endpoint.flag("enabled"),
        "expect": _expectations(endpoint, next(iter(probe)), (*at, "health", 0, "expect"), notes),
        "thresholds": _thresholds(endpoint, at, notes),
    }
    return {"health": [said(check)]}


def _duration(fields: Fields, key: str) -> str | None:
    """Take a duration; one that Go would not read is left over."""
    node = fields.node.get(key)
    if node is None or not _DURATION.fullmatch(getattr(node, "raw", "")):
        return None
    return fields.text(key)


def _expectations(endpoint: Fields, probe: str, at: Path, notes: Notebook) -> list[str]:
    made: list[tuple[ScalarNode, Translation]] = []
    for node in endpoint.texts("conditions"):
        try:
            translation = gatus_conditions.translate(node.raw, probe)
        except CannotSayError as reason:
            notes.untranslated(node, at, f"`{node.raw}`: {reason}")
            continue
        made.append((node, translation))
        for note in translation.notes:
            notes.changed(node, (*at, len(made) - 1), f"`{node.raw}`: {note}")
    if not made:
        message = "no condition is left, so what is usual for the probe is expected"
        notes.changed(endpoint.spot("conditions"), at, message)
    _note_lenience(made, at, notes)
    return [translation.cel for _, translation in made]


def _note_lenience(made: Sequence[tuple[ScalarNode, Translation]], at: Path, notes: Notebook) -> None:
    """Note each condition that Gatus lets pass although what it reads is missing.

    That a condition passes when nothing answers at all matters only where no other condition fails then.
    """
    is_green = all(translation.lenient for _, translation in made)
    for position, (node, translation) in enumerate(made):
        if translation.lenient and translation.is_part:
            message = f"Gatus lets `{node.raw}` pass if it is missing in the answer; here it has no value, and fails"
            notes.changed(node, (*at, position), message)
        elif translation.lenient and is_green and "connected" not in translation.cel:
            message = f"Gatus lets `{node.raw}` pass if nothing answers; here the check fails then"
            notes.changed(node, (*at, position), message)


def _thresholds(endpoint: Fields, at: Path, notes: Notebook) -> Tree:
    """Keep the lowest thresholds of the alerts; nothing else of them has a counterpart."""
    alerts = endpoint.items("alerts")
    if not alerts:
        return {}
    types = listed(dict.fromkeys(alert.text("type") or "" for alert in alerts))
    notes.untranslated(
        endpoint.spot("alerts"),
        (*at, "health"),
        f"`alerts`: nothing is sent by {types}; the thresholds are kept",
    )
    lowest = {
        ours: min(filter(None, (alert.count(theirs) for alert in alerts)), default=None)
        for ours, theirs in (("fail", "failure-threshold"), ("pass", "success-threshold"))
    }
    return {"preset": "gatus", **{key: value for key, value in lowest.items() if value}}


def _windows(fields: Fields, at: Path, notes: Notebook) -> list[Tree]:
    """Translate `maintenance` of the whole, or `maintenance-windows` of an endpoint."""
    key = "maintenance-windows" if at else "maintenance"
    given = fields.items(key) if at else [fields.inside(key)] if fields.is_map(key) else []
    windows = [window for one in given for window in _window(one, fields.spot(key), at, notes)]
    for one in given if at else ():  # what is left over of `maintenance` is left over of the whole
        notes.leave(one, at, {})
    return windows


def _window(given: Fields, spot: Spot, at: Path, notes: Notebook) -> list[Tree]:
    window = {
        "start": given.text("start"),
        "duration": _duration(given, "duration"),
        "timezone": given.text("timezone"),
        "every": [day.raw.lower() for day in given.texts("every")],
    }
    if given.flag("enabled") is False:
        notes.untranslated(spot, at, "a window of maintenance that is not enabled is left out")
        return []
    notes.changed(spot, at or ("health", "maintenance"), _SILENT)
    return [{key: value for key, value in window.items() if value}]


def _leave_suites(top: Fields, notes: Notebook) -> None:
    for suite in top.items("suites"):
        message = f"the suite `{suite.text('name')}`: its requests follow each other; checks stand alone"
        notes.untranslated(suite.node, ("services",), message)


def _concurrency(top: Fields) -> int | None:
    """Take the limit; 0 is none, which Gatus makes 10,000 of."""
    limit = top.count("concurrency")
    return _NO_LIMIT if limit == 0 else limit
