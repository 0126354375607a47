"""URLs as proxies log them: of a campaign's host, and such as only name it."""

from __future__ import annotations

HOST = "bad.example.com"
PATH = "/v2/storage.php"
_BEFORE = ("", "http://", "https://", "HTTPS://", "https://user@", "user:word@")
_HOSTS = (HOST, f"www.{HOST}", f"a.b.{HOST}", HOST.upper(), f"{HOST}.")
_AFTER = ("", "/", ":443", ":8443/x", "/x?y=z", "?y=z", "#part", f":443{PATH}", f"{PATH}?id=1")
#: URLs on the host.
HITS = [before + host + after for before in _BEFORE for host in _HOSTS for after in _AFTER]
_ELSEWHERE = (
    "my{}",
    "{}.evil.test",
    "{}..",
    "{}x",
    "evil.test/{}",
    "evil.test/x.{}/",
    "evil.test/domain/www.{}/whois",
    "evil.test?u={}",
    "evil.test/?u=https://www.{}/",
    "evil.test#www.{}",
    "{}:443@evil.test/",
    "www.{}@evil.test",
    "xbad.example.com:443",
    "example.com/" + HOST,
)
#: URLs elsewhere that name it.
MISSES = [
    *(start + text.format(HOST) for start in ("", "http://", "https://") for text in _ELSEWHERE),
    f"evil.test/https://{HOST}/",
    f"/{HOST}/",
    f"://{HOST}/",
    "-",
    "",
]


def of(path: str) -> list[str]:
    """Those of the hits that are of a path, with or without a query."""
    return [url for url in HITS if url.lower().partition("?")[0].endswith(path)]
