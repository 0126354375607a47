"""The Splunk app: every search as a disabled saved search, with its macros, lookups and dashboard.

Files and limits: https://docs.splunk.com/Documentation/Splunk/latest/Admin/Savedsearchesconf and
the pages beside it; Enterprise Security's actions:
https://dev.splunk.com/enterprise/docs/devtools/enterprisesecurity.
The archive has fixed times, owners and modes, so that two builds give the same bytes.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from sigmapack import __version__
from sigmapack.compiling.product import Artifact, Query, each, gathered, once
from sigmapack.content.model import Content, Sources
from sigmapack.targets.splunk.searches import APP, setting, stanza

LABEL = "3CX Detection Pack"
ABOUT = "Detections for the 3CX supply-chain compromise (CVE-2023-29059)"
#: 1980-01-01, the first time that every archive format can hold.
EPOCH = 315532800


def conf(title: str, stanzas: Mapping[str, Mapping[str, str]]) -> bytes:
    """A .conf file."""
    parts = [
        "\n".join([f"[{name}]", *(setting(key, value) for key, value in values.items())])
        for name, values in stanzas.items()
    ]
    return (f"# {title}\n\n" + "\n\n".join(parts) + "\n").encode()


def files(
    content: Content, queries: Sequence[Query], settings: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The app's files by path: `settings` are macros.conf, transforms.conf and lookups/*.csv.

    Raises:
        Refusals: two searches have one name (Splunk would make one of both), or a name is too long.
    """
    told = gathered(content, queries)
    own, label = content.sources.own(APP), content.sources.own(LABEL, " - ")
    named = once(queries, "a saved search of Splunk")
    stanzas = sorted(each(queries, lambda q: (named(q), stanza(content, q, told))[1]))
    app = {
        "install": {"is_configured": "0"},
        "ui": {"is_visible": "1", "label": label},
        "launcher": {
            "author": "3CX Detection Pack Maintainers",
            "description": ABOUT,
            "version": __version__,
        },
        "package": {"id": own, "check_for_updates": "0"},
        "id": {"name": own, "version": __version__},
    }
    found = {
        "README.md": README.format(label=label, prefix=content.sources.own("")).encode(),
        "default/app.conf": conf(label, app),
        "default/savedsearches.conf": (HEAD + "\n\n".join(stanzas) + "\n").encode(),
        "default/data/ui/nav/default.xml": NAV.encode(),
        "default/data/ui/views/threecx_overview.xml": view(content.sources).encode(),
        "metadata/default.meta": META.encode(),
    }
    for path, data in settings.items():
        found[path if path.startswith("lookups/") else f"default/{path}"] = data
    return found


def archive(found: Mapping[str, bytes], own: str = APP) -> bytes:
    """A .tgz of the app: folders 755, files 644, sorted, with fixed times; `own` is its id."""
    folders = {own}
    for path in found:
        parts = f"{own}/{path}".split("/")[:-1]
        folders.update("/".join(parts[:n]) for n in range(1, len(parts) + 1))
    entries: list[tuple[str, bytes | None]] = [(folder, None) for folder in folders]
    entries += [(f"{own}/{path}", data) for path, data in found.items()]
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, data in sorted(entries, key=lambda entry: entry[0]):
            info = tarfile.TarInfo(path)
            info.mtime = EPOCH
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.mode = 0o755 if data is None else 0o644
            info.size = len(data or b"")
            tar.addfile(info, None if data is None else io.BytesIO(data))
    return stored(raw.getvalue())


def stored(data: bytes) -> bytes:
    """A gzip file (RFC 1952) of stored blocks: what zlib compresses to differs by its version."""
    blocks = [data[start : start + 65535] for start in range(0, len(data), 65535)] or [b""]
    out = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff"]
    for number, block in enumerate(blocks, 1):
        last = number == len(blocks)
        out.append(struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block)
    return b"".join([*out, struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)])


