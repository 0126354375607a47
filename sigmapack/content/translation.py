"""The content in the reader's language: titles, descriptions, false positives, playbooks, stages.

A translation stands in `sigma_rules/<language>.toml`, by the name of what it translates, with a
hash of the English text (`of`): when that changes, the check asks for a new translation. Names,
ids, queries and outcomes are the same in every language.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sigmapack.content.files import shown, toml
from sigmapack.content.load import chained
from sigmapack.content.model import Content, Playbook, Problem, Rule
from sigmapack.content.roles import roles_in
from sigmapack.content.words import LANGUAGES, words

#: What is translated: a part of the file, and the name there.
Key = tuple[str, str]
#: Texts of one thing, by what they are: a title, a list of false positives, …
Texts = Mapping[str, str | tuple[str, ...]]
PARTS = ("rules", "playbooks", "stages", "moments", "imports", "notices", "fates")
RULES, PLAYBOOKS, STAGES, MOMENTS, IMPORTS, NOTICES, FATES = PARTS
CODE = "translation"
HASHED = "of"


@dataclass(frozen=True)
class Entry:
    """A translation: of which English text (its hash), the texts, and its line in the file."""

    of: str
    texts: Texts
    line: int


@dataclass(frozen=True)
class Translation:
    """All that a file translates."""

    lang: str
    path: str
    entries: Mapping[Key, Entry]


def english(content: Content) -> dict[Key, Texts]:
    """What there is to translate; an empty text needs none and is left out."""
    found: dict[Key, Texts] = {}
    for rule in content.rules:
        listed = rule.document.get("falsepositives") or []
        found[RULES, rule.name] = {
            "title": rule.title,
            "description": " ".join(str(rule.document.get("description") or "").split()),
            "falsepositives": tuple(map(str, listed if isinstance(listed, list) else [listed])),
        }
    for book in content.playbooks.values():
        tell = book.tell.replace(content.contact, "{contact}") if content.contact else book.tell
        found[PLAYBOOKS, book.name] = {
            "title": book.title,
            "check": book.check,
            "contain": book.contain,
            "tell": tell,
        }
    for stage in content.stages:
        found[STAGES, stage.id] = {"title": stage.title, "unseen": stage.unseen}
    found |= {
        (MOMENTS, each.id): {"text": each.text, "source": each.source} for each in content.moments
    }
    found |= {(NOTICES, name): vars(notice) for name, notice in content.notices.items()}
    found |= {(FATES, each.id): {"text": each.text} for each in content.blocking.fates}
    found |= {(IMPORTS, name): {"steps": steps} for name, steps in content.guides.items()}
    return {key: {k: v for k, v in texts.items() if v} for key, texts in found.items()}


def digest(texts: Texts) -> str:
    """What tells whether an English text is the one that was translated: eight hexadecimal digits.

    Args:
        texts: as `english` gives them.
    """
    text = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def file_of(folder: Path, lang: str) -> Path:
    """Where the translations of a folder of rules stand."""
    return folder / f"{lang}.toml"


def read(folder: Path, lang: str, problems: list[Problem]) -> Translation:
    """The translations of a folder of rules; what is none is added to the problems."""
    path = file_of(folder, lang)
    text, data = toml(path, problems)
    lines = _lines(text)
    entries = {}
    for part in PARTS:
        own = data.get(part, {})
        for name, entry in own.items() if isinstance(own, dict) else ():
            line = lines.get((part, name), 1)
            if made := _entry(entry, line):
                entries[part, name] = made
            else:
                message = f"[{part}.{name}] has texts, lists of texts, and `{HASHED}`, a hash"
                problems.append(Problem(shown(path), line, CODE, message))
    return Translation(lang, shown(path), entries)


def _lines(text: str) -> dict[Key, int]:
    heading = re.compile(r'\[(\w+)\."?([^"\]]+)"?\]')
    found = ((heading.match(line), n) for n, line in enumerate(text.split("\n"), 1))
    return {(match[1], match[2]): n for match, n in found if match}


def _entry(entry: Any, line: int) -> Entry | None:
    if not isinstance(entry, dict) or not isinstance(entry.get(HASHED), str):
        return None
    texts: dict[str, str | tuple[str, ...]] = {}
    for name, value in entry.items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each.strip() for each in listed):
            return None
        if name != HASHED:
            texts[name] = tuple(value) if isinstance(value, list) else value
    return Entry(entry[HASHED], texts, line)


def wrong(content: Content, translation: Translation) -> Iterator[Problem]:
    """What a translation lacks, has too many of, or has of a text that changed since."""
    texts, path = english(content), translation.path
    for (part, name), own in texts.items():
        entry = translation.entries.get((part, name))
        if entry is None:
            message = f'add [{part}.{name}] with {HASHED} = "{digest(own)}", {", ".join(own)}'
            yield Problem(path, 1, CODE, message)
        elif entry.of != digest(own):
            message = (
                f"the English text of {name} is no longer the one that was translated: see whether "
                f'the translation still says it, then write {HASHED} = "{digest(own)}"'
            )
            yield Problem(path, entry.line, CODE, message)
        elif _shape(entry.texts) != _shape(own):
            message = f"[{part}.{name}] needs as many texts as in English: {_told(_shape(own))}"
            yield Problem(path, entry.line, CODE, message)
    for (part, name), entry in translation.entries.items():
        if (part, name) not in texts:
            message = f"[{part}.{name}] translates nothing that is there: remove it"
            yield Problem(path, entry.line, CODE, message)


def _shape(texts: Texts) -> dict[str, int]:
    """How many texts there are of each: 0 for a single one."""
    return {k: len(v) if isinstance(v, tuple) else 0 for k, v in sorted(texts.items())}


def _told(shape: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" if count else name for name, count in shape.items())


def translated(content: Content, lang: str) -> Content:
    """The content in a language; what has no translation keeps its English.

    Args:
        content: in English, without problems.
        lang: one of `LANGUAGES`.

    Raises:
        ValueError: there is no such language.
    """
    found = words(content.root, lang)
    if lang == LANGUAGES[0]:
        return content
    known = texts(content.root, content.rules_dir, lang)
    return replace(
        content,
        lookups=roles_in(found.table, content.lookups),
        rules=chained(tuple(rule_in(known, rule) for rule in content.rules)),
        playbooks=playbooks_in(known, content.playbooks, content.contact),
        stages=tuple(replace(stage, **_own(known, STAGES, stage.id)) for stage in content.stages),
        moments=tuple(replace(each, **_own(known, MOMENTS, each.id)) for each in content.moments),
        guides={
            name: _own(known, IMPORTS, name).get("steps", steps)
            for name, steps in content.guides.items()
        },
        notices={
            name: replace(notice, **_own(known, NOTICES, name))
            for name, notice in content.notices.items()
        },
        blocking=replace(
            content.blocking,
            fates=tuple(
                replace(each, **_own(known, FATES, each.id)) for each in content.blocking.fates
            ),
        ),
        words=found,
    )


def texts(root: Path, folder: Path, lang: str) -> dict[Key, Texts]:
    """What is translated of the rules of a folder, and of the pack's, which it may have copied."""
    found: dict[Key, Texts] = {}
    for each in dict.fromkeys([root / "sigma_rules", folder]):
        found |= {key: entry.texts for key, entry in read(each, lang, []).entries.items()}
    return found


def rule_in(known: Mapping[Key, Texts], rule: Rule) -> Rule:
    """A rule with its texts in a language; correlations no longer know their findings."""
    own = known.get((RULES, rule.name))
    if not own:
        return rule
    listed = {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}
    document = {k: listed.get(k, value) for k, value in rule.document.items()}
    before = {k: value for k, value in rule.document.items() if k in listed}
    return replace(rule, document=document, findings={}, english=before)


def playbooks_in(
    known: Mapping[Key, Texts], books: Mapping[str, Playbook], contact: str
) -> dict[str, Playbook]:
    """Playbooks with their texts in a language, and the contact in these."""

    def filled(name: str) -> dict[str, Any]:
        own = known.get((PLAYBOOKS, name), {})
        return {
            key: tuple(each.replace("{contact}", contact) for each in value)
            if isinstance(value, tuple)
            else value.replace("{contact}", contact)
            for key, value in own.items()
        }

    return {name: replace(book, **filled(name)) for name, book in books.items()}


def _own(known: Mapping[Key, Texts], part: str, name: str) -> dict[str, Any]:
    return dict(known.get((part, name), {}))
