"""The faults of pySigma's LogQL backend that ours mends."""

from __future__ import annotations

import pytest
from sigma.backends.loki.loki import LogQLBackend
from sigma.conditions import ConditionFieldEqualsValueExpression, ConditionNOT
from sigma.conversion.state import ConversionState
from sigma.types import SigmaNull

from sigmapack.targets.loki.backend import Backend
from tests.targets.stock.fault import Fault, converted, published

STREAM = '{job=~".+"} | logfmt | '

FAULTS = {
    Backend: [
        Fault(  # a backslash and any character, where the rule has a question mark
            "update_parsed_conditions",
            Backend,
            r"s: {User: 'a\?b'}",
            rf"{STREAM}User=~`(?i)^a\\.b$`",
            r"User=~`(?is)^a\?b$`",
        ),
        Fault(
            "convert_value_re",
            Backend,
            "s: {User|re: 'a[bc]'}",
            f"{STREAM}User=~`a[bc]`",
            "User=~`(?s)^.*(?:a[bc]).*$`",
        ),
        Fault(
            "convert_condition_field_compare_op_val",
            Backend,
            "{a: {User|exists: true}, b: {Status|gte: 400}, condition: a and not b}",
            f'{STREAM}User!="" and Status<400',
            'User!="" and (Status<400 or Status="")',
        ),
        Fault(
            "convert_condition_field_eq_val_null",
            Backend,
            "s: {User: null}",
            f"{STREAM}User=``",
            'User=""',
        ),
        Fault(
            "convert_condition_field_eq_val_cidr",
            Backend,
            "s: {src-ip|cidr: 10.0.0.0/8}",
            f'{STREAM}src-ip=ip("10.0.0.0/8")',
            "Refused: src-ip cannot be compared with a network",
        ),
        Fault(
            "convert_condition_field_eq_val_timestamp_part",
            Backend,
            "{a: {User|exists: true}, b: {time|hour: 5}, condition: a or b}",
            '{job=~".+"}  | logfmt | User!=""'
            '| label_format date_0=`{{ date "15" (unixToTime .time) }}` | date_0=`5`',
            "Refused: parts of the time in time cannot be compared",
        ),
        Fault(
            "convert_condition_field_eq_query_expr",
            Backend,
            "{a: {User|exists: true}, b: {Host|expand: '%table%'}, condition: a and not b}",
            f'{STREAM}User!="" and lookup(Host, table)',
            "Refused: an expression for Host could not be negated",
        ),
    ],
}
#: Overrides with a test of their own, below.
ALONE = {"partition_rule", "convert_condition_not", "convert_condition_field_eq_val"}


@pytest.mark.parametrize("fault", FAULTS[Backend], ids=lambda fault: fault.override)
def test_the_published_backend_still_has_the_fault(fault: Fault) -> None:
    """When this fails, upstream has mended it, and the override can go."""
    assert converted(published(fault.ours), fault.detection) == [fault.text]
    assert converted(fault.ours, fault.detection) == [fault.mended]


def test_the_published_backend_still_splits_a_long_condition_and_loses_its_end() -> None:
    """When this fails, `partition_rule` can go."""
    detection = f"s: {{User: [{', '.join(f'name-{n:03}' for n in range(251))}]}}"
    first, second = converted(LogQLBackend, detection)
    assert "name\\-249" in second
    assert "name\\-250" not in first + second
    (only,) = converted(Backend, detection)
    assert "name-250" in only


def absent() -> ConditionFieldEqualsValueExpression:
    """A comparison whose opposite LogQL writes with `!=`."""
    return ConditionFieldEqualsValueExpression("User", SigmaNull())


def test_the_published_backend_still_converts_no_condition_with_a_not() -> None:
    """When this fails, `convert_condition_not` can go."""
    with pytest.raises(AttributeError, match="not_token"):
        LogQLBackend().convert_condition(ConditionNOT([absent()]), ConversionState())
    assert Backend().convert_condition(ConditionNOT([absent()]), ConversionState()) == 'User!=""'


def test_the_published_backend_still_takes_the_opposite_from_a_mark() -> None:
    """When this fails, `convert_condition_field_eq_val` can go."""
    marked = absent()
    marked.negated = True  # type: ignore[attr-defined]
    assert LogQLBackend().convert_condition(marked, ConversionState()) == "User!=``"
    backend = Backend()
    backend.negated = 1
    assert backend.convert_condition(absent(), ConversionState()) == 'User!=""'
