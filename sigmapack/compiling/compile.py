"""Rules and lookups in, queries out: the only caller of pySigma's conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sigmapack.compiling import conversion, names
from sigmapack.compiling.condition import converted, without_fields
from sigmapack.compiling.memory import Converted, Memory
from sigmapack.compiling.product import Language, Part, Query, Target, said
from sigmapack.content import limits
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Content, Refused, Rule
from sigmapack.content.placeholders import native_uses, references, resolve, size

#: What to do where values do not fit into a query.
ELSE = "use the variant with the product's own lookup where there is one, or split it"
SHORTER = "shorten the tables of its rules, or split it"


class TooMany(Refused):
    """A rule with too many values to be written into one query; a product's table may hold them."""


def resolved(content: Content) -> Content:
    """The content with the placeholders of its rules filled in, which every target needs."""
    rules = tuple(resolve(rule, content.lookups) for rule in content.rules)
    return replace(content, rules=rules)


def compile_target(
    content: Content,
    target: Target,
    ready: Content | None = None,
    instead: Callable[[Part], Part] = lambda part: part,
    memory: Memory | None = None,
) -> Iterator[Query]:
    """Convert every rule into every language of a target; one `Query` each, in rule order.

    Nothing is raised for a rule that cannot be expressed: its outcome is `refused`, with a reason.
    pySigma objects are made anew for every rule, because conversion changes them.

    Args:
        content: what was read.
        target: the product.
        ready: `resolved(content)`, by those who compile for several targets.
        instead: what stands in correlations for a single rule; itself, in what products import.
        memory: conversions of content that has much in common with this one.
    """
    ready = ready or resolved(content)
    plain = {rule.path + rule.name: rule for rule in ready.rules}
    first = {rule.path: rule for rule in reversed(content.rules)}
    for language in target.languages:
        parts: dict[str, Part | str] = {}
        making = Making(content, target, language, memory)
        own = (rule for rule in content.rules if language.bases or not rule.is_base)
        for rule in sorted(own, key=lambda rule: rule.is_correlation):
            stem = rule.stem if first[rule.path] is rule else f"{rule.stem}.{rule.name}"
            ready_rule = plain[rule.path + rule.name]
            yield _query(making, rule, parts, ready_rule, stem)
            if isinstance(part := parts.get(rule.name), Part) and not rule.is_correlation:
                parts[rule.name] = parts[rule.id] = instead(part)


def in_english(rule: Rule) -> Rule:
    """The rule before it was translated."""
    return rule.with_document({**rule.document, **rule.english})


class Making(NamedTuple):
    """What every query of a language is made with."""

    content: Content
    target: Target
    language: Language
    memory: Memory | None


def _query(
    making: Making, rule: Rule, parts: dict[str, Part | str], plain: Rule, stem: str
) -> Query:
    """A rule's outcome; `stem` is its file's, with its name where it is not the first there."""
    content, target, language, _ = making
    text = bare = reason = query = native = ""
    outcome = "ok"
    try:
        text, reasons = _text(making, rule, parts, plain)
        bare = text
        if language.worded and rule.english:
            bare, _ = _text(making, in_english(rule), dict(parts), in_english(plain))
        reason = "; ".join(reasons)
        outcome = "degraded" if reason else "ok"
        query = _written(content, language, rule, text)
        native = _native(making, rule)
    except Exception as error:  # whatever it is: the other rules go on
        outcome, reason = "refused", said(error)
        if not rule.is_correlation:
            parts[rule.name] = parts[rule.id] = reason
        if isinstance(error, TooMany):
            native = _native(making, rule)
    file = f"{stem}{language.suffix}"
    path = f"{target.name}/{language.folder(rule)}/{file}" if query else ""
    native_path = f"{target.name}/queries/lookup/{file}" if native else ""
    return Query(
        *(rule, target.name, language.name, outcome, reason, path, query, native_path, native),
        bare=bare,
    )


