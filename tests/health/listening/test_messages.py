from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health.listening.messages import Request


def test_a_target_is_a_path_and_a_query() -> None:
    """Fields are decoded, and of several with one name the last one counts."""
    request = Request.read("GET", "/probe?target=a%20b&module=x&target=c%2Fd", {})

    assert request is not None
    assert (request.path, request.query) == ("/probe", {"target": "c/d", "module": "x"})


@pytest.mark.parametrize("target", ["*", "http://h/metrics", "", "/?" + "&".join(["a=1"] * 50)])
def test_what_is_no_path_is_not_read(target: str) -> None:
    """Proxies and floods of fields are not our business."""
    assert Request.read("GET", target, {}) is None


@given(st.text(max_size=200))
def test_any_target_is_read_or_refused(target: str) -> None:
    """Nothing that a client sends raises."""
    assert Request.read("GET", target, {}) is None or target.startswith("/")
