"""`replay run` says how to go on."""

from __future__ import annotations

import pytest

from tiktoktoe_cli.cli.replay_run import _command


@pytest.mark.parametrize(
    ("paths", "said", "command"),
    [
        ((), {}, "tiktoktoe replay run p"),
        (["a b.ndjson"], {"--follow": True, "--limit": None}, "tiktoktoe replay run p 'a b.ndjson' --follow"),
        (
            (),
            {"--where": "n > 1", "--limit": 3, "--follow": False, "--config": ("x.yaml", "y.yaml")},
            "tiktoktoe replay run p --where 'n > 1' --limit 3 --config x.yaml --config y.yaml",
        ),
    ],
)
def test_the_same_run_is_made_by_the_same_words(
    paths: list[str], said: dict[str, object], command: str
) -> None:
    """What was said on the command line decides what is delivered: `--resume` alone would be another run."""
    assert _command("p", paths, said) == command