def _text(
    making: Making, rule: Rule, parts: dict[str, Part | str], plain: Rule
) -> tuple[str, list[str]]:
    """A rule's query, and why it says less than the rule; a single rule is added to the parts."""
    content, target, language, _ = making
    reasons: list[str] = []
    names.refuse(plain, language.quotes)
    for _, name in references(rule):
        if not content.lookups[name.partition(".")[0]].rows:
            raise Refused(f"%{name}% has no row")
    if rule.is_correlation:
        text = _correlated(making, rule, parts, reasons)
    else:
        lacking = content.sources.lacks(target.name, plain.logsource)
        if lacking and lacking.issuperset(conversion.fields(plain)):
            raise Refused(f"no event of the product has {', '.join(sorted(lacking))}")
        if (count := size(plain)) > limits.MOST_INLINE:
            raise TooMany(
                f"{count:,} values are too many for one query ({limits.MOST_INLINE:,} at most): "
                f"{ELSE}"
            )
        part = _converted(making, plain)
        parts[rule.name] = parts[rule.id] = part
        text = part.query
    if len(text) > limits.LONGEST_QUERY:
        raise TooMany(
            f"{len(text):,} characters are too many for one query ({limits.LONGEST_QUERY:,} at "
            f"most): {SHORTER if rule.is_correlation else ELSE}"
        )
    reasons += filter(None, [language.degraded(rule, content.sources)])
    longest = language.longest(rule)
    if longest and len(text) > longest:
        reasons.append(
            f"longer than the {longest:,} characters of a scheduled rule: save it as "
            "a function, or run it as a hunting query"
        )
    return text, reasons


def _written(content: Content, language: Language, rule: Rule, text: str) -> str:
    """A query with what is said about it, as its file holds it."""
    lines = header_lines(content, rule)
    if language.written:
        return language.written(content, rule, lines, text)
    return f"{language.comment(lines)}{text}\n"


def header_lines(content: Content, rule: Rule) -> list[str]:
    """What stands above a query: title, id, level, version."""
    return [
        rule.title,
        f"id: {rule.id}   level: {rule.level}   version: {version(rule)}",
    ]


def version(rule: Rule) -> str:
    """A rule's version: the date it was last modified (Sigma has no version of its own)."""
    return str(rule.document.get("modified") or rule.document.get("date") or "unknown")


def _converted(making: Making, rule: Rule, native: bool = False) -> Part:
    """A rule without placeholders, or with those that the product's lookups fill, converted."""
    content, _, language, memory = making
    if language.backend is None:
        prepared = language.prepare(rule)
        return Part(prepared, "", language.frame(prepared, "", content.sources))
    key = found = None
    if memory is not None:
        key = memory.key(language, rule, " ".join(content.lookups) if native else "")
        found = memory.get(key)
    if found is None:
        found = converted(content, language, rule, native)
        if memory is not None and key is not None:
            memory.keep(key, found)
    made = {"detection": found.detection, "logsource": found.logsource}
    prepared = without_fields(rule.with_document({**rule.document, **made}))
    return Part(
        prepared, found.condition, language.frame(prepared, found.condition, content.sources)
    )


def _native(making: Making, rule: Rule) -> str:
    """The file that uses the product's own lookup, where the rule and the product allow it."""
    content, _, language, _ = making
    if rule.is_correlation or not native_uses(rule, content.lookups, tuple(language.native)):
        return ""
    try:
        left = resolve(rule, content.lookups, frozenset(language.native))
        if size(left) > limits.MOST_INLINE:
            return ""
        query = _converted(making, left, native=True).query
        return _written(content, language, rule, query)
    except Exception:  # the query with the values in it says why, where it fails as well
        return ""


def _correlated(
    making: Making,
    rule: Rule,
    parts: Mapping[str, Part | str],
    reasons: list[str],
) -> str:
    """A correlation's query; alternatives that the target refused are left out, with a reason."""
    content, _, language, memory = making
    correlation = read_correlation(rule)
    members: dict[str, Part] = {}
    refused: dict[str, str] = {}
    for name in correlation.members:
        part = parts.get(name)
        if part is None:
            raise Refused(f"the correlation refers to {name}, which is no rule of this folder")
        if isinstance(part, Part):
            members[name] = part
        else:
            refused[name] = part
    steps = tuple(tuple(n for n in step if n in members) for step in correlation.steps)
    for before, after in zip(correlation.steps, steps, strict=True):
        if not after:
            raise Refused(f"needs {before[0]}: {refused[before[0]]}")
    if refused:
        reasons.append(f"without {', '.join(refused)}, which the target refuses")
    whole = replace(correlation, steps=steps)
    if memory is None or not language.anywhere:
        return language.correlate(whole, members, content.sources)
    key = memory.joined(language, whole, members)
    if (found := memory.get(key)) is None:
        found = Converted(None, None, language.correlate(whole, members, content.sources))
        memory.keep(key, found)
    return found.condition
