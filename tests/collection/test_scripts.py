"""Scripts are PowerShell and Zeek by grammars of these, and the resolvers take their settings."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sigmapack import collection
from sigmapack.collection.fitting import Fed
from sigmapack.collection.table import read
from tests.collection.shipped import files
from tests.conftest import ROOT
from tests.engines.debian import packages
from tests.engines.grammar import faults
from tests.engines.registry import prepared

pytestmark = pytest.mark.engines("powershell", "zeek", "bind", "unbound", "squid")

#: What no check of a file sees, because no rule needs it today: the whole file, with all entries.
WHOLE = {
    path: collection._written(file, [Fed(s, ()) for s in read().switches if s.file == path])
    for path, file in read().files.items()
}


@pytest.mark.parametrize("path", [path for path in WHOLE if path.endswith(".ps1")])
def test_a_script_is_powershell(path: str) -> None:
    grammar = prepared("powershell")
    for text in (WHOLE[path].encode(), files().get(path, b"exit\n")):
        assert faults(grammar, "tree_sitter_powershell", text) == []
    broken = WHOLE[path].replace("$PSCmdlet.ShouldProcess(", "$PSCmdlet.ShouldProcess", 1)
    assert faults(grammar, "tree_sitter_powershell", broken.encode())


def test_the_commands_of_the_page_are_powershell() -> None:
    grammar = prepared("powershell")
    page = (ROOT / "docs" / "collection.md").read_text("utf-8")
    blocks = re.findall(r"^```powershell\n(.+?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert faults(grammar, "tree_sitter_powershell", block.encode()) == []


def test_a_script_is_zeek() -> None:
    grammar = prepared("zeek")
    text = WHOLE["zeek/local.zeek"]
    assert "hash-all-files" in text
    assert faults(grammar, "tree_sitter_zeek", text.encode()) == []
    assert faults(grammar, "tree_sitter_zeek", files()["zeek/local.zeek"]) == []
    assert faults(grammar, "tree_sitter_zeek", text.replace("event file_new(", "event (").encode())


def checked(engine: str, name: str, *arguments: Path | str) -> str:
    """What a program that checks settings says of a file; nothing where all is well."""
    program = packages.program(engine, name)
    done = subprocess.run(
        [str(program), *map(str, arguments)],
        env=packages.environment(program),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_bind_takes_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "named.conf"
    text = files()["dns/named.conf"].decode()
    path.write_text(text)
    assert checked("bind", "named-checkconf", path) == ""
    path.write_text(text.replace("severity info;", "severity;"))
    assert checked("bind", "named-checkconf", path)


def test_unbound_takes_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "unbound.conf"
    text = f'{files()["dns/unbound.conf"].decode()}\n    chroot: ""\n    username: ""\n'
    text += f'    directory: "{tmp_path}"\n    use-syslog: no\n'
    path.write_text(text)
    assert checked("unbound", "unbound-checkconf", path) == ""
    path.write_text(text.replace("log-queries: yes", "log-queries: perhaps"))
    assert checked("unbound", "unbound-checkconf", path)


def test_squid_takes_its_settings(tmp_path: Path) -> None:
    """Also with the lines on cookies, which are switched off in the file."""
    root = packages.program("squid", "squid").parents[1]
    own = (
        f"mime_table {root}/share/squid/mime.conf\nicon_directory {root}/share/squid/icons\n"
        f"error_directory {root}/share/squid-langpack/en\npinger_enable off\n"
        f"logfile_daemon {root}/lib/squid/log_file_daemon\ncache_log /dev/null\n"
        f"unlinkd_program {root}/lib/squid/unlinkd\nhttp_port 3128\n"
    )
    text = files()["proxy/squid.conf"].decode()
    lines = text.replace("# logformat", "logformat").replace("# access_log", "access_log")
    assert lines != text
    path = tmp_path / "squid.conf"
    path.write_text(own + lines)
    assert checked("squid", "squid", "-k", "parse", "-f", path) == ""
    path.write_text(own + lines.replace("%>ru", "%>nothing"))
    assert checked("squid", "squid", "-k", "parse", "-f", path)


def test_the_lines_of_auditd_are_of_its_form() -> None:
    """After auditctl(8): a rule on system calls, or a watch, each with a key."""
    call = r"-a always,exit -F arch=b(64|32) -S [\w,]+ -k \w+"
    watch = r"-w /\S+ -p [rwxa]+ -k \w+"
    lines = WHOLE["linux/threecx.rules"].splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert len(rules) == 3
    assert [line for line in rules if not re.fullmatch(f"{call}|{watch}", line)] == []
