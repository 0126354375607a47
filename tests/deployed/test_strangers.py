"""Files of strangers: what is too large, too deep or damaged is one clear error."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from sigmapack.deployed import gathered, strangers
from sigmapack.deployed.gathered import exports, unpacked
from sigmapack.deployed.strangers import Export
from sigmapack.events.files import UnreadableInput


def test_json_and_lines_that_are_too_deep_are_refused() -> None:
    deep = '{"a":' * 70 + "1" + "}" * 70
    for text in (deep, '{"a":' * 100_000 + "1" + "}" * 100_000):
        with pytest.raises(UnreadableInput, match="more than 60 lists and mappings"):
            assert Export("x", text.encode()).json
    with pytest.raises(UnreadableInput, match="more than 60 lists and mappings"):
        assert Export("x", f'{{"a": 1}}\n{deep}\n'.encode()).lines


def test_yaml_that_is_too_deep_or_has_an_alias_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="more than 60 lists and mappings"):
        assert Export("x", ("[" * 100 + "]" * 100).encode()).yaml
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: [*a, *a]\n" for n in range(9))
    with pytest.raises(UnreadableInput, match=r"an alias \(\*a\)"):
        assert Export("x", bomb.encode()).yaml


def test_yaml_with_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST_VALUES", 10)
    with pytest.raises(UnreadableInput, match="more than 10 values"):
        assert Export("x", b"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]").yaml


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"{", b"[1", b"!!python/object:os.system {}", b"a: b: c"]
)
def test_what_is_none_of_it_is_none(data: bytes) -> None:
    export = Export("x", data)
    assert (export.json, export.lines, export.yaml) == (None, None, None)


def test_a_line_may_hold_what_ends_a_line_elsewhere() -> None:
    assert Export("x", '{"a": "b\u2028c"}\r\n\n{"a": 1}'.encode()).lines == [
        {"a": "b\u2028c"},
        {"a": 1},
    ]


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"x" * 11)
    with pytest.raises(UnreadableInput, match="more than 10 bytes"):
        strangers.read(path, 10)
    assert strangers.read(path, 11) == b"x" * 11


def zipped(*files: tuple[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return raw.getvalue()


def tarred(*files: tuple[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return raw.getvalue()


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archives_files_are_read_and_nothing_is_written(pack: object) -> None:
    data = pack(("../../a", b"1"), ("/b", b"2"))  # type: ignore[operator]
    assert [one.data for one in unpacked(Export("x", data))] == [b"1", b"2"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_that_grows_too_large_is_refused(
    pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "MOST_UNPACKED", 20_000)
    data = pack(("a", b"\0" * 15_000), ("b", b"\0" * 15_000))  # type: ignore[operator]
    assert len(data) < 2_000
    with pytest.raises(UnreadableInput, match="more than 20,000 bytes when unpacked"):
        unpacked(Export("x", data))


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_of_too_many_files_is_refused(
    pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "MOST_FILES", 2)
    data = pack(("a", b""), ("b", b""), ("c", b""))  # type: ignore[operator]
    with pytest.raises(UnreadableInput, match="an archive of more than 2 files"):
        unpacked(Export("x", data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(zipped(("a", b"1" * 1000))[:60], id="zip cut short"),
        pytest.param(tarred(("a", b"1"))[:40], id="tar cut short"),
        pytest.param(b"PK\x03\x04", id="zip of four bytes"),
        pytest.param(b"\x1f\x8b", id="gzip of two bytes"),
        pytest.param(gzip.compress(b"no tar archive", mtime=0), id="gzip of a text"),
    ],
)
def test_a_damaged_archive_is_one_error(data: bytes) -> None:
    with pytest.raises(UnreadableInput, match="a damaged archive"):
        unpacked(Export("x", data))


def test_of_a_folder_no_link_and_no_pipe_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"a": 1}), "utf-8")
    (folder / "b.json").symlink_to(tmp_path / "elsewhere.json")
    (tmp_path / "elsewhere.json").write_text("{}", "utf-8")
    os.mkfifo(folder / "c.json")
    found = [(one.path, named) for one, named in exports([folder])]
    assert found == [(str(folder / "a.json"), False)]


def test_a_folder_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(UnreadableInput, match="more than 2 files"):
        list(exports([tmp_path]))


def test_files_that_are_too_large_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "MOST_TOGETHER", 2_500)
    for name in "abc":
        (tmp_path / name).write_bytes(b"x" * 1_000)
    with pytest.raises(UnreadableInput, match="more than 2,500 bytes together"):
        list(exports([tmp_path]))
    with pytest.raises(UnreadableInput, match="more than 2,500 bytes together"):
        list(exports([tmp_path / name for name in "abc"]))
