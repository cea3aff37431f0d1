from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.health.answers import CHAIN_DAYS, make_facts, make_result, slow
from tests.health.render.browser import open_page
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.health import Attempt, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.history.trend import WINDOWS, PastResult, trend_of
from tiktoktoe_cli.health.render.about import About
from tiktoktoe_cli.health.render.page import draw_status_page
from tiktoktoe_cli.health.render.status_page import StatusPage
from tiktoktoe_cli.report import View

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.health.render.browser import Tab

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ABOUT = About("shop", "2.3.1", NOON)
ALLOWED = {"http-equiv", "content"}


def full_page() -> StatusPage:
    """Make a page on which everything has something to show."""
    recent = [Attempt(HealthState.HEALTHY, "", 10_000_000), Attempt(HealthState.UNHEALTHY, "", 90_000_000)]
    now_ms = 10**12
    past = [PastResult(now_ms - 1000, True, 20_000_000), PastResult(now_ms, False, 10)]
    trends = {window: trend_of(past, now_ms, size_ns) for window, size_ns in WINDOWS.items()}
    key = ("payments", "api")
    return StatusPage(make_facts(), ABOUT, {key: recent}, {key: trends})


class Reader(HTMLParser):
    """Collects the elements with their attributes, and what can be read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All texts, one after the other."""
        return "".join(self.words)


def read(status: StatusPage) -> Reader:
    """Draw a page and read it."""
    return Reader(draw_status_page(status, View(mask=mask)))


def test_tells_who_is_the_cause_and_what_hangs_on_it() -> None:
    """The verdict and the causes can be read without unfolding anything."""
    text = read(full_page()).text

    assert "0 of 5 services healthy; ledger is the cause, 2 unreachable; payments is degraded" in text
    assert "✗ unhealthy ledger" in text
    assert "2 services on it: gateway, orders" in text


@pytest.mark.parametrize(
    "words",
    [
        "http://10.0.0.4/health",
        "timing.total < duration",
        "name looked up",
        "3 attempts",
        "connection refused",
        "cache",
        "no connection to redis",
        f"{CHAIN_DAYS}d left",
        "the 24h before",
        "50%",
        "shop · 2.3.1 · 2026-05-04 12:00:00 UTC · checked in 5s",
        "tracing",
    ],
)
def test_shows_all_that_is_known(words: str) -> None:
    """Targets, expectations, phases, attempts, parts, certificates, history, and what has no check."""
    assert words in read(full_page()).text


def test_the_worst_comes_first() -> None:
    """What fails, then what is degraded, then the rest, each in the order of the file."""
    html = draw_status_page(full_page(), View())

    assert re.findall('data-name="([^"]*)"', html) == [
        *("gateway/api", "orders/api", "ledger/api", "payments/api"),
        *("orders/db", "payments/certificate", "search/api", "mail/smtp"),
    ]


def test_is_the_same_for_the_same_facts() -> None:
    """No time of its own, nothing random: a page that did not change needs no commit."""
    assert draw_status_page(full_page(), View()) == draw_status_page(full_page(), View())


def test_without_a_time_there_is_none_on_the_page() -> None:
    """A certificate then shows its date, and not how long it is from a moment that nobody named."""
    text = read(replace(full_page(), about=About())).text

    assert "until " in text
    assert " left" not in text


