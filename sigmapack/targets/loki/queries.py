"""Grafana Loki: LogQL on JSON lines.

Windows events are taken as Grafana Alloy's `loki.source.windowsevent` writes them
(https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.windowsevent/): the
event's own data stand as XML in `event_data` (or `user_data`, where the event has UserData), from
which the fields are cut by `regexp`. Other
logs are JSON lines with Zeek's or Sigma's names. A stream must not carry a label of a field's name:
Loki would call the field `host_extracted`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from sigma.processing.pipeline import ProcessingPipeline

from sigmapack.compiling import comments, conversion, userdata
from sigmapack.compiling.product import Language, Part
from sigmapack.content.correlation import read_correlation
from sigmapack.content.model import Refused, Rule, Sources
from sigmapack.targets.loki.backend import Backend
from sigmapack.targets.loki.correlation import correlate
from sigmapack.targets.loki.fields import ARRAYS, HEAD, SYSTEM, WINDOWS, field_map, who

#: A comparison of numbers in a condition.
NUMERIC = re.compile(r"\w[<>]=?-?\d")


ORDER = "of more than two steps only neighbours are compared in time"


def _prepare(rule: Rule) -> Rule:
    """Windows: values as they stand in the XML, where `&`, `<` and `>` are written as entities."""
    if rule.logsource.product != "windows":
        return rule
    return conversion.with_values(
        rule,
        lambda field, value: value if WINDOWS.get(field) in HEAD else escape(value),
    )


def _pipeline(rule: Rule) -> ProcessingPipeline:
    return conversion.pipeline("loki", rule, field_map(rule), keep=False)


def _frame(rule: Rule, condition: str, sources: Sources) -> str:
    errors = ['__error__=""'] if NUMERIC.search(condition) else []
    return "\n| ".join([*_stages(rule, sources), condition.replace("\n", "\n  "), *errors])


def _stages(rule: Rule, sources: Sources) -> list[str]:
    """The stream, and the stages that make labels of a line."""
    known = sources.products["loki"]
    if rule.logsource.product != "windows":
        _, ids, stream = next(conversion.names(sources, "loki", rule.logsource))
        stream = known.get(rule.logsource.key, stream)
        arrays = [f for f in _labels(rule) if f in ARRAYS]
        stages = [stream, "json"]
        stages += [f"json {', '.join(f'{name}=`{name}`' for name in arrays)}"] if arrays else []
        event = [f'EventID="{ids[0]}"'] if ids else []
        return [*stages, '__error__=""', *event]
    events = sources.events(rule.logsource)
    if not events:
        raise Refused(f"logsources.toml does not describe the log source {rule.logsource.key}")
    filters = []
    for source, ids in events:
        numbers = " or ".join(f'event_id="{number}"' for number in ids)
        both = f" and ({numbers})" if len(ids) > 1 else f" and {numbers}" if ids else ""
        filters.append(f'channel="{sources.sources[source]["channel"]}"{both}')
    which = filters[0] if len(filters) == 1 else " or ".join(f"({item})" for item in filters)
    place = "user_data" if userdata.holds(rule) else "event_data"
    names = ", ".join(f"{name}=`{name}`" for name in (*HEAD, place))
    cut = [name for name in _labels(rule) if name not in SYSTEM]
    data = [f"line_format `{{{{.{place}}}}}`"] if cut else []
    data += [f"regexp `{_begin(place, name)}(?P<{name}>[^<]*)<`" for name in cut]
    return [known["windows"], f"json {names}", '__error__=""', which, *data]


def _begin(place: str, label: str) -> str:
    """What stands before a value in the XML."""
    if place == "user_data":
        return f"<{label}>"
    return f"<Data Name=['\"]{_xml_name(label)}['\"]>"


def _labels(rule: Rule) -> list[str]:
    """The labels that a rule's condition and an alert's name of its host need, each once."""
    names = (*conversion.fields(rule), who(rule))
    mapping = field_map(rule, *names)
    found = []
    for name in names:
        label = mapping[name]
        found += [label] if isinstance(label, str) else label
    return list(dict.fromkeys(found))


def _xml_name(label: str) -> str:
    """`New_Value` stands as `New Value` in the XML."""
    return label.replace("_", " ") if label in ("New_Value", "Old_Value", "Threat_Name") else label


def _correlate(correlation: Any, parts: Mapping[str, Part], sources: Sources) -> str:
    return correlate(correlation, parts)


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if not rule.is_correlation:
        return None
    correlation = read_correlation(rule)
    if correlation.type == "temporal_ordered" and len(correlation.steps) > 2:
        return ORDER
    return None


LOGQL = Language(
    name="logql",
    suffix=".logql",
    comment=comments.after("#"),
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
)
