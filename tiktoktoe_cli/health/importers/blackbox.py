"""A blackbox_exporter configuration → `health.modules`: checks without a target (its `CONFIGURATION.md`, `prober/`).

What the exporter calls a failure becomes an expectation that it does not happen. Its regular expressions are RE2's, as
are those of `matches`, and its CEL is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.credentials import has_credentials
from tiktoktoe_cli.health.importers.blackbox_probes import PROBERS
from tiktoktoe_cli.health.importers.http_fields import said
from tiktoktoe_cli.importing.fields import Fields

if TYPE_CHECKING:
    from tiktoktoe_cli.importing.facts import Notebook, Path, Tree
    from tiktoktoe_cli.importing.reading import Files

_ADDRESS_CHOICE: Final = "the first address that answers is taken, of whichever kind"
_SOURCE: Final = "the machine chooses the address to call from"
REASONS: Final = {
    "preferred_ip_protocol": _ADDRESS_CHOICE,
    "ip_protocol_fallback": _ADDRESS_CHOICE,
    "source_ip_address": _SOURCE,
    "skip_resolve_phase_with_proxy": "a name is looked up by the proxy alone",
    "proxy_connect_header": "a proxy is told a user and a password, and nothing else",
    "dont_fragment": "packets may be cut into pieces",
    "query_response": "over a WebSocket `send` is the only message; `expect` reads what comes back",
}
"""Why a key is left out, or what takes its place here."""


def translate(files: Files, notes: Notebook) -> Tree:
    """Translate the modules of all trees."""
    modules: Tree = {}
    for tree in files.trees:
        top = Fields(tree)
        for name, module in top.named("modules").items():
            at = ("health", "modules", name)
            modules |= _module(name, module, at, notes)
            notes.leave(module, at if name in modules else at[:-1], REASONS)
        notes.leave(top, (), {})
    return {"version": 1, "health": {"modules": modules}, "services": {}}


def _module(name: str, module: Fields, at: Path, notes: Notebook) -> Tree:
    prober = module.text("prober") or ""
    make = PROBERS.get(prober)
    if make is None:
        notes.untranslated(module.node, at[:-1], f"the module `{name}`: there is no {prober or 'such'} probe")
        for key in module.node.entries:
            module.take(key)
        return {}
    kind, settings, expectations = make(module.inside(prober), at, notes)
    check = {"timeout": module.text("timeout"), "expect": expectations}
    if has_credentials(settings):
        check["targets"] = ["*"]
        told = "its credentials may go to any target, as before: better name in `targets` who may have them"
        notes.inferred(module.node, (*at, "targets"), f"the module `{name}`: {told}")
    return {name: {kind: settings, **said(check), "retries": 0}}
