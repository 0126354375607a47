"""What an analyst opens from a notable event: whom it names, and what its links ask for."""

from __future__ import annotations

import json
import re

from sigmapack.targets.splunk.correlation import events
from tests.targets.splunk.shipped import queries, searches


def links(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(
        searches()[name].get("action.notable.param.drilldown_searches", "[]")
    )
    return found


def test_links_ask_for_what_matched_on_the_host_of_the_alert() -> None:
    """Letter (h): `index=* "$host$" | sort 0 _time` over 31 days, `$host$` being the notable's."""
    shown = 0
    for name, search in searches().items():
        for link in links(name)[:1]:
            shown += 1
            field = search.get("alert.suppress.fields")
            text = re.sub(r"\n?```.*?```\n", "", search["search"], flags=re.DOTALL)
            text = events(text) if queries()[name].rule.is_correlation else text.strip()
            same = f'\n| search {field}="${field}$"' if field else ""
            assert link["search"] == text + same, name
            assert link["earliest_offset"] == "$info_min_time$", name
    assert shown > 40


def test_tokens_are_fields_of_the_result() -> None:
    """Letter (h): `$host$` is the notable's own in Enterprise Security."""
    for name, search in searches().items():
        own = {search.get("alert.suppress.fields"), "info_min_time", "info_max_time"}
        said = [search.get("action.notable.param.rule_title", "")]
        said += [search.get("action.risk.param._risk_message", "")]
        said += [part for link in links(name) for part in link.values()]
        tokens = {token for text in said for token in re.findall(r"\$(\w+)\$", text)}
        assert tokens <= own, name
        assert "sort 0" not in "".join(link["search"] for link in links(name)), name


def test_an_alert_is_titled_with_whom_it_is_about() -> None:
    """Letter (h): titles named no host."""
    title = searches()["correlation_threecx_beacon_client"]["action.notable.param.rule_title"]
    assert title == "Repeated Contact With 3CX Campaign Domains From One Network Client on $src$"
