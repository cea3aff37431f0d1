"""The forms of the graph on offer: each is drawn by its name, and nothing is loaded before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.graph.render.systems import chain, dense, layers
from tests.graph.systems import graph_of
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.render.drawings import OUTPUTS, REPORTS, drawings_of
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.report import OutputFormat, View


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        (OutputFormat.DOT, "// A -> B: A depends on B\ndigraph {\n"),
        (OutputFormat.MERMAID, "flowchart LR\n"),
        (OutputFormat.SVG, "<svg "),
        (OutputFormat.HTML, "<!doctype html>\n"),
        (OutputFormat.MARKDOWN, "### ✓ graph show: 3 services"),
    ],
)
def test_each_form_is_drawn(form: OutputFormat, beginning: str) -> None:
    """By its name, and with a last line that is ended."""
    drawn = drawings_of(chain()).forms[form](View())

    assert drawn.startswith(beginning)
    assert drawn.endswith("\n")


def test_what_is_offered_is_drawn() -> None:
    """As an output and as a report, which bear the same names."""
    assert set(drawings_of(chain()).forms) == set(map(str, OUTPUTS)) == set(map(str, REPORTS))


def test_what_mermaid_leaves_out_is_remarked_where_it_is_asked_for() -> None:
    """Whoever asks for another form hears nothing of it."""
    large = survey(dense(33))

    assert drawings_of(large, [OutputFormat.SVG]).remark == ""
    assert drawings_of(chain(), [OutputFormat.MERMAID]).remark == ""
    wanted = drawings_of(large, [OutputFormat.SVG, OutputFormat.MERMAID])
    assert wanted.remark.startswith("this is more than Mermaid draws")


def test_what_is_wanted_for_mermaid_is_drawn_once() -> None:
    """What was measured is what is printed, however often."""
    draw = drawings_of(chain(), [OutputFormat.MERMAID]).forms[OutputFormat.MERMAID]

    assert draw(View()) is draw(View())
    assert draw(View()) == drawings_of(chain()).forms[OutputFormat.MERMAID](View())


def test_what_draws_is_loaded_when_it_is_asked_for() -> None:
    """A table of services pays for no layout."""
    script = (
        "import sys\nimport tiktoktoe_cli.graph.render.drawings\n"
        "print([name for name in sys.modules if 'layout' in name or 'svg' in name or 'mermaid' in name])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert loaded.stdout == "[]\n"


def test_a_picture_of_any_size_is_drawn() -> None:
    """Only Mermaid has limits."""
    services = {name: {**service, "group": name} for name, service in layers(23).items()}
    drawings = drawings_of(survey(graph_of(services))).forms

    with pytest.raises(UsageError):
        drawings[OutputFormat.MERMAID](View())
    assert all(drawings[form](View()) for form in (OutputFormat.DOT, OutputFormat.SVG, OutputFormat.HTML))
