"""The command of a container's health check → what it looks at, where it is one of those that everybody writes.

A probe asks without a container, and so needs a published port; `Sight.port` is the port inside.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.importing.facts import Tree

_SHELL_WORDS: Final = re.compile(r"[|&;<>`()]|\$\(|\$\$")
_OR_FAIL: Final = re.compile(r"\s*\|\|\s*(?:exit(?:\s+1)?|false)\s*;?\s*$")
_DEVICE: Final = re.compile(r"(?:>|<|<>)\s*/dev/tcp/(?P<host>[\w.-]+)/(?P<port>\d+|\$\{?\w+\}?)")
_PORT: Final = re.compile(r"\d+|\$\{?\w+\}?")
_AUTHORITY: Final = re.compile(r"(?P<host>[^/:?#]*)(?::(?P<port>\d+|\$\{?\w+\}?))?")
_SHELLS: Final = frozenset({"sh", "bash", "ash"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a command looks at: who listens where, as seen from inside, the probe, and what it has to find.

    `probe` makes the settings of the probe of an address.
    """

    host: str
    port: str
    probe: Callable[[str], Tree]
    expect: tuple[str, ...] = ("connected",)


@dataclass(slots=True)
class _Words:
    """The arguments of a program, sorted into switches, options with a value, and the rest."""

    switches: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    def value(self, *names: str, default: str = "") -> str:
        """Return the last value of an option."""
        found = [text for name in names for text in self.values.get(name, ())]
        return found[-1] if found else default


def recognise(command: Sequence[str] | str) -> Sight | None:
    """Recognise a command, given as its arguments or as a line of a shell; None if it is not one of the usual."""
    words = _words_of(command)
    text = command if isinstance(command, str) else " ".join(command)
    device = _DEVICE.search(text)
    if device and (isinstance(command, str) or command[0].rpartition("/")[2] in _SHELLS):
        return _open_port(device["host"], device["port"])
    if not words:
        return None
    recogniser = _COMMANDS.get(words[0].rpartition("/")[2])
    return recogniser(words[1:]) if recogniser else None


def _words_of(command: Sequence[str] | str) -> list[str]:
    if not isinstance(command, str):
        return list(command)
    line = _OR_FAIL.sub("", command)
    if _SHELL_WORDS.search(line):
        return []
    try:
        return shlex.split(line)
    except ValueError:  # an open quote
        return []


def _sort(words: Sequence[str], switches: str, valued: str) -> _Words | None:
    known, wanting = set(switches.split()), set(valued.split())
    found, waiting = _Words(), list(reversed(words))
    while waiting:
        word = waiting.pop()
        name, separator, value = word.partition("=")
        if word in known:
            found.switches.add(word)
        elif name in wanting and (separator or waiting):
            found.values.setdefault(name, []).append(value if separator else waiting.pop())
        elif not word.startswith("-") or word == "-":
            found.rest.append(word)
        elif not _split_cluster(word, known, wanting, waiting):
            return None
    return found


def _split_cluster(word: str, known: set[str], wanting: set[str], waiting: list[str]) -> bool:
    """Take `-fsS` apart into `-f -s -S`, and `-p5432` into `-p 5432`; tell whether it is one of these."""
    first, rest = word[:2], word[2:]
    if word.startswith("--") or not rest or first not in known | wanting:
        return False
    waiting += [rest, first] if first in wanting else [f"-{rest}", first]
    return True


