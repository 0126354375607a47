"""A copy of a document can be changed without the document."""

from __future__ import annotations

from sigmapack.content.copying import copied


def test_a_copy_shares_no_list_and_no_mapping() -> None:
    shared = ["a", {"b": ["c"]}]
    document = {"one": shared, "two": shared}
    copy = copied(document)
    assert copy == document
    copy["one"][1]["b"].append("d")
    assert document["one"] == ["a", {"b": ["c"]}]
    assert copy["two"] == ["a", {"b": ["c"]}]  # what an alias stood for is not changed with it
