"""The little Markdown that texts of ours have: numbered steps, and code between backticks."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

STEP = re.compile(r"^\d+\. ", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def steps(text: str) -> list[Markup]:
    """The steps of a numbered list, each with its code marked."""
    return [code(" ".join(each.split())) for each in STEP.split(text) if each.strip()]


def code(text: str) -> Markup:
    """A text with what stands between backticks as code; all else is escaped."""
    parts = CODE.split(text)
    made = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part)
        for n, part in enumerate(parts)
    )
    return Markup("").join(made)
