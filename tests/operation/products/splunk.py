"""Splunk Enterprise Security: the app's saved searches, run on teragrep and on `streams`.

What an analyst works on is the notable event that a search makes of each result
(`action.notable = 1`, `alert.digest_mode = 0`); a search that only adds to a machine's risk, or is
for information or hunting, makes none, and is no rule here: risk alone is for Enterprise Security's
own searches over it, which "create risk notables"
(https://docs.splunk.com/Documentation/ES/latest/RBA/Howriskscoringworks).

* Times: savedsearches.conf.spec of Splunk 10.4. `earliest` is in the window and `latest` is not
  (https://docs.splunk.com/Documentation/Splunk/latest/Search/Specifytimemodifiersinyoursearch); by
  `dispatch.index_earliest` a run looks only at what was indexed since. With
  `realtime_schedule = 0` "the scheduler never skips scheduled execution periods": runs are late.
* Silence: "Events with the same value for these fields are suppressed" for a period after an alert,
  also those "in the alert's search results" that have the same values
  (https://docs.splunk.com/Documentation/Splunk/latest/Alert/ThrottleAlerts); a result without such
  a field is taken never to be silenced.
* Whom a notable names: the fields in its title, those whose risk grows, and those that it is told
  to take its assets from, by default `src`, `dest`, `dvc` and `orig_host`, the event's `host`
  (https://docs.ansible.com/ansible/latest/collections/splunk/es/adaptive_response_notable_event_module.html).

Single events are found by teragrep, the nearest there is to Splunk's `search`. A correlation's
branches are, too; its other commands are `tests/engines/spl/streams.py`, a reading of Splunk's
documentation and no engine. A window is taken to leave out its very first moment, which is not
documented and finds less.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from tests.engines.spl import streams
from tests.engines.spl.engine import ENGINE
from tests.engines.spl.results import results
from tests.engines.spl.text import branches, macros
from tests.operation import packages
from tests.operation.clock import own
from tests.operation.model import Alert, Question, Row, Run, Seen, Shipped
from tests.operation.products import savedsearches
from tests.operation.sensors import EDR
from tests.operation.verdict import plain
from tests.shapes.splunk import Document, documents

#: What notables take their assets from where a search does not say it.
ASSETS = ["src", "dest", "dvc", "orig_host"]
#: Alerts that one run makes of single results (limits.conf, [scheduler] max_per_result_alerts).
MOST = 500
#: When a search triggers at all: by any result.
TRIGGER = {"counttype": "number of events", "relation": "greater than", "quantity": "0"}


class Splunk:
    """Saved searches and their notable events."""

    name = "splunk"

    @property
    def engine(self) -> str:
        """What runs the queries, and what reads the rest."""
        return f"{ENGINE}; correlations: streams.py"

    @cached_property
    def _app(self) -> Mapping[str, str]:
        files = packages.shipped("splunk")
        (archive,) = [data for path, data in files.items() if path.endswith(".tgz")]
        return savedsearches.unpacked(archive)

    @cached_property
    def _saved(self) -> Mapping[str, Mapping[str, str]]:
        return savedsearches.stanzas(self._app["default/savedsearches.conf"])

    @cached_property
    def _windows(self) -> Mapping[str, savedsearches.Window]:
        return {name: savedsearches.window(search) for name, search in self._saved.items()}

    def rules(self) -> Sequence[Shipped]:
        """The scheduled searches that make notables."""
        return self._rules

    @cached_property
    def _rules(self) -> list[Shipped]:
        by_title = {rule.title: rule.name for rule in packages.content().rules}
        found = []
        for name, search in sorted(self._saved.items()):
            if search["enableSched"] != "1" or search.get("action.notable") != "1":
                continue
            assert TRIGGER.items() <= search.items(), name
            every, phase = savedsearches.schedule(search["cron_schedule"])
            back, _, indexed = self._windows[name]
            made_of = packages.members(by_title[name.removeprefix("3CX pack - ")])
            found.append(
                Shipped(
                    *(name, search["search"], every, back if indexed is None else indexed, made_of),
                    phase=phase,
                    arrival=indexed is not None,
                    continuous=search["realtime_schedule"] == "0",
                    settings=search,
                )
            )
        return found

    def shows(self, seen: Seen) -> bool:
        """What its add-ons bring; no add-on here brings what another vendor's sensor sees."""
        return bool(stored(seen))

    def state(self, rule: Shipped, seen: Sequence[Seen], time: float) -> Hashable:
        """Which events lie in the window by their own time, too."""
        return tuple(each.number for each in self._within(rule, seen, time))

    def _within(self, rule: Shipped, seen: Iterable[Seen], time: float) -> Iterator[Seen]:
        """The events that a run looks at, by their own time."""
        back, ahead, _ = self._windows[rule.name]
        return (each for each in seen if time - back <= each.time < time + ahead)

    def rows(self, asked: Sequence[Question]) -> list[Sequence[Row]]:
        """The results of each search.

        teragrep is asked for those of single events, those in correlations too, over the events of
        all questions at once; a run has the results of the events that it sees.
        """
        parts = {question.rule.name: searches(question.rule) for question in asked}
        seen = {each.number: each for question in asked for each in question.seen}
        events = {number: has for number, each in seen.items() if (has := stored(each))}
        texts = {text for branch in parts.values() for text in branch}
        times = {number: seen[number].time for number in events}
        given = results(texts, events, macros(self._app["default/macros.conf"]), times)
        found: list[Sequence[Row]] = []
        for question in asked:
            looked: Iterable[Seen] = question.seen
            if own(question.rule, looked):  # Those of others are asked whenever they were.
                looked = self._within(question.rule, looked, question.time)
            numbers = sorted(each.number for each in looked)
            told = [given[text] for text in parts[question.rule.name]]
            rows = [{**about(seen[n]), **each[n]} for each in told for n in numbers if n in each]
            found.append(answer(question.rule, rows))
        return found

    def alerts(self, rule: Shipped, runs: Sequence[Run]) -> list[Alert]:
        """A notable for each result, or for all of a run, that is not silenced."""
        settings = rule.settings
        by = [name for name in settings.get("alert.suppress.fields", "").split(",") if name]
        lasts = savedsearches.seconds(settings["alert.suppress.period"])
        lasts = lasts if settings["alert.suppress"] == "1" else 0
        digest = settings["alert.digest_mode"] == "1"
        assert digest or by, f"{rule.name}: results alert by themselves, and no field silences them"
        columns = read(settings)
        silent: dict[tuple[str, ...], float] = {}
        found = []
        for each in runs:
            results = [each.rows] if digest and each.rows else [[row] for row in each.rows]
            made = 0
            for rows in results:
                key = () if digest else tuple(plain(rows[0].get(name)) for name in by)
                if each.time < silent.get(key, 0) or made == MOST:
                    continue
                made += 1
                if "" not in key and lasts:
                    silent[key] = each.time + lasts
                found.append(Alert(rule.name, each.time, named(rows, columns)))
        return found


