"""TAB completes commands, options, words and the user's own names; it never prints an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _complete(line: str, folder: Path = ROOT) -> set[str]:
    words = line.split()
    environ = os.environ | {
        "_TIKTOKTOE_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - (not line.endswith(" "))),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tiktoktoe_cli"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tiktoktoe gra", {"graph"}),
        (
            "tiktoktoe graph ",
            {
                "capacity",
                "critical",
                "diff",
                "impact",
                "import",
                "plan",
                "resolve",
                "show",
                "validate",
                "why",
            },
        ),
        ("tiktoktoe graph show --pro", {"--progress"}),
        ("tiktoktoe graph show -o js", {"json"}),
        ("tiktoktoe graph show -o m", {"markdown", "mermaid"}),
        ("tiktoktoe graph validate -o m", {"markdown"}),
        ("tiktoktoe graph show --report s", {"sarif=", "svg="}),
        ("tiktoktoe graph show --color a", {"auto", "always"}),
        ("tiktoktoe graph validate --fail-on w", {"warning"}),
        ("tiktoktoe init --template m", {"minimal"}),
        ("tiktoktoe config explain TTG10", {f"TTG10{digit}" for digit in range(1, 10)}),
        ("tiktoktoe graph validate --only TTG10", {f"TTG10{digit}" for digit in range(1, 10)}),
        ("tiktoktoe graph validate --ignore TTG101,TTG902", {"TTG101,TTG902"}),
        ("tiktoktoe replay run -c samples/shop/tiktoktoe.yaml ", {"orders"}),
        ("tiktoktoe simulate run -c samples/shop/tiktoktoe.yaml pay", {"payments-brownout"}),
        ("tiktoktoe health check -c samples/shop/tiktoktoe.yaml c", {"cart", "catalog"}),
        ("tiktoktoe health check -c samples/shop/tiktoktoe.yaml ledger/", {"ledger/api", "ledger/books"}),
        ("tiktoktoe health check -c samples/shop/tiktoktoe.yaml --group e", {"edge", "extras"}),
        ("tiktoktoe health check -c samples/shop/tiktoktoe.yaml --tag ", set()),
        ("tiktoktoe graph capacity -c samples/shop/tiktoktoe.yaml --without s", {"small"}),
        ("tiktoktoe graph capacity -c samples/shop/tiktoktoe.yaml --replicas ca", {"cart=", "catalog="}),
        ("tiktoktoe health check --fail-on ", {"degraded", "unhealthy"}),
    ],
)
def test_completes_what_could_follow(line: str, expected: set[str]) -> None:
    """Each TAB offers what the command line could go on with."""
    assert _complete(line) == expected


def test_names_come_from_the_file_that_is_found() -> None:
    """Without -c the configuration of the folder is asked."""
    assert _complete("tiktoktoe health check led", ROOT / "samples" / "shop") == {"ledger"}


def test_tags_are_those_of_all_services(tmp_path: Path) -> None:
    """Each tag is offered once, in a list of either style; a group is no tag."""
    (tmp_path / "tiktoktoe.yaml").write_text(
        "services:\n  a: {group: core, tags: [python, public]}\n  b:\n    tags:\n    - public\n    - perl\n"
    )

    assert _complete("tiktoktoe health check --tag ", tmp_path) == {"python", "public", "perl"}
    assert _complete("tiktoktoe health check --tag pe", tmp_path) == {"perl"}
    assert _complete("tiktoktoe health check --group ", tmp_path) == {"core"}


def test_a_broken_configuration_has_no_names(tmp_path: Path) -> None:
    """TAB stays silent where there is nothing to read."""
    (tmp_path / "tiktoktoe.yaml").write_text("services: [")

    assert _complete("tiktoktoe health check ", tmp_path) == set()
