"""The tag of an image → a version that can be compared, where there is one in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(
    r"v?(?P<numbers>(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){0,2})(?P<suffix>-[\w.-]+)?", re.ASCII
)
_PRERELEASE: Final = re.compile(
    r"-(?:rc|alpha|beta|pre|preview|dev|snapshot|milestone|nightly|canary|next)[.-]?(?:0|[1-9]\d*)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBERS: Final = 3
_LONGEST_ALONE: Final = 3  # digits; a longer number alone is a year, a day or a build


@dataclass(frozen=True, slots=True)
class ImageVersion:
    """A version, and the tag that it was read from; `is_guess` if it is not simply that tag."""

    version: str
    tag: str
    is_guess: bool


def version_of_image(image: str) -> ImageVersion | None:
    """Read the version of an image: `postgres:16.4-alpine` has 16.4.0; None without a tag that begins with one."""
    path, _, _ = image.partition("@")
    _, separator, tag = path.rpartition("/")[2].partition(":")
    return version_of_tag(tag) if separator else None


def version_of_tag(tag: str) -> ImageVersion | None:
    """Read a version: missing numbers are 0, and what is no pre-release behind it says how the image was built."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    numbers, suffix = match["numbers"].split("."), match["suffix"] or ""
    is_prerelease = _PRERELEASE.fullmatch(suffix) is not None
    is_date = len(numbers) < _NUMBERS and suffix[1:2].isdigit()
    if is_date or (len(numbers) == 1 and len(numbers[0]) > _LONGEST_ALONE):
        return None
    whole = ".".join([*numbers, "0", "0"][:_NUMBERS]) + (suffix if is_prerelease else "")
    is_whole = len(numbers) == _NUMBERS and (is_prerelease or not suffix)
    return ImageVersion(whole, tag, is_guess=not is_whole)