def searches(rule: Shipped) -> list[str]:
    """The searches of single events that a rule is made of."""
    return [rule.text] if rule.single else branches(rule.text)


def answer(rule: Shipped, rows: Sequence[Row]) -> Sequence[Row]:
    """The results of a rule from the rows of its searches of single events."""
    return rows if rule.single else streams.run(rows, rule.text, first_moment=False)


def stored(seen: Seen) -> list[Document]:
    """What Splunk has of an event: one add-on's document, from whoever sent it."""
    if seen.sensor == EDR:
        return []
    sent = {"host": seen.through} if seen.through else {}
    return [{**document, **sent} for document in documents(seen.event)[:1]]


def about(seen: Seen) -> dict[str, Any]:
    """When an event was, and what it says of machines, whether or not a search asks for it.

    Enterprise Security gives `host` of a notable another meaning and keeps the event's as
    `orig_host`.
    """
    (document,) = stored(seen)
    names = {"src": "src", "dest": "dest", "dvc": "dvc", "host": "orig_host"}
    told = {name: document[field] for field, name in names.items() if field in document}
    return {**told, "_time": seen.time}


def read(settings: Mapping[str, str]) -> list[str]:
    """The fields of a result in which an analyst reads who is concerned."""
    titled = re.findall(r"\$(\w+)\$", settings["action.notable.param.rule_title"])
    risks = json.loads(settings.get("action.risk.param._risk", "[]"))
    systems = [
        each["risk_object_field"] for each in risks if each.get("risk_object_type") == "system"
    ]
    taken = settings.get("action.notable.param.extract_assets")
    return [*titled, *systems, *(json.loads(taken) if taken else ASSETS)]


def named(rows: Sequence[Row], columns: Sequence[str]) -> frozenset[str]:
    """The names of hosts and addresses in a notable."""
    return frozenset(name for row in rows for name in _names(row, columns) if name)


def _names(row: Row, columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        value = row.get(column)
        yield from (plain(each) for each in (value if isinstance(value, list) else [value]))
