"""Windows events in the form of their XML schema, as EVTX dumpers write it in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigmapack.events.fields import (
    MAX_FIELDS,
    MAX_NAME,
    Fields,
    ShapeError,
    flatten,
    put,
    text,
    too_much,
)

SYSTEM_TEXTS = ("Version", "Level", "Task", "Opcode", "Keywords")
#: Elements of System -> their attributes, and the names that rules give those.
SYSTEM_ATTRIBUTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Execution": {
        "ProcessID": ("ProcessID", "Execution_ProcessID"),
        "ThreadID": ("ThreadID", "Execution_ThreadID"),
    },
    "Security": {"UserID": ("UserID", "Security_UserID")},
    "Provider": {"Guid": ("Provider_Guid",), "EventSourceName": ("Provider_EventSourceName",)},
    "EventID": {"Qualifiers": ("EventID_Qualifiers",)},
    "Correlation": {
        "ActivityID": ("Correlation_ActivityID",),
        "RelatedActivityID": ("Correlation_RelatedActivityID",),
    },
}


def evtx_fields(event: Mapping[str, Any]) -> Fields:
    """Fields of an event in the form of the XML schema, as EVTX dumpers write it.

    Attributes may stand under `#attributes` (evtx_dump), as `@Name` (xmltodict, python-evtx), in
    `Provider_attributes` (Chainsaw) or plainly (Velociraptor). Unnamed Data elements are joined
    with line feeds to `Data`. The schema: https://learn.microsoft.com/windows/win32/wes/eventschema-schema.

    Raises:
        ShapeError: it has no System part.
    """
    system = event.get("System")
    if not isinstance(system, dict):
        raise ShapeError("an Event without System: export the whole event, not its data alone")
    fields: Fields = {}
    for name in SYSTEM_TEXTS:
        put(fields, name, _content(system.get(name)))
    _add_attributes(system, fields)
    # Event data comes after them: of `ProcessID` and `ProcessId` a rule means the event's own.
    fields.update(_event_data(event.get("EventData")))
    for part in _elements(event.get("UserData")):
        fields.update(_event_data(part))
    for name in ("EventID", "EventRecordID", "Channel", "Computer"):
        put(fields, name, _content(system.get(name)))
    put(fields, "Provider_Name", _attribute(system, "Provider", "Name"))
    put(fields, "TimeCreated", _attribute(system, "TimeCreated", "SystemTime"))
    return fields


def _add_attributes(system: Mapping[str, Any], fields: Fields) -> None:
    for element, attributes in SYSTEM_ATTRIBUTES.items():
        node = system.get(element)
        own = node.get("#attributes") if isinstance(node, dict) else None
        if isinstance(own, dict):  # as nearly every event has them; the other ways take longer
            found = {name: text(own[name]) for name in attributes if name in own}
        elif isinstance(node, dict) or f"{element}_attributes" in system:
            found = {name: _attribute(system, element, name) for name in attributes}
        else:
            continue
        for attribute, value in found.items():
            for name in attributes[attribute]:
                put(fields, name, value)


def _content(node: Any) -> str | None:
    """The text of an XML element: itself, or beside its attributes."""
    return text(_inside(node))


def _inside(node: Any) -> Any:
    if isinstance(node, dict):
        return next((node[key] for key in ("#text", "Value") if key in node), None)
    return node


def _attribute(parent: Mapping[str, Any], element: str, name: str) -> str | None:
    node = parent.get(element)
    found = [parent.get(f"{element}_attributes")]
    if isinstance(node, dict):
        found += [node.get("#attributes"), {name: node.get(f"@{name}")}, node]
    values = (text(part.get(name)) for part in found if isinstance(part, dict))
    return next((value for value in values if value is not None), None)


def _elements(user_data: Any) -> Iterator[Any]:
    """The elements inside UserData: it holds one, named after the event, that holds the fields."""
    for name, part in user_data.items() if isinstance(user_data, dict) else ():
        if not name.startswith(("#", "@")):
            yield part if isinstance(part, dict) else {name: part}


def _event_data(data: Any) -> Fields:
    fields: Fields = {}
    unnamed: list[str] = []
    for name, node in data.items() if isinstance(data, dict) else [("Data", data)]:
        if name.startswith(("#", "@")) or name.endswith("_attributes"):
            continue
        if name == "Data":
            for item in node if isinstance(node, list) else [node]:
                _data_element(item, fields, unnamed)
        elif type(node) is str and len(name) <= MAX_NAME and not name.startswith("_"):
            put(fields, name, text(node))  # as nearly every one is
        elif isinstance(node, dict) and ("#text" in node or "#attributes" in node):
            put(fields, name, _content(node))
        else:
            fields.update(flatten({name: node}))
        if len(fields) > MAX_FIELDS:
            raise ShapeError(too_much(len(fields)))
    if unnamed:
        fields["Data"] = "\n".join(unnamed)
    return fields


def _data_element(item: Any, fields: Fields, unnamed: list[str]) -> None:
    """One Data element: named by its attribute, or one of several without a name."""
    name = _attribute({"Data": item}, "Data", "Name")
    content = _inside(item)
    if name is not None:
        fields.update(flatten({name: content}))
        if len(fields) > MAX_FIELDS:
            raise ShapeError(too_much(len(fields)))
        return
    parts = content if isinstance(content, list) else [content]
    unnamed.extend(part for part in map(text, parts) if part is not None)
