"""The Spanish texts of the pack keep what an analyst acts on: figures, names, and the contact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sigmapack.content.roles import ROLE, roles_in
from sigmapack.content.translation import IMPORTS, MOMENTS, Key, english, translated
from tests.engines.corpus import pack

ENGLISH, SPANISH = english(pack()), english(translated(pack(), "es"))
#: Days, event numbers, versions, hashes, addresses: the digits of a text, with what joins them.
FIGURE = re.compile(r"\d+(?:\.\d+)*")
#: Names that no language changes: domains, files, malware in capitals, the place of the contact.
NAME = re.compile(
    r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|wiki|dll|exe|dylib|cf|jat|log)\b"
    r"|\b[A-Z][A-Z_]{3,}\b|\{contact\}"
)
#: Parts whose texts are dates and steps of products, not sentences on the attack.
OTHER = {MOMENTS, IMPORTS}


def pairs() -> Iterator[tuple[Key, str, str, str]]:
    """Each text of rules, playbooks and stages, and its translation."""
    for key, texts in ENGLISH.items():
        if key[0] not in OTHER:
            for name, text in texts.items():
                yield key, name, _flat(text), _flat(SPANISH[key][name])


def _flat(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else "\n".join(text)


@pytest.mark.parametrize("exact", [FIGURE, NAME], ids=["figures", "names"])
def test_figures_and_names_are_the_same_ones(exact: re.Pattern[str]) -> None:
    changed = [
        (key, name, differ)
        for key, name, text, spanish in pairs()
        if (differ := set(exact.findall(text)) ^ set(exact.findall(spanish)))
    ]
    assert changed == []


def test_a_description_says_first_whether_the_rule_detects() -> None:
    openings = [
        (text.startswith("Detects nothing"), spanish.startswith("No detecta nada"), spanish[:8])
        for _, name, text, spanish in pairs()
        if name == "description"
    ]
    assert {nothing for nothing, _, _ in openings} == {True, False}
    assert [each for each in openings if each[0] != each[1]] == []
    assert {first for nothing, _, first in openings if not nothing} == {"Detecta "}


def test_a_role_that_a_site_adds_keeps_its_words() -> None:
    table = pack().lookups["ioc_domains"]
    row = table.rows[0]._replace(values={**table.rows[0].values, ROLE: "role not stated"})
    own = {table.name: replace(table, rows=(row, *table.rows))}
    found = roles_in({table.rows[0].values[ROLE]: "papel"}, own)[table.name].rows
    assert [each.values[ROLE] for each in found[:2]] == ["role not stated", "papel"]
