from __future__ import annotations

import pytest

from tiktoktoe_cli.graph.importers.images import version_of_image
from tiktoktoe_cli.graph.semver import Version
from tiktoktoe_cli.importing.compose.variables import HOLE


@pytest.mark.parametrize(
    ("image", "version", "is_guess"),
    [
        ("prom/prometheus:v2.37.0", "2.37.0", False),
        ("nginx:1.22.1@sha256:abc", "1.22.1", False),
        ("localhost:5000/team/app:1.2.3-rc.1", "1.2.3-rc.1", False),
        ("app:1.2.3-SNAPSHOT", "1.2.3-SNAPSHOT", False),
        ("postgres:16.4", "16.4.0", True),
        ("postgres:17", "17.0.0", True),
        ("postgres:4.0-beta2", "4.0.0-beta2", True),
        ("redis:6.2-alpine", "6.2.0", True),
        ("rabbitmq:3.8-management-alpine", "3.8.0", True),
        ("valkey:9.0.4-alpine3.23", "9.0.4", True),
        ("bitnami/mysql:8.0.35-debian-11-r0", "8.0.35", True),
        ("app:1.2.3-4", "1.2.3", True),
        (f"{HOLE}/app:1.2.3", "1.2.3", False),
    ],
)
def test_a_tag_that_begins_with_a_version_has_one(image: str, version: str, is_guess: bool) -> None:  # noqa: FBT001  # a case
    """Missing numbers are 0; what only says how the image was built would otherwise be a pre-release."""
    found = version_of_image(image)

    assert found is not None
    assert (found.version, found.is_guess) == (version, is_guess)
    assert str(Version.parse(found.version)) == version


@pytest.mark.parametrize(
    "image",
    [
        *("redis", "redis:latest", "redis:alpine", "localhost:5000/app", "app@sha256:0123", "", "app:"),
        *("app:2024", "app:20240115", "app:2024-01-15", "app:1.2-3", "ubuntu:24.04", "app:08", "app:1.2.3.4"),
        *("app:abc1234", "app:1.2.3_4", "minio:RELEASE.2024-01-16T16-07-38Z", "app:version-1.2.3"),
        *(f"app:{HOLE}", f"app:1.2.{HOLE}", f"{HOLE}", f"app:{HOLE}-1.2.3", "app:٣.1.0", "app:1" + "0" * 400),
    ],
)
def test_other_tags_have_none(image: str) -> None:
    """Words, days, builds, and what nobody knows are no versions."""
    assert version_of_image(image) is None
