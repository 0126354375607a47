"""What is read: rules, lookups, waivers, log sources. Frozen: every step makes new data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sigmapack.content.copying import copied
from sigmapack.content.logsources import LogSource, Sources
from sigmapack.content.moments import Blocking, Moment, Notice
from sigmapack.content.stages import Stage
from sigmapack.content.text import one_line
from sigmapack.content.words import ENGLISH, Words

__all__ = [
    "Content",
    "LogSource",
    "Lookup",
    "Place",
    "Playbook",
    "Problem",
    "Refused",
    "Row",
    "Rule",
    "Sources",
    "Waiver",
]

#: Where something stands in a YAML document: keys and list positions from the root.
Place = tuple[str | int, ...]

#: The tag of rules that are for hunting (Sigma specification, tags appendix, namespace detection).
HUNTING = "detection.threat-hunting"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, with its place; `str()` gives `path:line: code: message`.

    `unreadable` is set when the input could not be read at all (exit code 2 instead of 1).
    """

    path: str
    line: int
    code: str
    message: str
    unreadable: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}: {self.message}"


@dataclass(frozen=True)
class Rule:
    """One Sigma document. `document` is never changed: `copy()` gives one that may be."""

    path: str
    document: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict, repr=False, compare=False)
    findings: Mapping[str, Rule] = field(default_factory=dict, repr=False, compare=False)
    """For a correlation: the findings among the rules that it refers to, as it names them."""
    origin: str = ""
    """The id in the pack of a rule that has one of a client's own."""
    every: int = 0
    """Minutes between runs that a client asks for; 0 for those of the rule's level."""
    english: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What of the document was translated, as it was before; empty where nothing was."""

    @property
    def stem(self) -> str:
        return Path(self.path).stem

    @property
    def id(self) -> str:
        return str(self.document.get("id", ""))

    @property
    def title(self) -> str:
        """The title as one line: it stands in comments, and names what products import."""
        return one_line(str(self.document.get("title", "")))

    @property
    def called(self) -> str:
        """The title in English: what a product knows the rule by, in whatever language."""
        return one_line(str(self.english.get("title") or self.title))

    @property
    def name(self) -> str:
        """How correlations refer to the rule; the file's stem where the rule has no name."""
        return str(self.document.get("name") or self.stem)

    @property
    def level(self) -> str:
        return str(self.document.get("level", "informational"))

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(str(tag) for tag in self.document.get("tags") or ())

    @property
    def response(self) -> str:
        """The name of the rule's playbook in `response.toml`, an attribute of our own."""
        return str(self.document.get("response", ""))

    @property
    def alerts(self) -> bool:
        """Whether somebody has to look at a hit: it is neither for hunting nor informational."""
        return not self.is_hunting and self.level != "informational"

    @property
    def is_hunting(self) -> bool:
        """Whether it is for hunting only: weak evidence that should not alert by itself."""
        return HUNTING in self.tags

    @property
    def is_correlation(self) -> bool:
        return "correlation" in self.document

    @property
    def is_finding(self) -> bool:
        """Whether it says once what its rules say: one event of any of them is enough for it."""
        correlation = self.document.get("correlation") or {}
        found = correlation.get("type"), correlation.get("condition")
        return found in (("event_count", {"gte": 1}), ("event_count", {"gt": 0}))

    @property
    def is_base(self) -> bool:
        """Whether it is a finding only for correlations to refer to, with no query of its own."""
        return self.is_finding and not self.alerts

    @property
    def logsource(self) -> LogSource:
        source = self.document.get("logsource") or {}
        return LogSource(source.get("product"), source.get("category"), source.get("service"))

    def line(self, *place: str | int) -> int:
        """The line (1-based) of a place in the document, or of its nearest known parent."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return self.lines.get((), 1)

    def copy(self) -> dict[str, Any]:
        return {key: copied(value) for key, value in self.document.items()}

    def with_document(self, document: Mapping[str, Any]) -> Rule:
        return replace(self, document=document)


class Row(NamedTuple):
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Lookup:
    """A CSV table of `lookups/`: the first column is the value, the rest what is known of it."""

    name: str
    path: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def key(self) -> str:
        return self.columns[0]

    def values(self, column: str | None = None) -> tuple[str, ...]:
        """The distinct values of a column (the first, unless named), in file order."""
        return tuple(dict.fromkeys(row.values[column or self.key] for row in self.rows))


@dataclass(frozen=True)
class Waiver:
    """A declared exception of `waivers.toml`: an outcome but `ok`, or a validator not applied."""

    subject: str
    scope: str
    outcome: str
    reason: str
    line: int

    def excludes(self, rule: Rule, validator: str) -> bool:
        """Whether it excludes a rule from a validator."""
        return self.scope == validator and fnmatchcase(rule.name, self.subject)


@dataclass(frozen=True)
class Playbook:
    """What to do on a hit, from `response.toml`; texts carry the contact already."""

    name: str
    title: str
    check: tuple[str, ...]
    contain: tuple[str, ...]
    tell: str


@dataclass(frozen=True)
class Content:
    """All that was read: rules, lookups, waivers, log sources, and what was wrong on the way."""

    root: Path
    rules_dir: Path
    rules: tuple[Rule, ...]
    lookups: Mapping[str, Lookup]
    waivers: tuple[Waiver, ...]
    sources: Sources
    problems: tuple[Problem, ...]
    own: bool
    """Whether this is the pack's own content, to which the house rules (events, tags, …) apply."""
    stages: tuple[Stage, ...] = ()
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    attack: Mapping[str, Any] = field(default_factory=dict)
    """`attack.toml`: version, tactics, techniques."""
    never: Mapping[str, Any] = field(default_factory=dict)
    """`lookups/never.toml`: vendor_domains, false_indicators."""
    contact: str = ""
    """Whom playbooks name to report to."""
    moments: tuple[Moment, ...] = ()
    """What happened, in the order of time."""
    guides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The steps by which a product takes its package, by its name."""
    notices: Mapping[str, Notice] = field(default_factory=dict)
    """Notices of one page, by whom they are for."""
    blocking: Blocking = field(default_factory=Blocking)
    """Since when entries of blocking lists are known, and what became of them."""
    words: Words = ENGLISH
    """What the package itself says, in the language of the reader."""

    @property
    def detections(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not rule.is_correlation)

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """Rules by each of the two names a correlation may use: `name` and `id`."""
        return {key: rule for rule in self.rules for key in (rule.id, rule.name) if key}

    @property
    def zones(self) -> tuple[str, ...]:
        """What the tables of zones list: names that a vendor owns, with all below them."""
        return tuple(zone for t in self.lookups.values() if t.key == "zone" for zone in t.values())


class Refused(Exception):
    """Raised by a target that cannot express a rule; the text is the reason shown to users."""