def package(content: Content, queries: Sequence[Query], settings: Mapping[str, bytes]) -> Artifact:
    """The app as an archive, to be installed by "Install app from file"."""
    own = content.sources.own(APP)
    found = archive(files(content, queries, settings), own)
    return Artifact(f"{own}-{__version__}.tgz", found)


HEAD = """\
# Searches of the 3CX detection pack, all disabled: enable those whose logs you have.
# The level gives the schedule; every search looks back further than its interval, and is silent on
# the host of an alert for longer than it looks back. Searches of single events look at what was
# indexed since then, if it is not older than a day. Those of which a finding tells have no
# schedule.

"""
META = """\
[]
access = read : [ * ], write : [ admin, sc_admin ]
export = system
"""
NAV = """\
<nav>
  <view name="threecx_overview" default="true"/>
  <view name="search"/>
  <view name="reports"/>
  <view name="alerts"/>
</nav>
"""
README = f"""\
# {{label}}

{ABOUT}.

1. Install the archive (Apps, Manage Apps, Install app from file).
2. Set your indexes and source types in the macros `{{prefix}}logsource_*` (Settings, Advanced
   search, Search macros): one place for all searches.
3. Enable the searches whose logs you have (Settings, Searches, reports, and alerts). To see that
   it works, run one of them over a time in which its logs are there: it must end without an
   error. The dashboard shows hits by rule, host and domain.

Each result alerts by itself and names the machine: `dest` is where something happened, `src` is who
asked or connected. An alert is then silent for that machine, until what it found is out of sight
and for a week at least (`alert.suppress.period`). What several logs say of one machine is one
finding, and one search: the searches of the single logs have no schedule. Give one a schedule if
you want it by itself. Searches of single events go by the time of indexing, so that events that
come up to a day late are found; correlations go by the time of events.

With Enterprise Security, annotated with ATT&CK techniques: evidence of level critical or high
makes a notable event and adds to the machine's risk, medium and low only add to the risk, and a
correlation makes a notable event only, since its members have counted. Searches for hunting and for
information have no schedule and do neither. Without Enterprise Security these actions do nothing.
"""


def view(sources: Sources) -> str:
    """The dashboard: hits by rule, by host and by domain."""
    label = sources.own(LABEL, " - ")
    scheduled = (
        f"index=_internal sourcetype=scheduler app={sources.own(APP)} result_count&gt;0 "
        "| stats sum(result_count) as hits latest(_time) as last by savedsearch_name "
        "| convert ctime(last) | sort - hits"
    )
    lookups = (
        f"[| inputlookup {sources.own('ioc_domains')} | rename pattern AS {{0}} | fields {{0}}]"
    )
    named = escape(
        f"(`{sources.own('logsource_sysmon')}` EventCode=22 "
        + lookups.format("QueryName")
        + f") OR (`{sources.own('logsource_resolver')}` "
        + lookups.format("query")
        + f") OR (`{sources.own('logsource_proxy')}` "
        + lookups.format("url_domain")
        + ") | eval domain=lower(coalesce(QueryName, query, url_domain)), "
        "client=coalesce(Computer, src, host)"
    )
    panels = [
        ("Hits of enabled searches", scheduled),
        ("Hosts that touched campaign domains", f"{named} | stats count by client | sort - count"),
        ("Campaign domains touched", f"{named} | stats count by domain | sort - count"),
    ]
    rows = "".join(
        f"  <row>\n    <panel>\n      <title>{title}</title>\n      <table>\n        <search>\n"
        f"          <query>{search}</query>\n          <earliest>$when.earliest$</earliest>\n"
        "          <latest>$when.latest$</latest>\n        </search>\n"
        '        <option name="count">20</option>\n      </table>\n    </panel>\n  </row>\n'
        for title, search in panels
    )
    return (
        f'<form version="1.1" theme="light">\n  <label>{label}</label>\n'
        '  <fieldset submitButton="false">\n    <input type="time" token="when">\n'
        "      <label>Time</label>\n      <default>\n        <earliest>-7d@d</earliest>\n"
        "        <latest>now</latest>\n      </default>\n    </input>\n  </fieldset>\n"
        f"{rows}</form>\n"
    )
