"""A real browser without a window, for what only a browser can prove: that a page looks, filters and unfolds."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import IO, TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"),
)
_COMMANDS, _ANSWERS = 3, 4  # the descriptors of --remote-debugging-pipe


@dataclass
class Tab:
    """An open page, driven by the DevTools protocol."""

    commands: IO[bytes]
    answers: IO[bytes]
    numbers: Iterator[int]
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    """What the browser told by itself while it was waited for."""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol, and wait for its result."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        self.commands.write(
            json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode()
        )
        self.commands.write(b"\0")
        self.commands.flush()
        while (answer := self._next()).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of another size."""
        size = {"width": width, "height": height}
        self.call("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)

    def _next(self) -> dict[str, Any]:
        letters = bytearray()
        while (letter := self.answers.read(1)) != b"\0":
            assert letter, "the browser has ended"
            letters += letter
        answer: dict[str, Any] = json.loads(letters)
        return answer


@contextmanager
def open_page(page: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Iterator[Tab]:
    """Open a file in a browser of its own, in a window so wide and high, and end the browser."""
    arguments = (_found(), *_FLAGS, f"--user-data-dir={page.parent / 'profile'}")
    commands_in, commands_out = os.pipe()
    answers_in, answers_out = os.pipe()
    actions = (
        (os.POSIX_SPAWN_DUP2, commands_in, _COMMANDS),
        (os.POSIX_SPAWN_DUP2, answers_out, _ANSWERS),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    )
    browser = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=actions, setpgroup=0)
    os.close(commands_in)
    os.close(answers_out)
    try:
        with os.fdopen(commands_out, "wb") as commands, os.fdopen(answers_in, "rb") as answers:
            tab = Tab(commands, answers, count(1))
            _attach(tab)
            tab.resize(width, height)
            yield _opened(tab, page, dark=dark)
    finally:
        os.killpg(browser, signal.SIGKILL)
        os.waitpid(browser, 0)


def _attach(tab: Tab) -> None:
    target = tab.call("Target.createTarget", url="about:blank")["targetId"]
    tab.session = tab.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]


def _opened(tab: Tab, page: Path, *, dark: bool) -> Tab:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    tab.call("Emulation.setEmulatedMedia", features=[scheme])
    tab.call("Page.navigate", url=page.as_uri())
    for _ in range(1000):
        if tab.evaluate("document.readyState === 'complete' && location.protocol === 'file:'"):
            return tab
    pytest.fail("the page did not open")


def _found() -> str:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None and os.environ.get("CI"):
        pytest.fail("Chromium is not installed: `apt-get install chromium`")
    if program is None:
        pytest.skip("Chromium is not installed")
    return program
