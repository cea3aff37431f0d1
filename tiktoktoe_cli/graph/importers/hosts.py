"""The hosts that a text names: precise rather than complete, since a guess that is wrong costs more than one not made.

http://quote:8080, postgres://user:word@db/x, PLAINTEXT://kafka:9092     the host of an address
redis:6379, tcp(db:3306), 1@kafka:9093                                   a host and its port
REDIS_HOST=redis, --db-host db, Host=db;Port=5432                        a word, where a name says that it is a host
nc -z db 5432                                                            what a program that waits is told
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.importing.compose.variables import HOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HOST: Final = r"[A-Za-z0-9][\w.-]*"
_AUTHORITY: Final = re.compile(r"://([^/?#\s\"'<>|\\]+)")
_NAMED: Final = re.compile(rf"({_HOST})(?::(?:\d{{1,5}}|{HOLE}))?", re.ASCII)
_WITH_PORT: Final = re.compile(
    rf"(?<![\w.:/%$-])(?<!{HOLE})({_HOST}):(\d{{1,5}}|{HOLE})(?![\w.:-])", re.ASCII
)
_PAIR: Final = re.compile(r"(?<![\w.-])([\w.-]+)\s?=\s?([^;,&\s\"']+)", re.ASCII)
_WAITED_FOR: Final = re.compile(
    rf"\b(?:nc|nslookup|ping|getent\s+hosts)(?:\s+-\S{{1,40}}(?:\s+\d{{1,6}})?){{0,8}}\s+({_HOST})|\s(?:-h|--host)[\s=]\s*({_HOST})",
    re.ASCII,
)
_SAYS_HOST: Final = re.compile(
    r"(?:host(?:name)?s?|addr(?:s|ess|esses)?|servers?|brokers|seeds|nodes|peers|endpoints?|ur[il]s?|upstreams?)"
    r"[_.-]?\d{0,3}\Z",
    re.ASCII | re.IGNORECASE,
)
_SAYS_ELSE: Final = re.compile(
    r"(?:\A|[_.-])(?:(?:cors|origins?|allowed|trusted|redirect|callback|advertised|virtual|letsencrypt|no_proxy)"
    r"(?:[_.-]|\Z)|(?:image|tag|version)\Z)",
    re.ASCII | re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    rf"(?!(?:localhost|127\.[\d.]*|0\.0\.0\.0|true|false|yes|no|on|off|none|null)\.?\Z)"
    rf"(?=(?:\d+\.){{3}}\d+\Z|.*[a-z]){_HOST}",
    re.ASCII | re.IGNORECASE,
)
_SEPARATORS: Final = re.compile(r"[,;\s]+")
_LOWEST_PORT: Final = 80  # below it, a number behind a word is rather a version or a weight


def hosts_in(name: str, text: str) -> Iterator[str]:
    """Yield the hosts that a variable, an option or an argument (without a name) holds."""
    if _SAYS_ELSE.search(name):
        return
    says_host = _SAYS_HOST.search(name) is not None
    for authority in _AUTHORITY.findall(text):
        for part in authority.rpartition("@")[2].split(","):
            if match := _NAMED.fullmatch(part):
                yield match[1]
    for host, port in _WITH_PORT.findall(text):
        if says_host or port == HOLE or int(port) >= _LOWEST_PORT:
            yield host
    if says_host:
        yield from _SEPARATORS.split(text)
    for key, value in _PAIR.findall(text):
        if _SAYS_HOST.search(key) and not _SAYS_ELSE.search(key):
            yield value


def is_elsewhere(host: str) -> bool:
    """Tell whether what was taken for a host could be one, and not the one on which it is said."""
    return _ELSEWHERE.fullmatch(host) is not None


def hosts_in_arguments(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the hosts that a command line names: in options, as arguments, or for a program that waits for them."""
    names = ["", *arguments]
    for before, argument in zip(names, arguments, strict=False):
        option = before.lstrip("-") if before.startswith("-") and "=" not in before else ""
        yield from hosts_in(option, argument)
    for match in _WAITED_FOR.finditer(" ".join(arguments)):
        yield match[1] or match[2]
