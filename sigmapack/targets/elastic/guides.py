"""The investigation and setup guides of a rule, under the headings of elastic/detection-rules.

Kibana shows both beside an alert. The headings are those that the tests of elastic/detection-rules
want (tests/test_all_rules.py, TestInvestigationGuide) and its rules have.
"""

from __future__ import annotations

from sigmapack.content import coverage, response
from sigmapack.content.model import Content, Rule
from sigmapack.content.text import clean, one_line


def note(content: Content, rule: Rule, name: str) -> str:
    """The investigation guide of a rule that Kibana shows by this name."""
    words, book = content.words, response.playbook(content, rule)
    parts = [
        f"## {words('Triage and analysis')}",
        f"### {words('Investigating')} {one_line(name)}",
        response.description(rule),
    ]
    if book:
        parts += [book.title, f"### {words('Possible investigation steps')}", numbered(book.check)]
    if known := rule.document.get("falsepositives"):
        texts = [one_line(str(text)) for text in known]
        parts += [
            f"### {words('False positive analysis')}",
            "\n".join(f"- {text}" for text in texts),
        ]
    if book:
        parts += [f"### {words('Response and remediation')}", numbered(book.contain), book.tell]
    return "\n\n".join(clean(response.passive(part)) for part in parts)


def numbered(texts: tuple[str, ...] | list[str]) -> str:
    """Steps, in their order."""
    return "\n".join(f"{n}. {text}" for n, text in enumerate(texts, 1))


def setup(content: Content, rule: Rule) -> str:
    """What has to be collected, in words of the log sources."""
    needed = ", ".join(coverage.telemetry(content, [rule]))
    return headed(
        content,
        f"Needs: {needed}. Index patterns are those of the integrations: change them to yours.",
    )


def headed(content: Content, text: str) -> str:
    """A setup guide under its heading."""
    return f"## {content.words('Setup')}\n\n{text}"
