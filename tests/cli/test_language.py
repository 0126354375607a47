"""`--lang es`: what a reader meets is Spanish; names, ids and queries are the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sigmapack.making import clients
from sigmapack.making.clients import Base
from tests.cli.command import run
from tests.conftest import ROOT
from tests.overlay.folder import client

SYSMON = "Microsoft-Windows-Sysmon/Operational"
NAME = "dns_query_win_threecx_c2_domain_by_client"
TITLE = "Dominio de la campaña 3CX resuelto por el cliente de escritorio 3CX"
ENGLISH = "3CX Campaign Domain Resolved By The 3CX Desktop Client"


@pytest.fixture(scope="module")
def spanish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("es") / "dist"
    assert run("--lang", "es", "--out", out, "--quiet").exit_code == 0
    return out


def queries(folder: Path) -> list[dict[str, str]]:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return [
        {key: each[key] for key in ("rule", "rule_id", "target", "language", "outcome", "reason")}
        | {"path": each["path"], "runs": each["runs_sha256"], "proof": each["proof"]}
        for each in manifest["queries"]
    ]


def test_a_spanish_build_has_the_queries_files_and_proofs_of_an_english_one(
    spanish: Path, builds: tuple[Path, Path]
) -> None:
    english = builds[0]
    assert json.loads((spanish / "manifest.json").read_text("utf-8"))["language"] == "es"
    assert queries(spanish) == queries(english)
    found, wanted = (
        sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        for folder in (spanish, english)
    )
    assert found == wanted


@pytest.mark.parametrize(
    "path",
    [
        f"splunk/queries/{NAME}.spl",
        "elastic/rules.ndjson",
        "sentinel/azuredeploy.json",
        f"loki/queries/{NAME}.logql",
        f"sigma/rules/{NAME}.yml",
    ],
)
def test_titles_and_guidance_are_spanish_in_the_products(spanish: Path, path: str) -> None:
    text = (spanish / path).read_text("utf-8")
    assert TITLE in text or json.dumps(TITLE)[1:-1] in text
    assert ENGLISH not in text


def test_blocking_lists_and_coverage_are_spanish(spanish: Path) -> None:
    zone = (spanish / "indicators" / "rpz" / "threecx.rpz").read_text("utf-8")
    assert zone.startswith("; Zona de política de respuesta (RPZ): compromiso de la cadena")
    stages = json.loads((spanish / "coverage.json").read_text("utf-8"))
    assert "Instalador o actualización del cliente con troyano" in json.dumps(
        stages, ensure_ascii=False
    )
    printed = run("coverage", "--lang", "es").stdout
    assert "Instalador o actualización del cliente con troyano" in printed


def test_the_page_of_a_replay_is_spanish(tmp_path: Path) -> None:
    events = ROOT / "tests" / "events" / "windows" / "dns_query" / f"{NAME}.match.jsonl"
    page = tmp_path / "hits.html"
    run("replay", events, "--html", page, "--lang", "es", "--quiet")
    text = page.read_text("utf-8")
    assert '<html lang="es">' in text
    assert TITLE in text
    assert "El propio cliente 3CX se comporta como el implante" in text
    assert "Compruebe primero:" in text
    for english in (ENGLISH, "Check first", "What to do", "Evidence", " hits", "matches of"):
        assert english not in text


@pytest.fixture(scope="module")
def shared() -> Base:
    from sigmapack import making

    return clients.base(making.checked(ROOT, None), ("splunk", "loki"), quiet=True)


def test_a_client_has_its_own_language_and_names_stay_english(shared: Base, tmp_path: Path) -> None:
    settings = 'id = "acme"\nname = "Acme"\ncontact = "soc@acme.example"\nlanguage = "es"\n'
    made = clients.make(shared, client(tmp_path / "acme", settings))
    texts = {file.path: file.data.decode("utf-8", "replace") for file in made.files}
    rules = "".join(text for path, text in texts.items() if path.startswith("loki/rules/"))
    assert "soc@acme.example" in rules
    assert "acme - Affected Build Of The 3CX Client On One Host" in rules
    assert "Compruebe primero" in rules and "Check first" not in rules
    assert json.loads(texts["manifest.json"])["language"] == "es"


def test_the_command_line_wins_over_the_client(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    client(folder, 'id = "acme"\nname = "Acme"\nlanguage = "es"\nproducts = ["sqlite"]\n')
    out = tmp_path / "out"
    result = run("--client", folder, "--lang", "en", "--out", out, "--quiet")
    assert result.exit_code == 0, result.output
    manifest = json.loads((out / "acme" / "manifest.json").read_text("utf-8"))
    assert manifest["language"] == "en"


def test_a_language_that_nobody_wrote_is_wrong_use() -> None:
    result = run("--lang", "fr")
    assert result.exit_code == 2
    assert "'fr' is not one of 'en', 'es'" in result.stderr


#: Words that hardly a sentence of English does without, and that no Spanish one has.
WORDS = re.compile(r"\b(the|of|which|that|this|are|was|their|they|each|without|because|must)\b")
#: What is read as text: all but queries, tables, programs and their comments, and the page and the
#: notices, which are in both languages. Sources are named as they are called.
READ = (
    "*.md",
    "*.yaml",
    "*.rpz",
    "*.hosts",
    "*.adguard.txt",
    "*.squid.txt",
    "ABOUT.txt",
    "*.rules",
)


def test_no_sentence_outside_of_code_is_english(spanish: Path) -> None:
    found = []
    for path in sorted(path for pattern in READ for path in spanish.rglob(pattern)):
        name = path.relative_to(spanish).as_posix()
        if name.startswith(("sigma/", "sentinel/", "exposure/threecx.v", "collection/linux/")):
            continue  # queries, and comments of settings; words of rules are tested above
        for line in path.read_text("utf-8").splitlines():
            if len(WORDS.findall(line)) > 2:
                found.append(f"{name}: {line}")
    assert found == []


def test_a_replay_speaks_spanish_in_its_table_and_summary_and_json_stays(tmp_path: Path) -> None:
    log = tmp_path / "a.json"
    event = {"EventID": 22, "QueryName": "akamaicontainer.com", "Computer": "PC1"}
    log.write_text(json.dumps({"Channel": SYSMON, **event}) + "\n", "utf-8")
    done = run("replay", log, "--lang", "es")
    assert done.stdout.split()[:5] == ["nivel", "regla", "entrada", "hora", "equipo"]
    assert "1 eventos en 1 archivos, 0 ilegibles: " in done.stderr
    assert "reglas buscan en fuentes de registros de las que no hubo ningún evento" in done.stderr
    (spanish, *_), (english, *_) = (
        [json.loads(line) for line in run("replay", log, "--json", *more).stdout.splitlines()]
        for more in (("--lang", "es"), ())
    )
    assert {k: v for k, v in spanish.items() if k != "title"}.items() <= english.items()
