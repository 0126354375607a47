"""W3C extended log files: IIS, Blue Coat and other proxies, Windows Firewall.

The format: https://www.w3.org/TR/WD-logfile.html; IIS:
https://learn.microsoft.com/windows/win32/http/w3c-logging; the firewall's:
https://learn.microsoft.com/windows/security/operating-system-security/network-security/windows-firewall/.
Times are UTC, but for the firewall's, which are local and have no zone. IIS writes `+` for the
blanks of a user agent; the fields of that name in Sigma have blanks, the original keeps its signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sigmapack.events.fields import ShapeError
from sigmapack.events.logs.lines import Values
from sigmapack.events.logs.times import Latest
from sigmapack.events.logs.web import request

DIRECTIVE = re.compile(
    r"#(Version|Fields|Software|Start-Date|End-Date|Date|Remark|Time Format): ?(.*)"
)
WORD = re.compile(r'"((?:[^"]|"")*+)"|(\S+)')
#: The names of the format -> those of Sigma's taxonomy.
NAMES = {
    "cs(user-agent)": "c-useragent",
    "c-agent": "c-useragent",
    "cs(referer)": "cs-referrer",
    "cs(cookie)": "cs-cookie",
    "cs(host)": "cs-host",
    "cs-uri": "c-uri",
    "cs-uri-path": "c-uri-stem",
    "c-ip": "src_ip",
    "src-ip": "src_ip",
    "src-port": "src_port",
    "dst-ip": "dst_ip",
    "dst-port": "dst_port",
    "r-ip": "dst_ip",
    "s-supplier-ip": "dst_ip",
    "r-host": "r-dns",
    "s-supplier-name": "r-dns",
}
#: Only proxies have these.
OF_PROXIES = frozenset(
    """r-ip r-host r-dns r-supplier-dns s-supplier-name s-supplier-ip s-action s-hierarchy
    cs-uri-scheme c-agent cs-categories x-bluecoat-application-name""".split()  # noqa: SIM905
)
NO_FIELDS = "a line before the #Fields line that names its values: give the log from its beginning"
WRONG_COUNT = "{} values for {} fields, the line was cut off: fetch the log again"


class W3C:
    """A log with its header, which may change in the middle of a file."""

    def __init__(self, lines: Sequence[str] = (), latest: Latest | None = None) -> None:
        self.names: list[str] = []
        self.day = self.software = ""
        self.begun = False
        self.category = ""

    def header(self, line: str) -> bool:
        if not line.startswith("#"):
            return False
        if not (found := DIRECTIVE.match(line)):
            return self.begun
        self.begun = True
        name, text = found.groups()
        if name == "Fields":
            self.names = text.split()
            self.category = self._category()
        elif name == "Software":
            self.software = text
        elif name == "Date":
            self.day = text.strip('"')[:10]
        return True

    def _category(self) -> str:
        names = {name.lower() for name in self.names}
        if {"src-ip", "dst-ip"} <= names:
            return "firewall"
        microsoft = self.software.startswith(("Microsoft Internet Inf", "Microsoft HTTP API"))
        proxy = not microsoft and (names & OF_PROXIES or {"cs-uri", "sc-status"} <= names)
        return "proxy" if proxy else "webserver"

    def value(self, line: str) -> Values | None:
        if not self.begun:
            return None
        if not self.names:
            raise ShapeError(NO_FIELDS)
        values = _quoted(line) if '"' in line else line.split()
        if len(values) != len(self.names) and "\t" in line:
            values = line.split("\t")
        if len(values) != len(self.names):
            raise ShapeError(WRONG_COUNT.format(len(values), len(self.names)))
        fields: Values = {}
        for name, value in zip(self.names, values, strict=True):
            if value not in ("-", ""):
                fields[name] = value
                fields.setdefault(NAMES.get(name.lower(), name), value)
        return self._record(fields)

    def _record(self, fields: Values) -> Values:
        day, time = fields.pop("date", self.day), fields.pop("time", "")
        fields["timestamp"] = f"{day} {time}" if day and time else fields.get("timestamp")
        agent = fields.get("c-useragent", "")
        if "+" in agent and " " not in agent:
            fields["c-useragent"] = agent.replace("+", " ")
        if self.category == "firewall":
            return {"logsource": {"category": "firewall"}, **fields}
        return request(self.category, fields)


def _quoted(line: str) -> list[str]:
    """The values of a line, of which some are quoted; inside of quotes `""` is a quote."""
    found = WORD.findall(line)
    return [word or text.replace('""', '"') for text, word in found]
