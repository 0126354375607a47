"""Grafana Loki: LogQL on JSON lines.

Windows events are taken as Grafana Alloy's `loki.source.windowsevent` writes them
(https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.windowsevent/): the
event's own data stand as XML in `event_data`, from which the fields are cut by `regexp`. Other
logs are JSON lines with Zeek's or Sigma's names. A stream must not carry a label of a field's name:
Loki would call the field `host_extracted`. Loki has no lookup tables, so none are written.

LogQL has no NOT for a group (https://grafana.com/docs/loki/latest/query/): negation is pushed down
to the comparisons. pySigma's loki backend (0.15.1) drops a NOT before an expression, gives no
EventID and takes seconds for long lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.processing.pipeline import ProcessingPipeline
from sigma.types import SigmaNumber, SigmaString

from sigmapack import conversion
from sigmapack.backend import ConditionBackend, alternation
from sigmapack.correlation import read_correlation
from sigmapack.model import Content, Refused, Rule, Sources
from sigmapack.product import Artifact, Language, Part, Query, Target
from sigmapack.targets import loki_ruler
from sigmapack.targets.loki_correlation import correlate, quoted
from sigmapack.targets.loki_fields import ARRAYS, HEAD, SYSTEM, WINDOWS, field_map

OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
#: A comparison of numbers in a condition.
NUMERIC = re.compile(r"\w[<>]=?-?\d")
ORDER = "of more than two steps only neighbours are compared in time"


class Backend(ConditionBackend):
    """Label filters: anchored RE2 that ignores case, with negation pushed down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside_not = False

    def convert_condition(self, cond: Any, state: Any) -> Any:
        """One node; below a NOT by De Morgan's laws: opposite comparisons, AND and OR changed."""
        if isinstance(cond, ConditionNOT):
            self.inside_not = not self.inside_not
            inner = cond.args[0]
            text = str(self.convert_condition(inner, state))
            self.inside_not = not self.inside_not
            return f"({text})" if isinstance(inner, ConditionAND | ConditionOR) else text
        return super().convert_condition(cond, state)

    def _joined(self, token: str, parts: list[str]) -> str:
        if self.inside_not:
            token = {"and": "or", "or": "and"}[token]
        return super()._joined(token, parts)

    def _values(self, field: str, values: list[Any]) -> str:
        numbers = [[value] for value in values if isinstance(value, SigmaNumber)]
        texts = [value for value in values if not isinstance(value, SigmaNumber)]
        groups = [texts, *numbers] if texts else numbers
        parts = [ConditionBackend._values(self, field, group) for group in groups]
        return parts[0] if len(parts) == 1 else f"({self._joined(self.or_token, parts)})"

    def negated(self, expression: str) -> str:
        """Never reached: `convert_condition` pushes NOT down."""
        raise Refused("LogQL cannot negate an expression")

    def strings(self, field: str, values: Sequence[SigmaString]) -> str:
        """One alternation, with anchors that Loki should not need.

        Loki (3.7) turns `a|ab` and `a.*` in a label filter into "contains a" and forgets that the
        expression is anchored (`simplifyConcat` in pkg/logql/log/filter.go); anchors prevent that.
        """
        body = alternation(values, r"\.^$*+?()[]{}|")
        if field in ARRAYS:
            # a quote inside an element is escaped, so that only a real one follows a comma
            body = rf'.*[\[,]\s*"{body}"\s*[,\]].*'
        operator = "!~" if self.inside_not else "=~"
        return f"{field}{operator}{quoted(f'(?is)^{body}$')}"

    def number(self, field: str, operator: str, value: int | float) -> str:
        """Equality as text: compared as a number, a label that is none (`-`) passes every filter.

        Where a number must be compared, `_frame` drops the lines that Loki passed by such an error;
        below a NOT a missing label holds, which Loki's own comparison does not see.
        """
        if operator == "=":
            return f'{field}{"!=" if self.inside_not else "="}"{value}"'
        if self.inside_not:
            return f'({field}{OPPOSITE[operator]}{value} or {field}="")'
        return f"{field}{operator}{value}"

    def absent(self, field: str) -> str:
        """A label that is missing is an empty string."""
        return f'{field}{"!=" if self.inside_not else "="}""'

    def exists(self, field: str) -> str:
        """A label that is missing is an empty string."""
        return f'{field}{"=" if self.inside_not else "!="}""'

    def regex(self, field: str, pattern: str, insensitive: bool) -> str:
        """Unanchored, as Sigma's are."""
        flags = "(?is)" if insensitive else "(?s)"
        operator = "!~" if self.inside_not else "=~"
        return f"{field}{operator}{quoted(f'{flags}^.*(?:{pattern}).*$')}"


def _prepare(rule: Rule) -> Rule:
    """Windows: values as they stand in the XML, where `&`, `<` and `>` are written as entities."""
    if rule.logsource.product != "windows":
        return rule
    return conversion.with_values(
        rule,
        lambda field, value: value if WINDOWS.get(field) in HEAD else escape(value),
    )


def _pipeline(rule: Rule, sources: Sources) -> ProcessingPipeline:
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
    names = ", ".join(f"{name}=`{name}`" for name in SYSTEM)
    cut = [name for name in _labels(rule) if name not in SYSTEM]
    data = ["line_format `{{.event_data}}`"] if cut else []
    data += [f"regexp `<Data Name=['\"]{_xml_name(n)}['\"]>(?P<{n}>[^<]*)<`" for n in cut]
    return [known["windows"], f"json {names}", '__error__=""', which, *data]


def _labels(rule: Rule) -> list[str]:
    """The labels that a rule's condition and a correlation's keys need, each once."""
    mapping = field_map(rule)
    names = conversion.fields(rule)
    found = []
    for name in names:
        label = mapping[name]
        found += [label] if isinstance(label, str) else label
    return list(dict.fromkeys(found))


def _xml_name(label: str) -> str:
    """`New_Value` stands as `New Value` in the XML."""
    return label.replace("_", " ") if label in ("New_Value", "Old_Value", "Threat_Name") else label


def _comment(text: list[str]) -> str:
    return "".join(f"# {line}\n" for line in text)


def _correlate(correlation: Any, parts: Mapping[str, Part], sources: Sources) -> str:
    return correlate(correlation, parts)


def _degraded(rule: Rule, sources: Sources) -> str | None:
    if not rule.is_correlation:
        return None
    correlation = read_correlation(rule)
    if correlation.type == "temporal_ordered" and len(correlation.steps) > 2:
        return ORDER
    return None


def _package(content: Content, queries: tuple[Query, ...]) -> list[Artifact]:
    return loki_ruler.files(content, queries)


LOGQL = Language(
    name="logql",
    suffix=".logql",
    comment=_comment,
    backend=Backend,
    pipeline=_pipeline,
    frame=_frame,
    correlate=_correlate,
    prepare=_prepare,
    degraded=_degraded,
)

TARGET = Target("loki", "Grafana Loki", (LOGQL,), _package)