def _curl(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(
        words,
        "-f --fail -s --silent -S --show-error -I --head -L --location -k --insecure -v -g -i",
        "-H --header -X --request -o --output -m --max-time --connect-timeout -A --user-agent",
    )
    if sorted_words is None or len(sorted_words.rest) != 1:
        return None
    given = sorted_words.switches
    headers = {
        name.strip(): value.strip()
        for name, _, value in (
            text.partition(":") for key in ("-H", "--header") for text in sorted_words.values.get(key, ())
        )
    }
    settings: Tree = {
        "method": sorted_words.value("-X", "--request") or ("HEAD" if given & {"-I", "--head"} else None),
        "headers": headers,
        "tls": {"verify": False} if given & {"-k", "--insecure"} else {},
        "follow_redirects": bool(given & {"-L", "--location"}),
    }
    expect = "status < 400" if given & {"-f", "--fail"} else "connected"
    return _web(sorted_words.rest[0], settings, expect)


def _wget(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(
        words,
        "-q --quiet --spider -nv --no-verbose -S --server-response --no-check-certificate",
        "-O --output-document -T --timeout -t --tries --header -U --user-agent -Y",
    )
    if sorted_words is None or len(sorted_words.rest) != 1:
        return None
    settings: Tree = {
        "method": "HEAD" if "--spider" in sorted_words.switches else None,
        "tls": {"verify": False} if "--no-check-certificate" in sorted_words.switches else {},
    }
    return _web(sorted_words.rest[0], settings, "status < 400")


def _web(url: str, settings: Tree, expect: str) -> Sight | None:
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "http", url
    authority = _AUTHORITY.match(rest)
    if scheme not in DEFAULT_PORTS or authority is None:
        return None
    path = rest[authority.end() :]
    said = {key: value for key, value in settings.items() if value not in (None, {})}
    return Sight(
        authority["host"],
        authority["port"] or str(DEFAULT_PORTS[scheme]),
        lambda address: {"http": {"url": f"{scheme}://{address}{path}", **said}},
        (expect,),
    )


def _open_port(host: str, port: str) -> Sight:
    return Sight(host, port, lambda address: {"tcp": {"address": address}})


def _nc(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(words, "-z -v -vz -n", "-w")
    if sorted_words is None or "-z" not in sorted_words.switches:
        return None
    match sorted_words.rest:
        case [host, port] if _PORT.fullmatch(port):
            return _open_port(host, port)
    return None


def _server(
    default_port: str, switches: str = "", valued: str = ""
) -> Callable[[Sequence[str]], Sight | None]:
    """Make the recogniser of a client that asks whether its server is there: that it listens is what we can see."""

    def recogniser(words: Sequence[str]) -> Sight | None:
        sorted_words = _sort(words, switches, f"-h --host -p -P --port {valued}")
        if sorted_words is None:
            return None
        host = sorted_words.value("-h", "--host", default="localhost")
        return _open_port(host, sorted_words.value("-P", "-p", "--port", default=default_port))

    return recogniser


def _mysqladmin(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(
        [word for word in words if not word.startswith("-p")],
        "--silent -s",
        "-h --host -P --port -u --user --password",
    )
    if sorted_words is None or sorted_words.rest != ["ping"]:
        return None
    return _open_port(
        sorted_words.value("-h", "--host", default="localhost"),
        sorted_words.value("-P", "--port", default="3306"),
    )


def _redis(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(words, "--raw --no-auth-warning", "-h -p -a --pass --user -n")
    if sorted_words is None or [word.lower() for word in sorted_words.rest] != ["ping"]:
        return None
    password = sorted_words.value("-a", "--pass")
    more = {"password": password} if password else {}
    return Sight(
        sorted_words.value("-h", default="localhost"),
        sorted_words.value("-p", default="6379"),
        lambda address: {"redis": {"address": address, **more}},
        ('reply == "PONG"',),
    )


def _grpc(words: Sequence[str]) -> Sight | None:
    sorted_words = _sort(words, "", "-addr --addr -service --service -connect-timeout -rpc-timeout")
    if sorted_words is None or sorted_words.rest:
        return None
    host, _, port = sorted_words.value("-addr", "--addr").rpartition(":")
    service = sorted_words.value("-service", "--service")
    more = {"service": service} if service else {}
    return Sight(host, port, lambda address: {"grpc": {"address": address, **more}}, ('status == "SERVING"',))


_COMMANDS: Final[Mapping[str, Callable[[Sequence[str]], Sight | None]]] = {
    "curl": _curl,
    "wget": _wget,
    "nc": _nc,
    "pg_isready": _server("5432", "-q --quiet", "-U --username -d --dbname -t --timeout"),
    "mysqladmin": _mysqladmin,
    "redis-cli": _redis,
    "valkey-cli": _redis,
    "grpc_health_probe": _grpc,
}
