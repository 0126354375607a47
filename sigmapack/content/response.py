"""Response guidance as text: what a hit means, what to check, how to contain, whom to tell."""

from __future__ import annotations

from sigmapack.content.model import Content, Playbook, Rule
from sigmapack.content.text import clean, one_line


def playbook(content: Content, rule: Rule) -> Playbook | None:
    """The playbook of a rule; None where the content has none for it."""
    return content.playbooks.get(rule.response)


def description(rule: Rule) -> str:
    """The rule's description as one paragraph."""
    return " ".join(one_line(str(rule.document.get("description", ""))).split())


def plain(content: Content, rule: Rule) -> str:
    """Description and guidance as lines of plain text, for products without markup."""
    book = playbook(content, rule)
    lines = [description(rule)]
    if book:
        lines += [
            f"{content.words('Check first')}:",
            *(f"{n}. {text}" for n, text in enumerate(book.check, 1)),
        ]
        lines += [
            f"{content.words('Contain')}:",
            *(f"{n}. {text}" for n, text in enumerate(book.contain, 1)),
        ]
        lines += [f"{content.words('Tell')}: {book.tell}"]
    return clean("\n".join(line for line in lines if line))


def markdown(content: Content, rule: Rule) -> str:
    """The guidance as Markdown, for products that render it."""
    book = playbook(content, rule)
    if book is None:
        return passive(description(rule))
    parts = [
        f"## {book.title}",
        passive(description(rule)),
        f"### {content.words('Check first')}",
        "\n".join(f"{n}. {text}" for n, text in enumerate(book.check, 1)),
        f"### {content.words('Contain')}",
        "\n".join(f"{n}. {text}" for n, text in enumerate(book.contain, 1)),
        f"### {content.words('Tell')}",
        book.tell,
    ]
    return "\n\n".join(map(clean, parts))


def passive(text: str) -> str:
    """A stranger's text in Markdown, in which nothing becomes a button that runs a query.

    `!{investigate{…}}` and `!{osquery{…}}` do in Kibana:
    https://www.elastic.co/docs/solutions/security/detect-and-alert/launch-timeline-from-investigation-guides
    """
    return text.replace("!{", "! {")
