"""Events as the Beats send them to OpenSearch: ECS documents, most strings keyword.

Windows event logs are Winlogbeat's and Zeek, proxies and firewalls Filebeat's, as Elastic's
integrations have them too (`ecs`). What differs: Packetbeat's own `event.dataset` is `dns`; files
and Linux processes come from Auditbeat's modules file_integrity and auditd
(www.elastic.co/docs/reference/beats/auditbeat/exported-fields); nobody sends network connections
of macOS or Linux, macOS processes or Windows files without Sysmon. Elastic Defend and its alerts
do not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.events.read import Event
from tests.shapes import ecs


def documents(event: Event) -> list[ecs.Document]:
    """The documents of an event; none where no Beat sends it."""
    found = ecs.documents(event, MAKERS)
    if event.logsource[0].key == "windows/ps_script":  # no pipeline takes the script out
        return [_whole(event, document) for document in found]
    return found


def _whole(event: Event, document: ecs.Document) -> ecs.Document:
    """A document with the event's own data where Winlogbeat leaves them."""
    kept = {k: v for k, v in document.items() if not k.startswith(("powershell.", "file."))}
    names = ("MessageNumber", "MessageTotal", "ScriptBlockText", "ScriptBlockId", "Path")
    data = {f"winlog.event_data.{name}": event.fields.get(name) for name in names}
    return {**kept, **{name: value for name, value in data.items() if value}}


def mapping() -> dict[str, Any]:
    """As the OSS Beats map it: for `wildcard` a keyword, which holds at most 1024 characters.

    github.com/elastic/beats, libbeat/template/processor.go: `ElasticLicensed`.
    """
    found: dict[str, Any] = without_wildcard(
        ecs.mapping(), {"type": "keyword", "ignore_above": 1024}
    )
    return found


def elastic_mapping() -> dict[str, Any]:
    """ECS types, but for `wildcard` a keyword of any length.

    OpenSearch 2.19 holds an expression of `query_string` against the trigrams of a wildcard field,
    not against its value, as Elasticsearch did before 7.9.1
    (github.com/elastic/elasticsearch/pull/60959).
    """
    found: dict[str, Any] = without_wildcard(ecs.mapping())
    return found


KEYWORD: Mapping[str, Any] = {"type": "keyword"}


def without_wildcard(node: Any, instead: Mapping[str, Any] = KEYWORD) -> Any:
    """A mapping with keyword, of any length where not told otherwise, in place of wildcard."""
    if not isinstance(node, dict):
        return [without_wildcard(n, instead) for n in node] if isinstance(node, list) else node
    if node.get("type") == "wildcard":
        node = {**node, **instead}
    return {name: without_wildcard(inner, instead) for name, inner in node.items()}


def _nothing(fields: ecs.Fields) -> Iterator[ecs.Document]:
    return iter(())


def _resolver(fields: ecs.Fields) -> Iterator[ecs.Document]:
    for document in ecs.OTHERS["any/dns"](fields):
        yield {**document, "event.dataset": "dns", "event.type": ["connection", "protocol"]}


def _file(system: str, fields: ecs.Fields) -> ecs.Document:
    """The module file_integrity."""
    return {
        "event.module": "file_integrity",
        "event.dataset": "file",
        "event.action": ["created"],
        "event.type": ["creation"],
        "host.name": fields.get("Computer"),
        "host.os.type": system,
        "file.path": fields.get("TargetFilename"),
        "process.executable": fields.get("Image"),
        **ecs.hashes(fields, "file"),
    }


def _mac_file(fields: ecs.Fields) -> Iterator[ecs.Document]:
    yield _file("macos", fields)


def _linux_file(fields: ecs.Fields) -> Iterator[ecs.Document]:
    yield _file("linux", fields)


def _linux_process(fields: ecs.Fields) -> Iterator[ecs.Document]:
    """The module auditd: a record of execve."""
    yield {
        "event.module": "auditd",
        "event.action": "executed",
        "event.type": ["start"],
        "host.name": fields.get("Computer"),
        "host.os.type": "linux",
        "process.executable": fields.get("Image"),
        "process.title": fields.get("CommandLine"),
        "user.name": fields.get("User"),
    }


MAKERS: ecs.Makers = {
    "any/dns": _resolver,
    "any/antivirus": _nothing,
    "linux/file_event": _linux_file,
    "linux/process_creation": _linux_process,
    "linux/network_connection": _nothing,
    "macos/file_event": _mac_file,
    "macos/file_delete": _nothing,
    "macos/network_connection": _nothing,
    "macos/process_creation": _nothing,
    "windows/file_event": _nothing,
}
