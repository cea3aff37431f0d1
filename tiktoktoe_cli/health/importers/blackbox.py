"""A blackbox_exporter configuration → `health.modules`: checks without a target (its `CONFIGURATION.md`, `prober/`).

What the exporter calls a failure becomes an expectation that it does not happen. Its regular expressions are RE2's, as
are those of `matches`, and its CEL is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.importers.blackbox_http import http_module
from tiktoktoe_cli.health.importers.blackbox_probes import PROBERS
from tiktoktoe_cli.health.importers.fields import Fields
from tiktoktoe_cli.health.importers.http_fields import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.config.nodes import MapNode
    from tiktoktoe_cli.health.importers.facts import Notebook, Path, Tree

_PROBERS: Final = {"http": http_module, **PROBERS}
_ADDRESS_CHOICE: Final = "the first address that answers is taken, of whichever kind"
_SOURCE: Final = "the machine chooses the address to call from"
_REASONS: Final = {
    "preferred_ip_protocol": _ADDRESS_CHOICE,
    "ip_protocol_fallback": _ADDRESS_CHOICE,
    "source_ip_address": _SOURCE,
    "skip_resolve_phase_with_proxy": "a name is looked up by the proxy alone",
    "proxy_connect_header": "a proxy is told a user and a password, and nothing else",
    "dont_fragment": "packets may be cut into pieces",
    "query_response": "one message is sent at most, and nothing is made of the answers",
}


def import_blackbox(trees: Sequence[MapNode], notes: Notebook) -> Tree:
    """Translate the modules of all trees."""
    modules: Tree = {}
    for tree in trees:
        top = Fields(tree)
        for name, module in top.named("modules").items():
            at = ("health", "modules", name)
            modules |= _module(name, module, at, notes)
            _leave(module, at if name in modules else at[:-1], notes)
        notes.leave(top, (), {})
    return {"version": 1, "health": {"modules": modules}, "services": {}}


def _module(name: str, module: Fields, at: Path, notes: Notebook) -> Tree:
    prober = module.text("prober") or ""
    make = _PROBERS.get(prober)
    if make is None:
        notes.untranslated(module.node, at[:-1], f"the module `{name}`: there is no {prober or 'such'} probe")
        for key in module.node.entries:
            module.take(key)
        return {}
    kind, settings, expectations = make(module.inside(prober), at, notes)
    check = {"timeout": module.text("timeout"), "expect": expectations}
    return {name: {kind: settings, **said(check), "retries": 0}}


def _leave(module: Fields, at: Path, notes: Notebook) -> None:
    """Note what is left over; the reasons are the same for every prober."""
    for name, spot in module.left():
        reason = next(
            (_REASONS[part] for part in name.split(".") if part in _REASONS), "it has no counterpart here"
        )
        notes.untranslated(spot, at, f"`{name}`: {reason}")
