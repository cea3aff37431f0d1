"""The graph as an SVG picture: what can be read in it, and that names are only text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.graph.render.hostile import hostile_graph
from tests.graph.render.reading import SVG, drawn_of, read_svg
from tests.graph.render.systems import chain, dense, everything
from tests.graph.systems import REAL_SYSTEMS, graph_of, real_system
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.graph.render.svg import draw_svg
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report import View


def root_of(text: str) -> ET.Element:
    """Read a picture as XML."""
    return ET.fromstring(text)


def words_in(text: str) -> list[str]:
    """Return the texts that are seen."""
    return ["".join(element.itertext()) for element in root_of(text).iter(f"{SVG}text")]


def with_class(text: str, name: str) -> list[ET.Element]:
    """Return the elements of a class."""
    return [element for element in root_of(text).iter() if name in element.get("class", "").split()]


def names_of(text: str) -> list[str]:
    """Return the whole names of the boxes: their titles without what stands behind in parentheses."""
    return [name.rpartition(" (")[0] or name for name in read_svg(text).names]


def test_everything_can_be_read_back() -> None:
    """Following the lines from box to box gives all edges with their kinds, also the one to itself."""
    services = {
        "loop": {"depends_on": {"loop": {"kind": "runtime"}, "a": {}}},
        "a": {"version": "1.10", "group": "g"},
    }
    looping = survey(graph_of(services))

    for overview in (everything(), looping):
        text = draw_svg(overview, View())
        drawn = drawn_of(overview.graph)
        assert (names_of(text), read_svg(text).edges) == drawn


def test_hostile_names_are_only_text() -> None:
    """The file is XML, its only elements are ours, and the whole name of each box is in its title."""
    graph = hostile_graph()

    text = draw_svg(survey(graph), View())

    tags = {element.tag.removeprefix(SVG) for element in root_of(text).iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "g", "path", "text"}
    drawn = drawn_of(graph)
    assert read_svg(text).edges == drawn.edges
    for title, name in zip(read_svg(text).names, drawn.names, strict=True):
        assert title in {name, f"{name} ({name})", f"{name} (undefined)"}


def test_needs_nothing_from_elsewhere() -> None:
    """No script, no link, no picture of another place: whoever opens it tells nobody."""
    text = draw_svg(survey(hostile_graph()), View())

    attributes = {name for element in root_of(text).iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}
    style = next(root_of(text).iter(f"{SVG}style")).text or ""
    assert "url(" not in style
    assert "@import" not in style


def test_is_told_in_words_as_well() -> None:
    """Who does not see it hears its size, how to read it, and where no start order exists."""
    root = root_of(draw_svg(everything(), View()))

    told = root.findtext(f"{SVG}desc") or ""
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert root.findtext(f"{SVG}title") == "9 services, 11 dependencies, no start order"
    assert told.startswith("Arrows lead from a service to what it depends on")
    assert told.endswith("no start order exists: `a` → `b` → `a`")


def test_the_legend_explains_what_occurs() -> None:
    """Kinds, optional heads, both sorts of cycles, groups, and names that no service has."""
    everywhere, plain = words_in(draw_svg(everything(), View())), words_in(draw_svg(chain(), View()))

    legend = everywhere[everywhere.index("A → B: A depends on B") :]
    assert legend[1:] == [
        *(
            "start",
            "runtime",
            "soft",
            "optional",
            "on a cycle of start dependencies",
            "on a cycle over calls",
        ),
        *("edge", "core", "data", "no such service"),
    ]
    assert plain[plain.index("A → B: A depends on B") :] == ["A → B: A depends on B", "start"]


def test_cycles_stand_out() -> None:
    """Only the lines on the cycle have its class, and no others."""
    text = draw_svg(everything(), View())

    red = {
        (way.get("data-start"), way.get("data-end"))
        for way in with_class(text, "on-start")
        if "data-start" in way.attrib
    }
    assert red == {("3", "4"), ("4", "3")}


def test_a_box_shows_version_and_group() -> None:
    """Below the name, as they were written."""
    assert "1.10 · edge" in words_in(draw_svg(everything(), View()))


def test_a_long_name_is_shortened_and_whole_in_the_title() -> None:
    """300 characters do not make a box of 300 characters."""
    name = "n" * 300

    text = draw_svg(survey(graph_of({name: {}})), View())

    [box] = with_class(text, "box")
    assert read_svg(text).names == [name]
    assert any(word.endswith("n…") for word in words_in(text))
    assert float(box.attrib["width"]) < 400


@pytest.mark.parametrize("name", ["short", "a-rather-long-service-name-of-32", "日本語サービス"])
def test_a_box_has_room_for_its_name(name: str) -> None:
    """A letter of a monospaced font takes 0.6 of its 13 pixels, a wide one twice that."""
    [box] = with_class(draw_svg(survey(graph_of({name: {}})), View()), "box")

    columns = sum(1 if letter.isascii() else 2 for letter in name)
    assert float(box.attrib["width"]) >= columns * 13 * 0.6 + 20


def test_is_light_and_dark() -> None:
    """It follows the reader's system, and is light on paper."""
    assert "@media screen and (prefers-color-scheme:dark)" in draw_svg(chain(), View())


def test_says_what_is_hidden() -> None:
    """In the picture, not only beside it."""
    part = survey(everything().graph, Selection(groups=["core"]))

    assert "not shown: 7 services and 8 dependencies" in words_in(draw_svg(part, View()))


def test_a_group_drawn_as_one_says_how_many_it_holds() -> None:
    """It is not taken for a service."""
    boxes = survey(everything().graph, Selection(collapse=["core"]))

    text = draw_svg(boxes, View())

    assert "core/ (2 services)" in read_svg(text).names
    assert "2 services" in words_in(text)


def test_secrets_stay_hidden() -> None:
    """In names, groups and versions, whether they are shortened or not."""
    name = f"{'x' * 28}{SECRET}"
    graph = graph_of({name: {"version": SECRET, "group": SECRET, "depends_on": {name: {}}}})

    text = draw_svg(survey(graph), View(mask=mask))

    assert SECRET not in text
    assert SECRET[:4] not in "".join(words_in(text))


@pytest.mark.parametrize("name", REAL_SYSTEMS)
def test_real_systems_can_be_read_back(vectors: object, name: str) -> None:
    """Also from a picture in which lines share their ways."""
    graph = real_system(vectors, name)  # type: ignore[arg-type]  # it is a Path

    text = draw_svg(survey(graph), View())

    assert read_svg(text) == drawn_of(graph)


def test_a_dense_graph_can_be_read_back() -> None:
    """1,225 edges between fifty services, most of them over many columns."""
    graph = dense(50)

    assert read_svg(draw_svg(survey(graph), View())) == drawn_of(graph)


def test_nothing_is_a_picture_as_well() -> None:
    """It says so."""
    text = draw_svg(survey(graph_of({})), View())

    assert "0 services, 0 dependencies, 0 start waves" in words_in(text)
