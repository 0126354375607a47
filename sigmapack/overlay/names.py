"""Names and ids that are a client's own, so that two clients may share a tenant of a product."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sigmapack.content.load import chained
from sigmapack.content.model import Content, Lookup, Rule
from sigmapack.content.placeholders import PLACEHOLDER


def named(content: Content, client: str) -> Content:
    """The content as products get it: ids, titles and tables of the client's own.

    Rules keep their names, by which stages, filters and people refer to them.

    Args:
        content: a client's.
        client: its id.
    """
    tables = {f"{client}_{name}": table for name, table in content.lookups.items()}
    ids = {rule.id: own_id(rule, client) for rule in content.rules if rule.id}
    rules = chained(tuple(_named(rule, client, content.lookups, ids) for rule in content.rules))
    return replace(
        content,
        rules=rules,
        lookups={name: replace(table, name=name) for name, table in tables.items()},
    )


def own_id(rule: Rule, client: str) -> str:
    """A rule's id for a client: the same in every build, and no other client's."""
    try:
        return str(uuid.uuid5(uuid.UUID(rule.id), client))
    except ValueError:  # no UUID: whoever compiles it says so
        return rule.id


def _named(rule: Rule, client: str, tables: Mapping[str, Lookup], ids: Mapping[str, str]) -> Rule:
    document: dict[str, Any] = rule.copy()
    document["title"] = f"{client} - {rule.title}"
    document["name"] = rule.name
    if rule.id:
        document["id"] = ids[rule.id]
        related = [
            {**one, "id": ids.get(one.get("id"), one.get("id"))}
            for one in document.get("related") or ()
        ]
        document["related"] = [*related, {"id": rule.id, "type": "derived"}]
    if "detection" in document:
        document["detection"] = _own(document["detection"], client, tables)
    if rule.is_correlation:
        body = document["correlation"]
        listed = body.get("rules") or []
        listed = [listed] if isinstance(listed, str) else listed
        body["rules"] = [ids.get(name, name) for name in listed]
        if isinstance(body.get("aliases"), dict):
            body["aliases"] = {
                alias: {ids.get(name, name): field for name, field in own.items()}
                for alias, own in body["aliases"].items()
            }
    english = {**rule.english, "title": f"{client} - {rule.called}"} if rule.english else {}
    return replace(rule, document=document, findings={}, origin=rule.id, english=english)


def _own(node: Any, client: str, tables: Mapping[str, Lookup], expands: bool = False) -> Any:
    """A detection whose placeholders name the client's tables."""
    if isinstance(node, dict):
        return {
            key: _own(value, client, tables, "expand" in str(key).split("|")[1:])
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_own(item, client, tables, expands) for item in node]
    if not (expands and isinstance(node, str)):
        return node

    def renamed(found: re.Match[str]) -> str:
        return f"%{client}_{found[1]}%" if found[1].partition(".")[0] in tables else found[0]

    return PLACEHOLDER.sub(renamed, node)