def test_needs_nothing_from_elsewhere() -> None:
    """No link, no picture, no script and no style of another place, and a policy that would refuse them."""
    elements = read(full_page()).elements

    outside = {"src", "href", "action", "style"} | {
        f"on{event}" for event in ("load", "click", "error", "input")
    }
    assert not [(tag, name) for tag, attributes in elements for name in attributes if name in outside]
    [policy] = [
        attributes["content"]
        for _, attributes in elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_what_a_service_says_is_only_text() -> None:
    """A name, a detail or an address cannot open an element or an attribute."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    facts = make_facts()
    result = replace(make_result(evil, HealthState.UNHEALTHY, detail=evil), target=evil, kind=evil)
    service = ServiceHealth(evil, HealthState.UNHEALTHY, (result,), affected=(evil,))

    reader = read(StatusPage(HealthFacts((service, *facts.services), 0), About(evil, evil)))

    assert [tag for tag, _ in reader.elements if tag in {"script", "img"}] == ["script"]
    assert evil in reader.text


def test_secrets_stay_hidden() -> None:
    """Wherever one stands, the page shows dots."""
    result = replace(
        make_result(SECRET, HealthState.UNHEALTHY, detail=f"it was `{SECRET}`"), target=f"http://{SECRET}/"
    )
    facts = HealthFacts((ServiceHealth(SECRET, HealthState.UNHEALTHY, (result,)),), 0)

    page = draw_status_page(StatusPage(facts, About(SECRET)), View(mask=mask))

    assert SECRET not in page
    assert "••••/••••" in page


def test_bars_are_to_scale() -> None:
    """The longest check fills the width, and each phase has its share of it."""
    elements = read(
        StatusPage(HealthFacts((ServiceHealth("a", HealthState.HEALTHY, (slow(),)),), 0))
    ).elements

    widths = {
        rect["class"]: float(rect["width"] or 0)
        for tag, rect in elements
        if "width" in rect and "class" in rect
    }
    assert widths == {"dns": 10, "connect": 40, "tls": 100, "ttfb": 800, "transfer": 50}


def test_nothing_checked_is_a_page_as_well() -> None:
    """It says so, and has no filter without rows."""
    reader = read(StatusPage(HealthFacts((), 0)))

    assert "no service has a health check" in reader.text
    assert "script" not in dict(reader.elements)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Open the page in a browser."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(draw_status_page(full_page(), View()), encoding="utf-8")
    with open_page(path) as opened:
        yield opened


SHOWN = "[...document.querySelectorAll('.check')].filter(row => row.checkVisibility()).map(row => row.dataset.name)"
TYPE = "filter.value = {}; filter.dispatchEvent(new Event('input')); {}"


def typed(tab: Tab, words: str) -> list[str]:
    """Type into the filter, and return the rows that are left."""
    found: list[str] = tab.evaluate(TYPE.format(repr(words), SHOWN))
    return found


def test_the_filter_finds_checks_by_name_and_by_state(tab: Tab) -> None:
    """What was typed is looked for in both, word by word; nothing typed shows everything."""
    everything = typed(tab, "")

    assert len(everything) == 8
    assert typed(tab, "PAYments") == ["payments/api", "payments/certificate"]
    assert typed(tab, "healthy payments") == ["payments/certificate"]
    assert tab.evaluate("document.getElementById('shown').textContent") == "1 of 8 checks"
    assert typed(tab, "") == everything


def test_the_buttons_show_the_checks_of_a_state(tab: Tab) -> None:
    """One or several may be pressed; pressed again, they let go."""
    press = "document.querySelector('button[data-state={}]').click(); {}"

    assert tab.evaluate(press.format("degraded", SHOWN)) == ["payments/api"]
    assert tab.evaluate(press.format("unhealthy", SHOWN)) == ["ledger/api", "payments/api"]
    tab.evaluate(press.format("unhealthy", "0"))
    assert len(tab.evaluate(press.format("degraded", SHOWN))) == 8


def test_a_row_unfolds(tab: Tab) -> None:
    """A click shows what is inside."""
    seen = "document.querySelector('[data-name=\"payments/api\"] .inside').checkVisibility()"
    click = "document.querySelector('[data-name=\"payments/api\"] summary').click()"

    before, after = tab.evaluate(seen), tab.evaluate(f"{click}; {seen}")

    assert (before, after) == (False, True)


@pytest.mark.parametrize("width", [375, 1600])
def test_fits_narrow_and_wide_windows(width: int, tmp_path: Path) -> None:
    """Nobody has to scroll sideways, also with everything unfolded."""
    path = tmp_path / "page.html"
    path.write_text(draw_status_page(full_page(), View()), encoding="utf-8")

    with open_page(path, width=width) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach(row => { row.open = true; })")
        used = tab.evaluate("document.documentElement.scrollWidth")

    assert used <= width


@pytest.mark.parametrize(("dark", "back"), [(False, "rgb(255, 255, 255)"), (True, "rgb(15, 19, 23)")])
def test_is_dark_where_the_reader_wants_it(tmp_path: Path, back: str, *, dark: bool) -> None:
    """The policy lets the style in, and the style follows the reader's system."""
    path = tmp_path / "page.html"
    path.write_text(draw_status_page(full_page(), View()), encoding="utf-8")

    with open_page(path, dark=dark) as tab:
        shown = tab.evaluate("getComputedStyle(document.body).backgroundColor")

    assert shown == back
