"""The page of a graph: what it holds, and, in a real browser, how it answers."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.render.hostile import NAMES, hostile_graph
from tests.graph.render.reading import PageReader, drawn_of, read_page
from tests.graph.render.systems import everything
from tests.graph.systems import graph_of, graph_of_edges
from tests.health.render.browser import open_page
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.graph.render.html import draw_html
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.health.render.browser import Tab
    from tiktoktoe_cli.graph.selection.overview import Overview

# web needs api and ads, api and jobs need db, db needs disk; nobody knows of alone
SHOP = {
    "web": {"version": "1.10", "depends_on": {"api": "^2", "ads": {"kind": "soft"}}},
    "api": {"depends_on": {"db": {"required": False}}},
    "jobs": {"depends_on": {"db": {"kind": "runtime"}}},
    "db": {"depends_on": {"disk": {}}},
    "disk": {},
    "ads": {},
    "alone": {},
}


def page_of(overview: Overview) -> str:
    """Draw a page for nobody in particular."""
    return draw_html(overview, View())


def test_everything_can_be_read_back() -> None:
    """All boxes, and from the lines all edges with their kinds."""
    overview = everything()

    assert read_page(page_of(overview)) == drawn_of(overview.graph)


def test_hostile_names_are_only_text() -> None:
    """No name opens an element or an attribute, and each stands in the page, in the address of its box as well."""
    graph = hostile_graph()

    page = page_of(survey(graph))

    reader = PageReader(page)
    drawn = drawn_of(graph)
    assert read_page(page) == drawn
    assert {tag for tag, _ in reader.elements}.isdisjoint({"img", "b", "iframe", "object"})
    assert [tag for tag, _ in reader.elements].count("script") == 1
    assert all(name in reader.text for name in drawn.names)
    assert all(re.fullmatch(r"#[\w.~%-]*", attrs["href"] or "") for attrs in reader.with_class("node"))


def test_needs_nothing_from_elsewhere() -> None:
    """The only links are to the page itself, and its policy would refuse everything else."""
    elements = PageReader(page_of(everything())).elements

    outside = {"src", "action", "style", "onload", "onclick"}
    assert not [
        (tag, name) for tag, attrs in elements for name in attrs if name in outside or name.startswith("on")
    ]
    assert all((attrs["href"] or "").startswith("#") for _, attrs in elements if "href" in attrs)
    [policy] = [
        attrs["content"] for _, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "words",
    [
        "7 services, 5 dependencies, 4 start waves",
        "1.10 · starts in wave 4",
        "needs 2 services",
        "ads soft",
        "api ^2",
        "needed by 2 services",
        "needs nothing",
        "needed by nobody",
        "jobs runtime",
        "api optional",
    ],
)
def test_tells_in_words_who_needs_whom(words: str) -> None:
    """For each service, whether it is chosen or not: a page without its script tells everything at once."""
    assert words in PageReader(page_of(survey(graph_of(SHOP)))).text


def test_says_what_is_hidden_and_where_a_cycle_is() -> None:
    """On top, as the other pictures do."""
    part = survey(everything().graph, Selection(groups=["core"]))

    text = PageReader(page_of(part)).text

    assert "not shown: 7 services and 8 dependencies" in text
    assert "no start order exists: a → b → a" in text
    assert "runtime, on a cycle over calls" in text


def test_secrets_stay_hidden() -> None:
    """Two services that look alike then can still be told apart in the address."""
    other = "other-secret"
    graph = graph_of(
        {SECRET: {"version": SECRET, "depends_on": {other: f"^{SECRET}"}}, other: {"group": SECRET}}
    )

    page = draw_html(survey(graph), View(mask=lambda text: mask(text).replace(other, "••••")))

    assert SECRET not in page
    assert read_page(page).names == ["••••", "•••• (2)"]


class Page:
    """The page of the shop in a browser, fresh for each test."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    def ask(self, script: str) -> Any:  # whatever it returns
        """Evaluate a script, once the page has come to rest."""
        return self.tab.evaluate(script)

    def centre_of(self, name: str) -> tuple[float, float]:
        """Return where on the screen a box is."""
        x, y = self.ask(
            f"(() => {{ const box = nodes.find((node) => node.dataset.name === {name!r}).getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        return x, y

    def mouse(self, kind: str, at: tuple[float, float], **more: Any) -> None:
        """Let the mouse do something."""
        button = {} if kind == "mouseWheel" else {"button": "left", "clickCount": 1}
        self.tab.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], **(button | more))

    def click(self, at: tuple[float, float], **more: Any) -> None:
        """Press and let go."""
        self.mouse("mousePressed", at, **more)
        self.mouse("mouseReleased", at, **more)
        self.settle()

    def in_sight(self) -> set[str]:
        """Return the services whose boxes are within the frame, whole."""
        return set(
            self.ask(
                "(({ left, right, top, bottom }) => nodes.filter((node) => {"
                "const box = node.getBoundingClientRect();"
                "return box.left >= left && box.right <= right && box.top >= top && box.bottom <= bottom;"
                "}).map((node) => node.dataset.name))(graph.getBoundingClientRect())"
            )
        )

    def letters(self) -> float:
        """Return the size of a name's letters, in pixels of the screen."""
        size: float = self.ask(
            "((name) => parseFloat(getComputedStyle(name).fontSize) * name.getScreenCTM().a)"
            "(document.querySelector('.node text'))"
        )
        return size

    def press(self, key: str) -> None:
        """Press a key that writes nothing."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.tab.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=codes[key],
                **(text if kind == "keyDown" else {}),
            )
        self.settle()

    def settle(self) -> None:
        """Wait until the address has been noticed: its event comes in a turn of its own."""
        self.wait_for("new Promise((done) => setTimeout(() => setTimeout(done)))")

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of another size, and wait until it has noticed."""
        self.ask(
            "resized = new Promise((done) => addEventListener('resize', () => done(), { once: true })), 0"
        )
        self.tab.resize(width, height)
        self.wait_for("resized")

    def wait_for(self, promise: str) -> None:
        """Wait until a promise is kept."""
        self.tab.call("Runtime.evaluate", expression=promise, awaitPromise=True)

    def marked(self, name: str) -> set[str]:
        """Return the services that are marked with a class."""
        return set(
            self.ask(
                f"nodes.filter((node) => node.classList.contains({name!r})).map((node) => node.dataset.name)"
            )
        )

    def lines(self, name: str) -> set[tuple[str, str]]:
        """Return the ends of the lines that are marked with a class, by the names of the boxes."""
        ends = self.ask(
            f"ways.filter((way) => way.classList.contains({name!r})).map(({{ dataset: {{ start, end }} }}) =>"
            "[start, end].map((one) => nodes.find((node) => node.dataset.number === one)?.dataset.name ?? 'joint'))"
        )
        return {(start, end) for start, end in ends}

    def told(self) -> str:
        """Return what can be read beside the picture."""
        words: str = self.ask("document.querySelector('aside').innerText")
        return " ".join(words.split())

    def view(self) -> list[float]:
        """Return the part of the picture that is seen."""
        return [float(number) for number in self.ask("graph.getAttribute('viewBox')").split()]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Open the page of the shop in a browser."""
    path = tmp_path_factory.mktemp("graph") / "graph.html"
    path.write_text(page_of(survey(graph_of(SHOP))), encoding="utf-8")
    with open_page(path) as opened:
        yield opened


@pytest.fixture
def page(tab: Tab) -> Page:
    """Return to nothing chosen, nothing looked for, all seen."""
    page = Page(tab)
    page.ask("search.value = ''; find(); location.hash = ''; showAll(); document.activeElement.blur()")
    page.settle()
    return page


def test_a_click_shows_what_a_service_needs_and_who_needs_it(page: Page) -> None:
    """In two colours and in words, directly and through others; what has nothing to do with it steps back."""
    page.click(page.centre_of("api"))

    assert (page.marked("this"), page.marked("needs"), page.marked("needed")) == (
        {"api"},
        {"db", "disk"},
        {"web"},
    )
    assert page.lines("needs") == {("api", "db"), ("db", "disk")}
    assert page.lines("needed") == {("web", "api")}
    assert page.told() == (
        "api starts in wave 3 needs 1 service db optional through others: disk needed by 1 service web ^2"
    )
    assert page.ask("location.hash") == "#api"


def test_links_lead_on(page: Page) -> None:
    """Each service that is named beside the picture can be chosen there."""
    page.click(page.centre_of("api"))

    page.ask(
        "[...document.querySelectorAll('aside article:not([hidden]) a')].find((a) => a.textContent === 'disk').click()"
    )
    page.settle()

    assert page.marked("this") == {"disk"}
    assert page.told().endswith("needed by 1 service db through others: web, api, jobs")


def test_escape_lets_go(page: Page) -> None:
    """Of what was chosen and of what was looked for."""
    page.click(page.centre_of("db"))
    page.ask("search.value = 'a'; find()")

    page.press("Escape")

    assert not page.marked("this") | page.marked("needs") | page.marked("hit")
    assert page.ask("[search.value, location.hash, graph.classList.length]") == ["", "", 1]
    assert page.told().startswith("Choose a service")


def test_a_click_beside_the_boxes_lets_go_as_well(page: Page) -> None:
    """As in every other picture."""
    page.click(page.centre_of("db"))

    frame = page.ask("(({ x, y }) => [x, y])(graph.getBoundingClientRect())")
    page.click((frame[0] + 6, frame[1] + 6))

    assert not page.marked("this")


def test_the_search_marks_and_enter_goes_from_hit_to_hit(page: Page) -> None:
    """Upper and lower case are the same; each Enter puts the next hit into the middle."""
    page.ask("search.focus()")
    page.tab.call("Input.insertText", text="D")

    assert page.marked("hit") == {"db", "disk", "ads"}
    assert page.ask("found.textContent") == "3 of 7 found"
    frame = page.ask(
        "(({ x, y, width, height }) => [x + width / 2, y + height / 2])(graph.getBoundingClientRect())"
    )
    for name in ("db", "disk", "ads", "db"):
        page.press("Enter")
        assert page.centre_of(name) == pytest.approx(tuple(frame), abs=1)


def test_the_wheel_zooms_at_the_pointer(page: Page) -> None:
    """What is under the pointer stays there, nearer or farther."""
    at = page.centre_of("disk")
    before = page.view()

    page.mouse("mouseWheel", at, deltaX=0, deltaY=-400)
    page.settle()
    nearer = page.view()
    stayed = page.centre_of("disk")
    page.mouse("mouseWheel", at, deltaX=0, deltaY=400)
    page.settle()

    assert nearer[2] < before[2] * 0.7
    assert stayed == pytest.approx(at, abs=1.5)
    assert page.view() == pytest.approx(before, abs=0.1)


def test_dragging_moves_the_picture_and_chooses_nothing(page: Page) -> None:
    """It goes where the pointer goes, also if that took hold of a box."""
    x, y = page.centre_of("db")

    page.mouse("mousePressed", (x, y))
    for step in (10, 40, 80):
        page.mouse("mouseMoved", (x + step, y + step / 2), buttons=1)
    page.mouse("mouseReleased", (x + 80, y + 40))
    page.settle()

    assert page.centre_of("db") == pytest.approx((x + 80, y + 40), abs=1.5)
    assert not page.marked("this")


def test_buttons_do_the_same(page: Page) -> None:
    """For who has neither wheel nor mouse; the last one brings all back."""
    whole = page.view()

    page.ask("document.getElementById('closer').click()")
    nearer = page.view()
    page.ask("document.getElementById('farther').click(); document.getElementById('farther').click()")
    farther = page.view()
    page.ask("document.getElementById('whole').click()")

    assert nearer[2] < whole[2] < farther[2]
    assert page.view() == whole


def test_boxes_can_be_reached_by_keyboard(page: Page) -> None:
    """Tab goes from box to box, which comes into sight; Enter chooses."""
    page.ask("centre(nodes.at(-1)); zoom(0.3); document.getElementById('whole').focus()")

    page.press("Tab")
    focused = page.ask("document.activeElement.dataset.name")
    x, y = page.ask("(({ x, y }) => [x, y])(document.activeElement.getBoundingClientRect())")
    page.press("Enter")

    frame = page.ask("(({ x, y, right, bottom }) => [x, y, right, bottom])(graph.getBoundingClientRect())")
    assert focused == "web"
    assert frame[0] <= x <= frame[2]
    assert frame[1] <= y <= frame[3]
    assert page.marked("this") == {"web"}


def test_paper_gets_the_whole_picture(page: Page) -> None:
    """However far one has gone into it, and one is still there afterwards."""
    picture = [0, 0, *page.ask("['width', 'height'].map((side) => Number(graph.getAttribute(side)))")]
    page.ask("zoom(0.2)")
    near = page.view()

    page.ask("dispatchEvent(new Event('beforeprint'))")
    printed = page.view()
    page.ask("dispatchEvent(new Event('afterprint'))")

    assert (printed, page.view()) == (picture, near)


def test_all_of_a_cycle_is_found(tmp_path: Path) -> None:
    """Whoever is on a cycle needs all of it and is needed by all of it, itself included."""
    path = tmp_path / "cycle.html"
    path.write_text(
        page_of(survey(graph_of_edges("abc", [("a", "b"), ("b", "c"), ("c", "a")]))), encoding="utf-8"
    )

    with open_page(path) as tab:
        page = Page(tab)
        page.click(page.centre_of("b"))
        marked = page.marked("needs"), page.marked("needed")

    assert marked == (set("abc"), set("abc"))


def test_the_chosen_service_of_a_cycle_stands_out(tmp_path: Path) -> None:
    """It looks like no other of the cycle, and the colour of those is explained."""
    path = tmp_path / "cycle.html"
    path.write_text(page_of(survey(graph_of_edges("ab", [("a", "b"), ("b", "a")]))), encoding="utf-8")

    with open_page(path) as tab:
        page = Page(tab)
        before = page.told()
        page.click(page.centre_of("b"))
        strokes = page.ask("all('.sheet .box').map((box) => getComputedStyle(box).stroke)")
        explained = page.ask("getComputedStyle(document.querySelector('.both')).color")

    assert strokes[0] == explained != strokes[1]
    assert "In this colour" not in before


@pytest.mark.parametrize("name", [NAMES[0], "日本語", "%41", "a b", "line\nfeed"])
def test_the_address_chooses_a_service(tmp_path: Path, name: str) -> None:
    """A page can be sent with a finger on a service; the browser complains of nothing and asks nobody."""
    path = tmp_path / "hostile.html"
    path.write_text(page_of(survey(hostile_graph())), encoding="utf-8")

    with open_page(path) as tab:
        page = Page(tab)
        page.ask(f"location.hash = encodeURIComponent({one_line(name)!r})")
        page.settle()
        tab.call("Log.enable")
        tab.call("Runtime.enable")
        chosen = page.marked("this")
        requests = page.ask("performance.getEntriesByType('resource').map((one) => one.name)")

    complaints = [
        event for event in tab.events if event["method"] in {"Log.entryAdded", "Runtime.exceptionThrown"}
    ]
    assert chosen == {one_line(name)}
    assert (requests, complaints) == ([], [])


def test_an_address_that_means_nothing_is_no_failure(page: Page) -> None:
    """Also one that is not even well written."""
    page.ask("location.hash = '#%'")
    page.settle()
    page.ask("location.hash = '#nobody'")
    page.settle()

    assert page.told().startswith("Choose a service")


@pytest.mark.parametrize("width", [375, 1600])
def test_fits_narrow_and_wide_windows(width: int, tmp_path: Path) -> None:
    """Nobody has to scroll sideways."""
    path = tmp_path / "graph.html"
    path.write_text(page_of(everything()), encoding="utf-8")

    with open_page(path, width=width) as tab:
        used = tab.evaluate("document.documentElement.scrollWidth")

    assert used <= width


@pytest.mark.parametrize("width", [375, 700, 1500])
def test_words_of_the_legend_can_be_read_in_any_window(width: int, tmp_path: Path) -> None:
    """They keep their size, and go on in the next line."""
    path = tmp_path / "graph.html"
    path.write_text(page_of(everything()), encoding="utf-8")

    with open_page(path, width=width) as tab:
        size = tab.evaluate("parseFloat(getComputedStyle(document.querySelector('.key')).fontSize)")
        outside = tab.evaluate(
            "[...document.querySelectorAll('.key li')].filter((one) =>"
            " one.getBoundingClientRect().right > innerWidth).length"
        )

    assert (size >= 12, outside) == (True, 0)


WINDOWS = pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
CHAIN = [f"s{number:02}" for number in range(30)]


def chain_file(folder: Path) -> Path:
    """Write the page of a system far wider than any window: each service needs the next."""
    path = folder / "chain.html"
    edges = list(pairwise(CHAIN))
    path.write_text(page_of(survey(graph_of_edges(CHAIN, edges))), encoding="utf-8")
    return path


@WINDOWS
def test_the_picture_has_the_window(width: int, height: int, tmp_path: Path) -> None:
    """What the heading leaves belongs to the picture and its legend, also for a small graph; nothing scrolls."""
    path = tmp_path / "graph.html"
    path.write_text(page_of(survey(graph_of(SHOP))), encoding="utf-8")

    with open_page(path, width=width, height=height) as tab:
        frame, legend = tab.evaluate(
            "['.sheet', '.key'].map((one) => document.querySelector(one).getBoundingClientRect().toJSON())"
        )
        scrolled = tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )

    assert frame["height"] >= 0.7 * height
    assert height - 32 <= legend["bottom"] <= height
    assert scrolled == [width, height]


@WINDOWS
def test_letters_of_a_large_system_can_be_read_at_once(width: int, height: int, tmp_path: Path) -> None:
    """They are no smaller than 11 pixels, the page begins with who needs the others; `fit` shows all of them."""
    with open_page(chain_file(tmp_path), width=width, height=height) as tab:
        page = Page(tab)
        first, letters = page.in_sight(), page.letters()
        page.ask("document.getElementById('whole').click()")
        fitted = page.in_sight()

    assert letters >= 11
    assert first == set(CHAIN[: len(first)])
    assert 3 < len(first) < len(CHAIN)
    assert fitted == set(CHAIN)


def test_the_first_services_are_in_sight_wherever_they_stand(tmp_path: Path) -> None:
    """A service that needs forty others stands in the middle of their column, far below its upper end."""
    path = tmp_path / "fan.html"
    path.write_text(
        page_of(survey(graph_of_edges(["top", *CHAIN], [("top", name) for name in CHAIN]))), encoding="utf-8"
    )

    with open_page(path, height=800) as tab:
        page = Page(tab)
        seen = page.in_sight()

    assert "top" in seen
    assert 3 < len(seen) < 30


def test_a_small_graph_is_not_blown_up(tmp_path: Path) -> None:
    """In a huge window its letters stay letters: at most half as large again as they are drawn, 13 pixels."""
    path = tmp_path / "small.html"
    path.write_text(page_of(survey(graph_of(SHOP))), encoding="utf-8")

    with open_page(path, width=3840, height=2160) as tab:
        letters = Page(tab).letters()

    assert letters == pytest.approx(13 * 1.5, rel=0.001)


def test_a_double_click_beside_the_boxes_shows_all(page: Page) -> None:
    """On a box it does not: whoever chooses one twice stays there."""
    fitted = page.view()
    page.ask("zoom(0.5)")
    near = page.view()

    for clicks in (1, 2):
        page.click(page.centre_of("db"), clickCount=clicks)
    on_a_box = page.view()
    frame = page.ask("(({ x, y }) => [x, y])(graph.getBoundingClientRect())")
    for clicks in (1, 2):
        page.click((frame[0] + 6, frame[1] + 6), clickCount=clicks)

    assert on_a_box == near != fitted
    assert page.view() == fitted


def test_a_window_of_another_size_shows_the_same(tmp_path: Path) -> None:
    """All if all was seen, else the same spot at the same size; nothing is distorted."""
    with open_page(chain_file(tmp_path), width=1280, height=800) as tab:
        page = Page(tab)
        page.ask("showAll()")
        page.resize(900, 700)
        fitted = page.in_sight()
        page.ask("centre(nodes[20])")
        before, letters = page.view(), page.letters()
        page.resize(1600, 900)
        after = page.view()
        distortion = page.ask(
            "(({ width, height }) => graph.clientWidth * height / (graph.clientHeight * width))(graph.viewBox.baseVal)"
        )

        assert fitted == set(CHAIN)
        assert after[:2] == before[:2]
        assert page.letters() == pytest.approx(letters, rel=0.001)
        assert distortion == pytest.approx(1)


@pytest.mark.parametrize(("dark", "paper"), [(False, "rgb(255, 255, 255)"), (True, "rgb(24, 29, 35)")])
def test_is_dark_where_the_reader_wants_it(tmp_path: Path, paper: str, *, dark: bool) -> None:
    """Boxes included: the policy lets the style of the picture in."""
    path = tmp_path / "graph.html"
    path.write_text(page_of(everything()), encoding="utf-8")

    with open_page(path, dark=dark) as tab:
        shown = tab.evaluate("getComputedStyle(document.querySelector('.box')).fill")

    assert shown == paper
