"""The stages of the attack, as `coverage.toml` names them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol


class Named(Protocol):
    """A rule, as far as a stage asks."""

    @property
    def name(self) -> str:
        """How correlations and stages refer to it."""
        ...


@dataclass(frozen=True)
class Stage:
    """A stage of the attack, from `coverage.toml`: the rules that see it, or why no log does."""

    id: str
    title: str
    techniques: tuple[str, ...]
    rules: tuple[str, ...]
    """Names of rules, `*` allowed."""
    unseen: str
    line: int

    def sees(self, rule: Named) -> bool:
        """Whether a rule stands under this stage."""
        return any(fnmatchcase(rule.name, pattern) for pattern in self.rules)
