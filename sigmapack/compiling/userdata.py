"""Logs of Windows whose events have their fields as elements of `UserData`.

Most providers write `<EventData><Data Name="FilePath">…</Data></EventData>`, AppLocker
`<UserData><RuleAndFileData><FilePath>…</FilePath></RuleAndFileData></UserData>`
(https://learn.microsoft.com/windows/win32/wes/eventschema-userdatatype-eventtype-complextype).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from sigmapack.content.model import Refused, Rule

#: (field, its modifiers, a value) -> the pieces of text of which one has to be there.
Writing = Callable[[str, list[str], str], list[str]]

SERVICES = frozenset({"applocker"})
#: What stands in `<System>`, and so is a field of its own.
SYSTEM = frozenset({"Channel", "Computer", "EventID", "Provider_Name"})


def holds(rule: Rule) -> bool:
    """Whether a rule's events have their fields there."""
    return rule.logsource.product == "windows" and rule.logsource.service in SERVICES


def as_xml(rule: Rule, field: str) -> Rule:
    """The rule with its fields asked for in one field that holds the XML.

    The end of a value is that of its element. Its beginning is the element's, too, but a value in
    the middle may as well be that of a later element.

    Raises:
        Refused: a comparison other than that of texts.
    """
    return _changed(rule, field, lambda *asked: [_element(*asked)])


def as_text(rule: Rule, field: str) -> Rule:
    """The rule with its values asked for anywhere in a field that holds the event's whole text.

    The text may be XML, or JSON, which writes a backslash twice.
    """

    def written(name: str, modifiers: list[str], value: str) -> list[str]:
        return [value, value.replace("\\", "\\" * 4)] if "\\" in value else [value]

    return _changed(rule, field, written)


def _changed(rule: Rule, field: str, written: Writing) -> Rule:
    document = rule.copy()
    document["detection"] = {
        name: part if name == "condition" else _selection(part, field, written)
        for name, part in document["detection"].items()
    }
    return rule.with_document(document)


def _selection(part: Any, field: str, written: Writing) -> Any:
    if isinstance(part, list):
        return [_selection(one, field, written) for one in part]
    if not isinstance(part, dict):
        return part
    found = {}
    for key, value in part.items():
        name, *modifiers = str(key).split("|")
        if name in SYSTEM:
            found[key] = value
            continue
        listed = value if isinstance(value, list) else [value]
        values = [text for one in listed for text in written(name, modifiers, str(one))]
        if f"{field}|contains" in found:
            raise Refused(f"two fields of {field} in one selection")
        found[f"{field}|contains"] = values
    return found


def _element(name: str, modifiers: list[str], value: str) -> str:
    """A piece of the XML that has an element with a value."""
    before, after = f"<{name}>", f"</{name}>"
    text = escape(value)
    if modifiers == ["endswith"]:
        return f"{text}{after}"
    if modifiers == ["startswith"]:
        return f"{before}{text}"
    if modifiers == ["contains"]:
        return f"{before}*{text}"
    if modifiers:
        raise Refused(f"{name} with {', '.join(modifiers)} cannot be looked for in XML")
    return f"{before}{text}{after}"
