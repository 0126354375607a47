"""The faults of pySigma's EQL and ES|QL backends that ours mend."""

from __future__ import annotations

import pytest

from sigmapack.targets.elastic import eql, esql
from tests.targets.stock.fault import Fault, converted, published

Eql, Esql = eql.Backend, esql.Backend
FROM = "from * metadata _id, _index, _version | where "
NONE = "NotImplementedError: Field exists expressions are not supported by the backend."

FAULTS = {
    Eql: [
        Fault(
            "field_exists_expression",
            Eql,
            "s: {process.executable|exists: true}",
            NONE,
            "?process.executable != null",
        ),
        Fault(
            "field_not_exists_expression",
            Eql,
            "s: {process.executable|exists: false}",
            NONE,
            "?process.executable == null",
        ),
        Fault(
            "convert_condition_field_compare_op_val",
            Eql,
            "{a: {source.port: 1}, b: {destination.port|gt: 5}, condition: a and not b}",
            "any where source.port:1 and (not destination.port > 5)",
            "?source.port == 1 and not ((?destination.port != null and ?destination.port > 5))",
        ),
        Fault(
            "compare_op_expression",
            Eql,
            "s: {destination.port|gt: 5}",
            "any where destination.port > 5",
            "?destination.port > 5",
        ),
        Fault(
            "cidr_expression",
            Eql,
            "s: {source.ip|cidr: 10.0.0.0/8}",
            'any where cidrMatch(source.ip, "10.0.0.0/8")',
            'cidrMatch(?source.ip, "10.0.0.0/8")',
        ),
        Fault(
            "convert_condition_field_eq_val_cidr",
            Eql,
            "{a: {source.port: 1}, b: {source.ip|cidr: 10.0.0.0/8}, condition: a and not b}",
            'any where source.port:1 and (not cidrMatch(source.ip, "10.0.0.0/8"))',
            "?source.port == 1 and not ((?source.ip != null and "
            'cidrMatch(?source.ip, "10.0.0.0/8")))',
        ),
    ],
    Esql: [
        Fault(
            "convert_condition_not",
            Esql,
            "{a: {source.port: 1}, b: {destination.port: 2}, condition: a and not b}",
            f"{FROM}source.port==1 and not destination.port==2",
            "source.port == 1 AND NOT COALESCE((destination.port == 2), FALSE)",
        ),
        Fault(
            "or_token",
            Esql,
            "{a: {source.port: 1}, b: {destination.port: 2}, condition: a or b}",
            f"{FROM}source.port==1 or destination.port==2",
            "(source.port == 1 OR destination.port == 2)",
        ),
        Fault(
            "and_token",
            Esql,
            "s: {source.port: 1, destination.port: 2}",
            f"{FROM}source.port==1 and destination.port==2",
            "source.port == 1 AND destination.port == 2",
        ),
        Fault(
            "compare_op_expression",
            Esql,
            "s: {destination.port|gt: 5}",
            f"{FROM}destination.port>5",
            "destination.port > 5",
        ),
        Fault(
            "cidr_expression",
            Esql,
            "s: {source.ip|cidr: 10.0.0.0/8}",
            f'{FROM}cidr_match(source.ip, "10.0.0.0/8")',
            'CIDR_MATCH(source.ip, "10.0.0.0/8")',
        ),
        Fault(
            "field_null_expression",
            Esql,
            "s: {process.executable: null}",
            f"{FROM}process.executable is null",
            "process.executable IS NULL",
        ),
        Fault(
            "field_exists_expression",
            Esql,
            "s: {process.executable|exists: true}",
            f"{FROM}process.executable is not null",
            "process.executable IS NOT NULL",
        ),
        Fault(
            "field_not_exists_expression",
            Esql,
            "s: {process.executable|exists: false}",
            f"{FROM}process.executable is null",
            "process.executable IS NULL",
        ),
    ],
}


@pytest.mark.parametrize(
    "fault", [f for faults in FAULTS.values() for f in faults], ids=lambda fault: fault.override
)
def test_the_published_backend_still_has_the_fault(fault: Fault) -> None:
    """When this fails, upstream has mended it, and the override can go."""
    assert converted(published(fault.ours), fault.detection) == [fault.text]
    assert converted(fault.ours, fault.detection) == [fault.mended]
