"""KQL: what happens to the hits of a correlation, by windows that slide from event to event.

Counting events compares each with the one N-1 before it (`prev` on sorted rows); everything else
joins the events of a key to those that follow within the span. Fixed bins, which miss what happens
across a border, are nowhere used.
"""

from __future__ import annotations

from sigmapack.content.correlation import Correlation

#: What leads the list of all that a row rests on; `sentinel.once` looks for it.
EVIDENCE = "| join kind=leftouter (Hits"


def rows(correlation: Correlation, number: int, time: str) -> str:
    """The rows that a correlation gives of the table `Hits`, each with what it rests on.

    Args:
        correlation: what is correlated, of a type that `TEMPLATES` has.
        number: events or values that there must be at least.
        time: the column of the time.
    """
    made = TEMPLATES[correlation.type](correlation, number, time)
    keys = ", ".join(grouped(correlation))
    return "\n".join(
        [
            made,
            EVIDENCE,
            f"    | summarize Indicators = make_set(SigmaIndicator), Rules = make_set(SigmaRule)"
            f" by {keys}",
            '    | extend Indicators = strcat_array(Indicators, ", "),'
            f' Rules = strcat_array(Rules, ", ")) on {keys}',
            f"| project-away {', '.join(f'{key}1' for key in grouped(correlation))}",
        ]
    )


def grouped(correlation: Correlation) -> tuple[str, ...]:
    """The columns that tell one row from another.

    Where values are counted over a whole site, each value is a row: an alert that says that there
    are several hosts has to name them.
    """
    return ("SigmaKey", "SigmaValue") if site_wide(correlation) else ("SigmaKey",)


def site_wide(correlation: Correlation) -> bool:
    """Whether values are counted over all events."""
    return correlation.type == "value_count" and not correlation.group_by


def span(seconds: int) -> str:
    """A timespan literal in the largest unit that it is a whole number of."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _event_count(correlation: Correlation, number: int, time: str) -> str:
    if number == 1:
        return f"Hits\n| summarize arg_max({time}, *) by SigmaKey"
    before = number - 1
    return "\n".join(
        [
            "Hits",
            f"| sort by SigmaKey asc, {time} asc",
            f"| extend FirstSeen = prev({time}, {before}), FirstKey = prev(SigmaKey, {before})",
            f"| where SigmaKey == FirstKey and {time} - FirstSeen <= {span(correlation.seconds)}",
            f"| summarize arg_max({time}, *) by SigmaKey",
            "| project-away FirstKey",
        ]
    )


def _windows(correlation: Correlation, number: int, time: str) -> str:
    """From every hit of a key that has enough in all: what follows within the span."""
    counted = "SigmaStep" if correlation.type == "temporal" else "SigmaValue"
    number = len(correlation.steps) if correlation.type == "temporal" else number
    within = f"| where {time} between (FirstSeen .. (FirstSeen + {span(correlation.seconds)}))"
    if site_wide(correlation):
        last = [
            "| project SigmaKey, FirstSeen",
            "| join kind=inner (Hits) on SigmaKey",
            "| project-away SigmaKey1",
            within,
            f"| summarize arg_max({time}, *) by SigmaKey, SigmaValue",
        ]
    else:
        last = ["| summarize arg_max(FirstSeen, *) by SigmaKey", "| project-away Seen"]
    return "\n".join(
        [
            "let Keys = Hits",
            f"| summarize Seen = make_set({counted}) by SigmaKey",
            f"| where array_length(Seen) >= {number}",
            "| project SigmaKey;",
            "Hits",
            "| where SigmaKey in (Keys)",
            f"| distinct SigmaKey, {time}",
            f"| project-rename FirstSeen = {time}",
            "| join kind=inner (Hits) on SigmaKey",
            "| project-away SigmaKey1",
            within,
            f"| summarize Seen = make_set({counted}), arg_max({time}, *) by SigmaKey, FirstSeen",
            f"| where array_length(Seen) >= {number}",
            *last,
        ]
    )


def _ordered(correlation: Correlation, number: int, time: str) -> str:
    """From every hit of the first step: the earliest hit of the next one, and so on."""
    lines = [
        "Hits",
        "| where SigmaStep == 1",
        f"| project SigmaKey, FirstRule = SigmaRule, FirstSeen = {time}, Reached = {time}",
    ]
    last = len(correlation.steps)
    for step in range(2, last + 1):
        lines += [
            f"| join kind=inner (Hits | where SigmaStep == {step}) on SigmaKey",
            f"| where {time} between (Reached .. (FirstSeen + {span(correlation.seconds)}))",
        ]
        if step < last:
            lines.append(f"| summarize Reached = min({time}) by SigmaKey, FirstRule, FirstSeen")
    return "\n".join(
        [
            *lines,
            f"| summarize arg_max({time}, *) by SigmaKey",
            "| project-away SigmaKey1, Reached",
        ]
    )


TEMPLATES = {
    "event_count": _event_count,
    "value_count": _windows,
    "temporal": _windows,
    "temporal_ordered": _ordered,
}
