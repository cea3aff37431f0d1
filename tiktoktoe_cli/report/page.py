"""The shell of every HTML page: one file that needs nothing else, dark where the reader's system is, and printable.

Its Content-Security-Policy lets nothing run or load but the style and the script that stand in it, by their hashes.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.markup import Markup
from tiktoktoe_cli.report.palette import tone_of

if TYPE_CHECKING:
    from tiktoktoe_cli.report.markup import Inner, Writer

_STYLE: Final = """
:root{color-scheme:light dark;--back:#fff;--panel:#f5f6f8;--line:#d9dce1;--text:#1b1f24;--soft:#57606a;
--green:#1a7f37;--red:#c4222b;--yellow:#8a5a00;--cyan:#0b6aa2;--dim:#6b737c}
@media (prefers-color-scheme:dark){:root{--back:#0f1317;--panel:#181d23;--line:#323943;--text:#e4e8ec;--soft:#9aa4af;
--green:#4cc26a;--red:#ff7a75;--yellow:#e0ad3f;--cyan:#5db8ee;--dim:#8d97a2}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:88rem;padding:1.25rem clamp(.75rem,2.5vw,2.5rem) 3rem;background:var(--back);
color:var(--text);font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
code,.code{font-family:ui-monospace,monospace;font-size:.92em}
.soft{color:var(--soft)}.green{color:var(--green)}.red{color:var(--red)}.yellow{color:var(--yellow)}
.cyan{color:var(--cyan)}.dim{color:var(--dim)}
.panel{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
table{border-collapse:collapse;max-width:100%}th{text-align:left;font-weight:600;color:var(--soft)}
td,th{padding:.15rem 1rem .15rem 0;vertical-align:top}th.number,td.number{text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}
svg{display:block}:focus-visible{outline:2px solid var(--cyan);outline-offset:2px}
@media print{:root{--back:#fff;--panel:#fff;--line:#bbb;--text:#000;--soft:#444;--green:#1a7f37;--red:#c4222b;
--yellow:#8a5a00;--cyan:#0b6aa2;--dim:#555}body{max-width:none;padding:0;font-size:11px}.screen{display:none}}
""".strip()


@dataclass(frozen=True, slots=True)
class Page:
    """What fills the shell; `style` and `script` are ours, `script` runs when the body is there."""

    title: str
    body: Markup
    style: str = ""
    script: str = ""


def draw_page(page: Page, writer: Writer) -> str:
    """Write a whole document; it depends on nothing but what it is given."""
    element = writer.element
    style, script = f"{_STYLE}\n{page.style}".strip(), page.script.strip()
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; script-src {_source(script)}"
    head = (
        element("meta", charset="utf-8"),
        element(
            "meta",
            http_equiv="Content-Security-Policy",
            content=f"{allowed}; base-uri 'none'; form-action 'none'",
        ),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", page.title),
        element("style", Markup(style)),
    )
    body = element("body", page.body, element("script", Markup(script)) if script else None)
    whole = element("html", element("head", *head), Markup("\n"), body, lang="en")
    return f"<!doctype html>\n{whole}\n"


def state_word(state: str, writer: Writer) -> Markup:
    """Write a state as people know it from the tables: its symbol and its word, in its colour."""
    tone = tone_of(state)
    return writer.element("span", f"{tone.symbol} {state}", class_=f"state {tone.style}".strip())


def listing(entries: list[Inner], writer: Writer) -> Markup | None:
    """Write a list; nothing if it is empty."""
    items = (writer.element("li", entry) for entry in entries)
    return writer.element("ul", *items) if entries else None


def _source(script: str) -> str:
    return f"'{_hash(script)}'" if script else "'none'"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
