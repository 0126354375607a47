"""What Sysmon logs by a configuration: its rules for filters, in our own words.

After https://github.com/Sysinternals/SysmonCommon, rules.c: FilterEventRules (sets and defaults),
MatchFilterGroup and CombineGroupDone (and, or), MatchFilterOnSpecificRule (conditions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree import ElementTree

from tests.collection.sysmon.manifest import LOGGED, SCHEMAS

Fields = Mapping[str, str]
SEPARATOR = ";"


def _image(value: str, text: str) -> bool:
    return (value if "\\" in text else value.rpartition("\\")[2]) == text


#: Condition -> whether a field's value fulfils it, both in lower case.
CONDITIONS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda value, text: value == text,
    "is any": lambda value, text: value in text.split(SEPARATOR),
    "contains": lambda value, text: text in value,
    "contains any": lambda value, text: any(part in value for part in text.split(SEPARATOR)),
    "contains all": lambda value, text: all(part in value for part in text.split(SEPARATOR)),
    "begin with": lambda value, text: value.startswith(text),
    "end with": lambda value, text: value.endswith(text),
    "image": _image,
    "less than": lambda value, text: value < text,
    "more than": lambda value, text: value > text,
}
#: What is true where another is not.
OPPOSITES = {
    "is not": "is",
    "excludes": "contains",
    "excludes any": "contains any",
    "excludes all": "contains all",
    "not begin with": "begin with",
    "not end with": "end with",
}


def logged(configuration: ElementTree.Element, number: int, fields: Fields) -> bool:
    """Whether Sysmon writes an event.

    Args:
        configuration: the root of a configuration.
        number: the event's id.
        fields: the event's data by Sysmon's names.
    """
    tag = SCHEMAS[configuration.attrib["schemaversion"]][number][0]
    sets = [
        (relation, found)
        for relation, parent in _groups(configuration)
        for found in parent.findall(tag)
    ]
    if not sets:
        return tag in LOGGED
    # Sets that exclude come first. The first that matches decides: an event that an including set
    # matches is logged, and one that an excluding set matches is not.
    for relation, found in sorted(sets, key=lambda pair: pair[1].attrib["onmatch"] != "exclude"):
        if _set_matches(found, relation, number, fields):
            return found.attrib["onmatch"] == "include"
    # Without a match one set alone leaves the rest as it says; several leave nothing.
    return len(sets) == 1 and sets[0][1].attrib["onmatch"] == "exclude"


def _groups(root: ElementTree.Element) -> list[tuple[str, ElementTree.Element]]:
    (filtering,) = root.findall("EventFiltering")
    groups = filtering.findall("RuleGroup")
    return [("and", filtering), *((group.attrib["groupRelation"], group) for group in groups)]


def _set_matches(found: ElementTree.Element, relation: str, number: int, fields: Fields) -> bool:
    """A set without filters matches nothing. With "and", filters of one field are alternatives."""
    if not len(found):
        return False
    if relation == "or":
        return any(_matches(child, number, fields) for child in found)
    names = {child.tag for child in found if child.tag != "Rule"}
    rules = [child for child in found if child.tag == "Rule"]
    return all(
        any(_matches(child, number, fields) for child in found.findall(name)) for name in names
    ) and all(_matches(rule, number, fields) for rule in rules)


def _matches(element: ElementTree.Element, number: int, fields: Fields) -> bool:
    if element.tag == "Rule":
        together = all if element.attrib["groupRelation"] == "and" else any
        return together(_matches(child, number, fields) for child in element)
    if element.tag not in fields:
        return False  # a field that this event does not have
    condition = element.attrib.get("condition", "is")
    value, text = fields[element.tag].lower(), (element.text or "").lower()
    if condition in OPPOSITES:
        return not CONDITIONS[OPPOSITES[condition]](value, text)
    return CONDITIONS[condition](value, text)
