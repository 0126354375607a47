"""The faults of pySigma's LogScale backend that ours mends."""

from __future__ import annotations

import pytest

from sigmapack.targets.logscale.backend import Backend
from tests.targets.stock.fault import Fault, converted, published

FAULTS = {
    Backend: [
        Fault(
            "and_token",
            Backend,
            "s: {User: x, Owner: y}",
            "User=/^x$/i Owner=/^y$/i",
            "User=/^x$/i AND Owner=/^y$/i",
        ),
        Fault(
            "or_token",
            Backend,
            "{a: {User: x}, b: {Owner: y}, condition: a or b}",
            "User=/^x$/i or Owner=/^y$/i",
            "User=/^x$/i OR Owner=/^y$/i",
        ),
        Fault(
            "not_token",
            Backend,
            "{a: {User: x}, b: {Owner: y}, condition: not (a or b)}",
            "not (User=/^x$/i or Owner=/^y$/i)",
            "NOT (User=/^x$/i OR Owner=/^y$/i)",
        ),
        Fault(
            "field_quote_pattern",
            Backend,
            "s: {'dns.answers[0].data': a}",
            '"dns.answers[0].data"=/^a$/i',
            "dns.answers[0].data=/^a$/i",
        ),
        Fault(
            "escape_and_quote_field",
            Backend,
            "s: {'a b\\': x}",
            '"a b\\"=/^x$/i',
            '"a b\\\\"=/^x$/i',
        ),
        Fault(
            "convert_condition_field_exists",
            Backend,
            "s: {User|exists: true}",
            "NotImplementedError: Field exists expressions are not supported by the backend.",
            "User=*",
        ),
        Fault(
            "convert_condition_field_eq_val_null",
            Backend,
            "s: {'answers[]': null}",
            '"answers[]"!=*',
            "NOT (answers[0]=*)",
        ),
        Fault(
            "convert_condition_field_eq_val_re",
            Backend,
            "s: {User|re: 'a/b\"c'}",
            'User=/a/b\\"c/',
            'User=/a\\/b"c/',
        ),
        Fault(
            "convert_condition_field_eq_val_cidr",
            Backend,
            "{a: {User: x}, b: {ip|cidr: 10.0.0.0/8}, condition: a and b}",
            "User=/^x$/i| cidr(ip, subnet=10.0.0.0/8)",
            "Refused: ip cannot be compared with a network",
        ),
    ],
}


@pytest.mark.parametrize("fault", FAULTS[Backend], ids=lambda fault: fault.override)
def test_the_published_backend_still_has_the_fault(fault: Fault) -> None:
    """When this fails, upstream has mended it, and the override can go."""
    assert converted(published(fault.ours), fault.detection) == [fault.text]
    assert converted(fault.ours, fault.detection) == [fault.mended]
