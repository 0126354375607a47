"""The Traffic Light Protocol: what may go to whom (https://www.first.org/tlp/, version 2.0)."""

from __future__ import annotations

from sigmapack.content.model import Rule

#: From what may go to all to what may go to nobody else. `white` is what 1.0 called `clear`.
ORDER = ("clear", "green", "amber", "amber+strict", "red")
OLD = {"white": "clear", "": "clear"}
TAG = "tlp."


def above(mark: str, ceiling: str) -> bool:
    """Whether a mark (`TLP:AMBER`, `amber`, or none) is above a ceiling; an unknown one is."""
    own = mark.lower().removeprefix("tlp:")
    own = OLD.get(own, own)
    return own not in ORDER or ORDER.index(own) > ORDER.index(ceiling)


def mark(rule: Rule) -> str:
    """The highest mark of a rule, by its tags of Sigma's namespace `tlp`; none without one."""
    found = [tag.removeprefix(TAG).lower() for tag in rule.tags if tag.startswith(TAG)]
    known = [OLD.get(one, one) for one in found]
    unknown = [one for one in known if one not in ORDER]
    return (unknown or sorted(known, key=ORDER.index) or [""])[-1]
