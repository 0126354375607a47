"""The command line: what it prints, its exit codes, and that bad input loses nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build
from tests.conftest import DOMAINS, RULE

RulesFolder = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--target", "sqlite", "--target", "sigma")
SECOND = RULE.replace(
    "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01", "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a02"
)
CORRELATION = """\
title: Twice
id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a03
name: twice
correlation:
    type: event_count
    rules: [sample]
    group-by: [Computer]
    timespan: 1h
    condition: {gte: 2}
level: critical
"""
PROBLEM = re.compile(r"\S+:[1-9]\d*: [a-z0-9-]+: \S.*")


def run(*arguments: str | Path) -> Result:
    """The command in this process, standard output and error apart."""
    return CliRunner().invoke(build.main, [str(argument) for argument in arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def built(rules_folder: RulesFolder, tmp_path: Path) -> Path:
    """An output folder with an earlier, good build."""
    out = tmp_path / "dist"
    good = rules_folder(sample=RULE)
    assert run("--rules", good, "--out", out, *QUICK).exit_code == 0
    return out


def break_yaml(folder: Path) -> None:
    (folder / "bad.yml").write_text("title: x\n  id: [\n", "utf-8")


def break_placeholder(folder: Path) -> None:
    text = SECOND.replace("ioc_domains", "no_such_table").replace("sample", "other")
    (folder / "bad.yml").write_text(text, "utf-8")


def break_id(folder: Path) -> None:
    (folder / "bad.yml").write_text(RULE.replace("name: sample", "name: other"), "utf-8")


def break_column(folder: Path) -> None:
    text = SECOND.replace("%ioc_domains%", "%ioc_domains.port%").replace("sample", "other")
    (folder / "bad.yml").write_text(text, "utf-8")


def break_table(folder: Path) -> None:
    (folder / "lookups/ioc_domains.csv").write_text(DOMAINS + "short.example.com,c2\n", "utf-8")


def break_encoding(folder: Path) -> None:
    (folder / "bad.yml").write_bytes(b"title: caf\xe9\n")


def break_link(folder: Path) -> None:
    (folder / "bad.yml").symlink_to(folder / "nowhere.yml")


def break_lookup_encoding(folder: Path) -> None:
    (folder / "lookups/other.csv").write_bytes(DOMAINS.encode() + b"caf\xe9,c2,any,high,t,,,,no\n")


def break_header(folder: Path) -> None:
    (folder / "lookups/other.csv").write_text("domain,,role\n", "utf-8")


def break_waivers(folder: Path) -> None:
    text = "[[waiver]]\nrules = ['*']\nscopes = 5\noutcome = 'refused'\nreason = 'x'\n"
    (folder / "waivers.toml").write_text(text, "utf-8")


def break_toml(folder: Path) -> None:
    (folder / "waivers.toml").write_text("# heading\nwaiver = \n", "utf-8")


def break_kind(folder: Path) -> None:
    (folder / "waivers.toml").write_text("[waiver]\nrules = ['*']\n", "utf-8")


def break_stages(folder: Path) -> None:
    text = "[[stage]]\nid = 'A'\ntitle = 'x'\ntechniques = 'T1'\nrules = []\n"
    (folder / "coverage.toml").write_text(text, "utf-8")


def break_playbooks(folder: Path) -> None:
    (folder / "response.toml").write_text("playbook = 5\n", "utf-8")


def break_playbook(folder: Path) -> None:
    text = "[playbook.a]\ntitle = 'x'\ncheck = []\ncontain = ['y']\ntell = 5\n"
    (folder / "response.toml").write_text(text, "utf-8")


def empty(folder: Path) -> None:
    (folder / "sample.yml").unlink()


@pytest.mark.parametrize(
    ("spoil", "code", "line"),
    [
        (break_yaml, 1, "bad.yml:2: yaml: "),
        (break_placeholder, 1, "bad.yml:9: unknown-placeholder: %no_such_table% needs lookups/"),
        (break_id, 1, "duplicate-id: 6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01 is also the id of "),
        (break_column, 1, "bad.yml:9: unknown-placeholder: %ioc_domains.port%: "),
        (break_table, 1, "ioc_domains.csv:4: columns: 2 values for 9 columns: domain, role, "),
        (break_encoding, 2, "bad.yml:1: not-utf8: byte 10 is not UTF-8"),
        (break_link, 2, "bad.yml:1: unreadable: "),
        (break_lookup_encoding, 2, "other.csv:4: not-utf8: byte "),
        (break_header, 1, "other.csv:1: header: the first line names the columns"),
        (break_waivers, 1, "waivers.toml:1: waiver: a waiver needs "),
        (break_toml, 1, "waivers.toml:2: toml: "),
        (break_kind, 1, "waivers.toml:1: toml: waiver is to be written as [[waiver]]"),
        (break_stages, 1, "coverage.toml:1: stage: a stage needs "),
        (break_playbooks, 1, "response.toml:1: playbook: playbooks are to be written as "),
        (break_playbook, 1, "response.toml:1: playbook: playbook a has no tell, check"),
        (empty, 2, ":1: no-rules: has no .yml file: name a folder with rules"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_input_is_one_line_a_problem_and_leaves_the_build(
    built: Path, rules_folder: RulesFolder, spoil: Callable[[Path], None], code: int, line: str
) -> None:
    before = tree(built)
    folder = rules_folder(sample=RULE)
    spoil(folder)
    result = run("--rules", folder, "--out", built, *QUICK)
    assert result.exit_code == code
    (found,) = result.stderr.splitlines()
    assert line in found
    assert PROBLEM.fullmatch(found)
    assert result.stdout == ""
    assert tree(built) == before


def test_all_problems_are_told_at_once_in_order(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    for spoil in (break_table, break_yaml, break_header):
        spoil(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", "--quiet", *QUICK)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert all(PROBLEM.fullmatch(line) for line in lines)
    assert [Path(line.partition(":")[0]).name for line in lines] == [
        "bad.yml",
        "ioc_domains.csv",
        "other.csv",
    ]
    assert not (tmp_path / "dist").exists()


def test_unreadable_input_outweighs_bad_content(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_table(folder)
    break_encoding(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("name", ["nowhere", "sample.yml"])
def test_rules_that_are_no_folder_are_wrong_use(
    rules_folder: RulesFolder, tmp_path: Path, name: str
) -> None:
    folder = rules_folder(sample=RULE)
    result = run("--rules", folder / name, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 2
    assert result.stderr.endswith(":1: no-rules: is not a folder: name a folder with rules\n")


def test_lookups_lie_beside_a_folder_called_sigma_rules(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules_folder(sample=RULE).rename(tmp_path / "sigma_rules")
    (tmp_path / "sigma_rules" / "lookups").rename(tmp_path / "lookups")
    text = DOMAINS.replace("bad.example.com", "beside.example.com")
    (tmp_path / "lookups" / "ioc_domains.csv").write_text(text, "utf-8")
    result = run("--rules", tmp_path / "sigma_rules", "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 0
    assert b"beside.example.com" in tree(tmp_path / "dist")["sigma/queries/sample.yml"]


def test_a_waiver_written_inline_is_not_lost(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    text = "waiver = [{rules=['x'], scopes=['sqlite/sql'], outcome='refused', reason='y'}]\n"
    (folder / "waivers.toml").write_text(text, "utf-8")
    result = run("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert result.exit_code == 1
    assert "waivers.toml:1: unneeded-waiver: x is not refused on sqlite/sql" in result.stderr


def test_problems_are_json_on_request(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_id(folder)
    result = run("--rules", folder, "--out", tmp_path / "dist", "--json", *QUICK)
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)
    assert set(problem) == {"path", "line", "code", "message"}
    assert problem["code"] == "duplicate-id"


def test_a_folder_that_is_somebody_elses_is_not_replaced(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "one.jpg").write_bytes(b"x")
    result = run("--rules", rules_folder(sample=RULE), "--out", other, *QUICK)
    assert result.exit_code == 2
    assert "not an earlier build: give --out an empty or new folder" in result.stderr
    assert tree(other) == {"one.jpg": b"x"}


@pytest.mark.parametrize(
    "text", ['{"manifest_version": 3}', '{"pack": "another"}', "[]", "no JSON", "[" * 100_000]
)
def test_a_manifest_of_another_kind_makes_no_folder_ours(
    rules_folder: RulesFolder, tmp_path: Path, text: str
) -> None:
    other = tmp_path / "extension"
    other.mkdir()
    (other / "manifest.json").write_text(text, "utf-8")
    (other / "background.js").write_bytes(b"x")
    before = tree(other)
    result = run("--rules", rules_folder(sample=RULE), "--out", other, *QUICK)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "its manifest.json is not of this pack" in line
    assert tree(other) == before


def test_a_file_is_no_output_folder(rules_folder: RulesFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
        assert result.exit_code == 2
        assert result.stderr.startswith("build.py: ") and result.stderr.count("\n") == 1
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_new_build_takes_the_old_ones_place_whole(built: Path, rules_folder: RulesFolder) -> None:
    folder = rules_folder(other=RULE)
    (folder / "sample.yml").unlink()
    assert run("--rules", folder, "--out", built, "--target", "sigma").exit_code == 0
    assert not (built / "sqlite").exists()
    names = {path.name for path in built.parent.iterdir()}
    assert names == {"dist", "rules"}  # nothing half-made is left


def test_an_unknown_target_leaves_the_build(built: Path, rules_folder: RulesFolder) -> None:
    before = tree(built)
    result = run("--rules", rules_folder(sample=RULE), "--out", built, "--target", "splnk")
    assert result.exit_code == 2
    assert "'splnk' is not one of " in result.stderr and "'splunk'" in result.stderr
    assert tree(built) == before


@pytest.mark.parametrize(
    "arguments", [["--target", "nosuch"], ["nosuchverb"], ["replay"], ["check", "--nosuch"]]
)
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


def test_a_build_prints_outcomes_and_where_it_is(rules_folder: RulesFolder, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, *QUICK)
    assert result.stdout.splitlines() == [
        "target  language  ok  degraded  refused",
        "sigma   sigma     1   0         0",
        "sqlite  sql       1   0         0",
        "",
        "folder   files  holds",
        "sigma/   1      queries/",
        "sqlite/  3      lookups.sql, queries/",
        f"2 queries written to {out}",
    ]
    assert result.stderr == ""


def test_quiet_prints_nothing_but_problems(rules_folder: RulesFolder, tmp_path: Path) -> None:
    result = run("--rules", rules_folder(sample=RULE), "--out", tmp_path / "d", "--quiet", *QUICK)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_json_of_a_build_is_the_manifests_queries(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    result = run("--rules", rules_folder(sample=RULE), "--out", out, "--json", *QUICK)
    printed = json.loads(result.stdout)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert sorted(printed["queries"], key=str) == sorted(manifest["queries"], key=str)
    wanted = {"rule_id", "rule", "target", "language", "outcome", "reason", "path", "sha256"}
    assert wanted <= set(manifest["queries"][0])


def test_two_builds_of_everything_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        environment = {**os.environ, "PYTHONHASHSEED": "1" if name == "one" else "2", "TZ": "UTC"}
        command = [sys.executable, "build.py", "--quiet", "--out", str(tmp_path / name)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_rules_for_hunting_can_be_left_out(rules_folder: RulesFolder, tmp_path: Path) -> None:
    hunting = SECOND.replace("name: sample", "name: other\ntags: [detection.threat-hunting]")
    folder = rules_folder(sample=RULE, other=hunting)
    result = run("--rules", folder, "--out", tmp_path / "d", "--without-hunting", *QUICK)
    assert result.exit_code == 0
    names = [path for path in tree(tmp_path / "d") if path.startswith("sqlite/queries")]
    assert names == ["sqlite/queries/lookup/sample.sql", "sqlite/queries/sample.sql"]


def lookups(path: Path, *names: str) -> Path:
    """A file of Sysmon lookups, one a minute."""
    lines = [
        json.dumps(
            {
                "Channel": "Microsoft-Windows-Sysmon/Operational",
                "EventID": 22,
                "Computer": "WS-1",
                "UtcTime": f"2023-03-29 10:0{minute}:00.000",
                "QueryName": name,
            }
        )
        for minute, name in enumerate(names)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_match_is_one_json_object_on_standard_output(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "fine.example.org", "www.bad.example.com")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0
    (match,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert match == {
        "rule_id": "6f1c7a3e-54a2-4f0e-9a38-0d5c1f2b7a01",
        "rule": "sample",
        "title": "Sample",
        "level": "high",
        "file": str(events),
        "record": 2,
        "timestamp": "2023-03-29T10:01:00.000Z",
        "host": "WS-1",
        "fields": {"QueryName": "www.bad.example.com"},
    }
    assert result.stderr == "2 events in 1 files, 0 unreadable: 1 matches of 1 rules (1 high)\n"


def test_a_correlation_lists_its_records(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", "x.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", events, "--rules", folder, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    (match,) = [match for match in found if match["rule"] == "twice"]
    assert match["records"] == [{"file": str(events), "record": n} for n in (1, 3)]


def test_fail_on_match_exits_with_1_only_on_a_match(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    folder = rules_folder(sample=RULE)
    hit = lookups(tmp_path / "hit.jsonl", "bad.example.com")
    miss = lookups(tmp_path / "miss.jsonl", "good.example.com")
    assert run("replay", hit, "--rules", folder, "--fail-on-match").exit_code == 1
    assert run("replay", miss, "--rules", folder, "--fail-on-match").exit_code == 0
    assert run("replay", hit, "--rules", folder).exit_code == 0


def test_a_record_that_cannot_be_read_is_reported_and_skipped(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    events.write_text("{broken\n" + events.read_text("utf-8"), "utf-8")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0
    assert f"{events}:1: unreadable-record: " in result.stderr
    assert json.loads(result.stdout)["record"] == 2


def test_a_file_that_is_not_there_exits_with_2(rules_folder: RulesFolder, tmp_path: Path) -> None:
    result = run("replay", tmp_path / "nowhere.jsonl", "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert result.stderr.startswith("build.py: ")
    assert "nowhere.jsonl" in result.stderr


def test_a_folder_is_searched_for_event_files(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = tmp_path / "events" / "deep"
    folder.mkdir(parents=True)
    lookups(folder / "a.jsonl", "bad.example.com")
    result = run("replay", tmp_path / "events", "--rules", rules_folder(sample=RULE))
    assert "1 matches of 1 rules" in result.stderr
    assert "\x1b[" not in result.stdout + result.stderr
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    assert "no event files below" in run("replay", nothing).stderr


def test_coverage_needs_stages(rules_folder: RulesFolder) -> None:
    result = run("coverage", "--rules", rules_folder(sample=RULE))
    assert result.exit_code == 2
    assert "no coverage.toml there" in result.stderr
    stages = json.loads(run("coverage", "--json").stdout)["stages"]
    assert stages[0]["id"] == "W1"


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process whose output goes into pipes."""
    return subprocess.run(
        [sys.executable, ROOT / "build.py", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"])
def test_a_pipe_gets_plain_text_only(
    rules_folder: RulesFolder, tmp_path: Path, variable: str
) -> None:
    out = tmp_path / "dist"
    done = process("--rules", rules_folder(sample=RULE), "--out", out, *QUICK, **{variable: "1"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("ascii").splitlines() == [
        "target  language  ok  degraded  refused",
        "sigma   sigma     1   0         0",
        "sqlite  sql       1   0         0",
        "",
        "folder   files  holds",
        "sigma/   1      queries/",
        "sqlite/  3      lookups.sql, queries/",
        f"2 queries written to {out}",
    ]


def test_a_process_ends_with_the_same_codes(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    hit = lookups(tmp_path / "hit.jsonl", "bad.example.com")
    assert process("replay", hit, "--rules", folder, "--fail-on-match").returncode == 1
    assert process("replay", tmp_path / "nowhere", "--rules", folder).returncode == 2
    break_id(folder)
    done = process("--rules", folder, "--out", tmp_path / "dist", *QUICK)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_no_character_stops_the_output(
    rules_folder: RulesFolder, tmp_path: Path, encoding: str
) -> None:
    folder = rules_folder(sample=RULE.replace("title: Sample", "title: \u041f \U0001f600"))
    events = lookups(tmp_path / "e.jsonl", "\U0001f600.bad.example.com")
    done = process("replay", events, "--rules", folder, "--json", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    match = json.loads(done.stdout.decode(encoding))
    assert match["title"] == "\u041f \U0001f600"
    assert match["fields"] == {"QueryName": "\U0001f600.bad.example.com"}
    plain = process(
        "replay", tmp_path / "\u041f.jsonl", "--rules", folder, PYTHONIOENCODING=encoding
    )
    assert plain.returncode == 2
    assert plain.stderr.endswith(b".jsonl: no such file: check the path" + os.linesep.encode())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
def test_a_file_name_that_is_no_text_is_shown_with_escapes(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / os.fsdecode(b"caf\xe9.jsonl"), "bad.example.com")
    result = run("replay", events, "--rules", rules_folder(sample=RULE), "--json")
    assert result.exit_code == 0, result.exception
    assert json.loads(result.stdout)["file"].endswith(r"caf\udce9.jsonl")


def test_matches_are_a_table_by_severity(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "bad.example.com", "x.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", events, "--rules", folder)
    assert result.exit_code == 0
    rows = [re.split(" {2,}", line) for line in result.stdout.splitlines()]
    assert rows == [
        ["level", "rule", "record", "time", "host"],
        [
            "critical",
            "twice",
            f"{events}:3 (rests on 2 records)",
            "2023-03-29T10:02:00.000Z",
            "WS-1",
        ],
        ["high", "sample", f"{events}:1", "2023-03-29T10:00:00.000Z", "WS-1"],
        ["high", "sample", f"{events}:3", "2023-03-29T10:02:00.000Z", "WS-1"],
    ]
    summary = "3 events in 1 files, 0 unreadable: 3 matches of 2 rules (1 critical, 2 high)\n"
    assert result.stderr == summary
    quiet = run("replay", events, "--rules", folder, "--quiet")
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")


def test_no_match_prints_no_table(rules_folder: RulesFolder, tmp_path: Path) -> None:
    events = lookups(tmp_path / "e.jsonl", "good.example.com")
    for options in ([], ["--json"]):
        result = run("replay", events, "--rules", rules_folder(sample=RULE), *options)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "1 events in 1 files, 0 unreadable: 0 matches of 0 rules\n"


def test_a_correlation_rests_on_records_of_several_files(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    early = lookups(tmp_path / "b.jsonl", "bad.example.com")
    late = lookups(tmp_path / "a.jsonl", "x.example", "y.example", "worse.example.net")
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("replay", late, early, "--rules", folder, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    (match,) = [match for match in found if match["rule"] == "twice"]
    assert (match["file"], match["record"]) == (str(late), 3)
    assert match["records"] == [
        {"file": str(early), "record": 1},
        {"file": str(late), "record": 3},
    ]


def test_one_missing_file_stops_before_anything_is_printed(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    folder = rules_folder(sample=RULE)
    result = run("replay", events, tmp_path / "nowhere.jsonl", "--rules", folder, "--json")
    assert (result.exit_code, result.stdout) == (2, "")


def test_replay_stops_on_rules_with_problems(rules_folder: RulesFolder, tmp_path: Path) -> None:
    folder = rules_folder(sample=RULE)
    break_placeholder(folder)
    events = lookups(tmp_path / "events.jsonl", "bad.example.com")
    result = run("replay", events, "--rules", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert PROBLEM.fullmatch(result.stderr.rstrip("\n"))


def test_a_check_says_what_it_read(rules_folder: RulesFolder) -> None:
    folder = rules_folder(sample=RULE, twice=CORRELATION)
    result = run("check", "--rules", folder)
    assert result.stdout == "no problems in 1 rules, 1 correlations, 1 lookups, 0 waivers\n"
    assert json.loads(run("check", "--rules", folder, "--json").stdout) == []
    quiet = run("check", "--rules", folder, "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
