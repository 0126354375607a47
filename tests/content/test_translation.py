"""A translation changes words only, and is one of today's English text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sigmapack.checks.translations import translations as check_translations
from sigmapack.content.model import Content, Problem, Rule
from sigmapack.content.translation import digest, english, read, translated, wrong
from sigmapack.content.words import LANGUAGES
from tests.conftest import ROOT, RULE, MakeContent
from tests.engines.corpus import pack

NAME = "dns_query_win_threecx_c2_domain"
SPANISH = """\
[rules.sample]
of = "{of}"
title = "Muestra"
description = "Detecta {{algo}}"
falsepositives = ["Nada"]
"""
TOLD = RULE.replace("level:", "description: Detects {something}\nfalsepositives: [Nothing]\nlevel:")


def changed(content: Content, name: str, **texts: object) -> Content:
    """The content with other texts in a rule."""

    def other(rule: Rule) -> Rule:
        return rule.with_document({**rule.document, **texts}) if rule.name == name else rule

    return replace(content, rules=tuple(map(other, content.rules)))


def said(content: Content) -> list[str]:
    return [re.sub(r'"[0-9a-f]{8}"', '"…"', str(each)) for each in check_translations(content)]


def test_every_text_of_the_pack_is_translated() -> None:
    assert said(pack()) == []


@pytest.mark.parametrize(
    "texts",
    [
        {"title": "3CX Campaign Domain Resolved On Any Windows Host"},
        {"description": "Detects something else."},
        {"falsepositives": ["Nobody"]},
    ],
)
def test_one_changed_word_of_a_rule_asks_for_its_translation(texts: dict[str, object]) -> None:
    (problem,) = said(changed(pack(), NAME, **texts))
    assert re.fullmatch(
        rf"sigma_rules/es\.toml:\d+: translation: the English text of {NAME} is no longer the one "
        r'that was translated: see whether the translation still says it, then write of = "…"',
        problem,
    )
    path, line = problem.split(":")[:2]
    assert (ROOT / path).read_text("utf-8").split("\n")[int(line) - 1] == f"[rules.{NAME}]"


def test_changed_words_of_playbooks_and_stages_do_too() -> None:
    content = pack()
    book = replace(content.playbooks["blocked"], contain=("Wait.", "See."))
    stage = replace(content.stages[0], title="Another")
    other = replace(
        content,
        playbooks={**content.playbooks, "blocked": book},
        stages=(stage, *content.stages[1:]),
    )
    names = re.findall(r"the English text of (\w+) is", "\n".join(said(other)))
    assert sorted(names) == sorted([stage.id, "blocked"])


def test_white_space_in_a_description_is_no_change() -> None:
    content = pack()
    text = str(content.by_name[NAME].document["description"])
    assert said(changed(content, NAME, description="  " + text.replace("\n", "\n   "))) == []


def translation_of(content: Content, text: str) -> list[str]:
    (content.rules_dir / "es.toml").write_text(text, "utf-8")
    problems: list[Problem] = []
    found = read(content.rules_dir, "es", problems)
    lines = [*problems, *wrong(content, found)]
    return [str(each).removeprefix(f"{content.rules_dir}/") for each in lines]


def test_what_is_missing_left_over_or_empty_is_named(make_content: MakeContent) -> None:
    content = make_content(sample=TOLD)
    of = digest(english(content)["rules", "sample"])
    good = SPANISH.format(of=of)
    assert translation_of(content, good) == []
    assert translation_of(content, "") == [
        f'es.toml:1: translation: add [rules.sample] with of = "{of}", '
        "title, description, falsepositives"
    ]
    assert translation_of(content, good + '\n[stages.X]\nof = "1"\ntitle = "x"\n') == [
        "es.toml:7: translation: [stages.X] translates nothing that is there: remove it"
    ]
    assert translation_of(content, good.replace('["Nada"]', '["Nada", "Más"]')) == [
        "es.toml:1: translation: [rules.sample] needs as many texts as in English: description, "
        "falsepositives (1), title"
    ]
    for empty in (good.replace('"Muestra"', '" "'), good.replace(f'of = "{of}"\n', "")):
        first, _ = translation_of(content, empty)
        assert first == (
            "es.toml:1: translation: [rules.sample] has texts, lists of texts, and `of`, a hash"
        )


def test_only_words_change(make_content: MakeContent) -> None:
    content = make_content(sample=TOLD)
    of = digest(english(content)["rules", "sample"])
    (content.rules_dir / "es.toml").write_text(SPANISH.format(of=of), "utf-8")
    (before,), (rule,) = content.rules, translated(content, "es").rules
    assert (rule.title, rule.called) == ("Muestra", "Sample")
    assert rule.document["description"] == "Detecta {algo}"
    words = {"title", "description", "falsepositives"}
    assert {k: v for k, v in rule.document.items() if k not in words} == {
        k: v for k, v in before.document.items() if k not in words
    }
    assert {**rule.document, **rule.english} == before.document
    assert translated(content, "en") is content
    with pytest.raises(ValueError, match="no language 'fr'"):
        translated(content, "fr")


def test_a_playbook_keeps_the_contact(make_content: MakeContent) -> None:
    content = replace(pack(), contact="soc@acme.example")
    book = translated(content, "es").playbooks["blocked"]
    assert book.tell == "Informe a soc@acme.example de los equipos que siguen consultando."


def test_strangers_rules_keep_their_english_and_the_words_are_spanish(
    make_content: MakeContent,
) -> None:
    content = translated(make_content(sample=TOLD), "es")
    assert content.rules[0].title == "Sample"
    assert content.words("Tell") == "Avise"


TITLES = translated(pack(), LANGUAGES[1])
#: Versions, hashes, dates, file names and the like: the same in every language.
EXACT = re.compile(
    r"\b(?:\d+\.\d+\.\d+|[0-9a-f]{32,}|\d{4}-\d\d-\d\d|[\w.-]+\.(?:exe|dll|dylib|msi))\b"
)


def test_titles_in_spanish_are_names_that_products_take() -> None:
    titles = [rule.title for rule in TITLES.rules]
    assert len(set(titles)) == len(titles)
    wrong_ones = [
        t for t in titles if len(t) > 110 or t.endswith(".") or set(t) & set("\"'`%$:\n[]")
    ]
    assert wrong_ones == []


def test_numbers_and_names_stand_in_the_translation_too() -> None:
    before, after = english(pack()), english(TITLES)
    lost = [
        (key, name, token)
        for key, texts in before.items()
        for name, text in texts.items()
        for token in EXACT.findall(str(text))
        if token not in str(after[key][name])
    ]
    assert lost == []


def test_the_folder_of_rules_has_no_file_of_another_language() -> None:
    found = {path.stem for path in Path(ROOT / "sigma_rules").glob("??.toml")}
    assert found == set(LANGUAGES[1:])
