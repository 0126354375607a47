"""Questions in EQL, asked of python-eql all at once.

A run returns the newest events and not more than a rule's alerts in one run: `size` of the request
(elastic/kibana, detection_engine/rule_types/eql/eql.ts), taken from the tail
(https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-eql-search).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.engines.eql import engine
from tests.operation.model import Question, Row
from tests.operation.products.ecs import read, stored
from tests.shapes.ecs import Document

Indexed = Mapping[str, Document]


def documents(question: Question) -> Indexed:
    """What a run of a rule reads, by id, in the order of time."""
    index = question.rule.settings["index"]
    found = [
        (document["@timestamp"], name, document)
        for seen in question.seen
        for name, document in stored(seen)
        if read(document, index)
    ]
    return {name: document for _, name, document in sorted(found, key=lambda each: each[:2])}


def newest(question: Question, rows: list[Row]) -> list[Row]:
    """As many as a run returns."""
    most: int = question.rule.settings["max_signals"]
    return rows[-most:]


def single(asked: Sequence[Question]) -> list[Sequence[Row]]:
    """The rows of rules that look at each event by itself: all events are asked once."""
    read_by = [documents(question) for question in asked]
    all_of: dict[str, Document] = {name: each for own in read_by for name, each in own.items()}
    numbers = {number: name for number, name in enumerate(all_of)}
    texts = {question.rule.name: question.rule.text for question in asked}
    hits = engine.replay({number: [all_of[name]] for number, name in numbers.items()}, texts)
    matched = {rule: {numbers[number] for number in found} for rule, found in hits.items()}
    return [
        newest(
            question,
            [{**each, "_id": n} for n, each in own.items() if n in matched[question.rule.name]],
        )
        for question, own in zip(asked, read_by, strict=True)
    ]


def sequences(asked: Sequence[Question]) -> list[Sequence[Row]]:
    """A row for each match of a sequence: what its first event has of the entities, and all ids."""
    read_by = [documents(question) for question in asked]
    entries = []
    for question, own in zip(asked, read_by, strict=True):
        times = {name: seen.time for seen in question.seen for name, _ in stored(seen)}
        timed = [(times[name], document) for name, document in own.items()]
        entries.append((timed, question.rule.text))
    return [
        newest(question, [joined(list(own), own, hit) for hit in sorted(hits, key=max)])
        for question, own, hits in zip(asked, read_by, engine.all_sequences(entries), strict=True)
    ]


def joined(names: Sequence[str], own: Indexed, hit: Sequence[int]) -> Row:
    """An alert of a sequence: the fields that its events have in common, and their ids.

    elastic/kibana, detection_engine/rule_types/eql/build_alert_group_from_sequence.ts:
    `objectArrayIntersection`.
    """
    first, *others = [own[names[place]] for place in hit]
    same = {
        name: value for name, value in first.items() if all(e.get(name) == value for e in others)
    }
    return {**same, "_id": "+".join(names[place] for place in hit)}
