"""The template for GitLab: valid, and its jobs do what they say."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from sigmapack.release import keys, name_of
from sigmapack.release.verify import verify
from tests.conftest import ROOT, RULE, RulesFolder
from tests.pipelines.shell import called, installs_the_pack, read, schema, shell
from tests.release.conftest import key, key_file
from tests.schemas import faults

__all__ = ["key", "key_file"]
TEMPLATE = read("gitlab/template.yml")
VARIABLES = {**TEMPLATE[".threecx-pack"]["variables"], "PACK": str(ROOT)}


def script(job: str) -> str:
    """The commands of a job as the runner's one script."""
    return "\n".join(TEMPLATE[job]["script"])


def test_the_template_is_valid_by_its_schema() -> None:
    assert faults(schema("gitlab-ci"), TEMPLATE) == []
    wrong = {**TEMPLATE, "threecx-check": {"script": {"no": "list"}}}
    assert faults(schema("gitlab-ci"), wrong) != []


def test_the_installation_is_of_the_pack(tmp_path: Path) -> None:
    (line,) = TEMPLATE[".threecx-pack"]["before_script"]
    assert installs_the_pack(called(line, tmp_path, VARIABLES))


def test_the_check_writes_the_reports_that_the_job_keeps(
    rules_folder: RulesFolder, tmp_path: Path
) -> None:
    rules_folder(sample=RULE.replace("ioc_domains", "none"))
    done = shell(script("threecx-check"), tmp_path, {**VARIABLES, "RULES": "rules"}, "sh", "-e")
    assert done.returncode == 1
    kept = TEMPLATE["threecx-check"]["artifacts"]
    root = ElementTree.parse(tmp_path / kept["reports"]["junit"]).getroot()
    assert [failure.text for failure in root.iter("failure")] == done.stderr.splitlines()
    assert all((tmp_path / path).is_file() for path in kept["paths"])


def test_the_release_is_signed_and_leaves_no_key(
    rules_folder: RulesFolder, tmp_path: Path, key_file: Path
) -> None:
    rules_folder(sample=RULE)
    key_file.chmod(0o666)  # as the runner writes a variable of type file
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    variables = {"RULES": "rules", "SIGNING_KEY": str(key_file), "TMPDIR": str(temporary)}
    done = shell(script("threecx-release"), tmp_path, {**VARIABLES, **variables}, "sh", "-e")
    assert done.returncode == 0, done.stderr
    (folder,) = TEMPLATE["threecx-release"]["artifacts"]["paths"]
    verdict = verify(tmp_path / folder / name_of(), keys.public(key_file.with_suffix(".pub")))
    assert verdict.key_checked and verdict.problems == []
    assert list(temporary.iterdir()) == []
