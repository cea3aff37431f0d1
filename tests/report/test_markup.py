from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

from hypothesis import given

from tests.report.hostile import ANY_TEXT, SECRET, mask
from tiktoktoe_cli.report.markup import Markup, Writer
from tiktoktoe_cli.report.text import many_lines, without_ansi
from tiktoktoe_cli.report.view import show_everything

WRITER = Writer(mask)
PLAIN = Writer(show_everything)


class Reader(HTMLParser):
    """Notes the elements with their attributes, and the texts."""

    def __init__(self, drawn: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(drawn)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def test_texts_are_escaped_and_markup_is_not() -> None:
    """What was made by a writer goes in as it is, anything else as text."""
    inner = WRITER.element("b", "<i>")

    assert WRITER.element("p", "a & ", inner) == "<p>a &amp; <b>&lt;i&gt;</b></p>"


def test_attributes_have_the_names_of_html() -> None:
    """Python's `class_` is `class`, its underscores are hyphens, and what is false is left out."""
    drawn = WRITER.element("input", class_="a b", data_name='"x"', hidden=True, disabled=False, width=1.5)

    assert drawn == '<input class="a b" data-name="&quot;x&quot;" hidden width="1.5">'


def test_empty_elements_of_svg_close_themselves() -> None:
    """A file of SVG is XML; with something in it, such an element is one like any other."""
    title = WRITER.element("title", "x")

    assert WRITER.element("path", d="M0 0H9") == '<path d="M0 0H9"/>'
    assert WRITER.element("rect", title, width=5) == '<rect width="5"><title>x</title></rect>'


def test_secrets_are_hidden_in_texts_and_attributes_but_not_in_our_own_words() -> None:
    """A password that happens to be the name of a class does not break the page."""
    drawn = WRITER.element("p", f"it is {SECRET}", title=SECRET, class_=SECRET)

    assert drawn == f'<p title="••••" class="{SECRET}">it is ••••</p>'


def test_messages_show_their_words_in_backticks_as_code() -> None:
    """`x` is what the user wrote; a lone backtick is only one."""
    assert WRITER.prose("`a<b` fails") == "<code>a&lt;b</code> fails"
    assert WRITER.prose("a ` b") == "a ` b"


def test_a_secret_with_a_backtick_is_hidden() -> None:
    """A message is masked as a whole before it is taken apart."""
    writer = Writer(lambda text: text.replace("hun`ter", "••••"))

    assert writer.prose("the token `hun`ter` is wrong") == "the token <code>••••</code> is wrong"


@given(ANY_TEXT)
def test_whatever_a_text_holds_it_stays_a_text(words: str) -> None:
    """No text opens an element or an attribute, and every character can still be read."""
    read = Reader(PLAIN.element("p", words, title=words))

    assert [(tag, [name for name, _ in attributes]) for tag, attributes in read.elements] == [
        ("p", ["title"])
    ]
    assert unescape(PLAIN.text(words)) == many_lines(without_ansi(words))
    assert isinstance(PLAIN.text(words), Markup)
