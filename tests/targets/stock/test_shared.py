"""The faults that several published backends share, and those that fields of ECS meet."""

from __future__ import annotations

import pytest

from sigmapack.compiling.mends import Mends
from sigmapack.targets.ecs.backend import EcsMends
from sigmapack.targets.ecs.lucene import LuceneMends
from sigmapack.targets.elastic import eql, esql, lucene
from sigmapack.targets.logscale.backend import Backend as LogScale
from sigmapack.targets.loki.backend import Backend as LogQL
from sigmapack.targets.opensearch.backend import Backend as OpenSearch
from tests.targets.stock.fault import Fault, converted, published

Lucene, Eql, Esql = lucene.Backend, eql.Backend, esql.Backend

#: What ES|QL's backend and LogQL's write in front of every condition.
FROM = "from * metadata _id, _index, _version | where "
STREAM = '{job=~".+"} | logfmt | '
WORDS = "Refused: a search for words without a field cannot be expressed"
UNSUPPORTED = "SigmaFeatureNotSupportedByBackendError: "
REGEX = f"{UNSUPPORTED}regular expressions (PCRE) have no equivalent in Lucene's syntax"
LONG = "a-value-so-long-that-two-of-them-do-not-fit-one-line"

FAULTS = {
    Mends: [
        Fault(
            "convert_or_as_in",
            Lucene,
            "s: {process.executable: [Ab, C]}",
            "process.executable:(Ab OR C)",
            "process.executable:/([aA][bB]|[cC])/",
        ),
        Fault(
            "convert_or_as_in",
            OpenSearch,
            "s: {process.executable: [Ab, C]}",
            "process.executable:(Ab OR C)",
            "process.executable:/([aA][bB]|[cC])/",
        ),
        Fault(
            "convert_or_as_in",
            Esql,
            "s: {process.executable: [Ab, C]}",
            f'{FROM}process.executable in ("Ab", "C")',
            'TO_LOWER(process.executable) IN ("ab", "c")',
        ),
        Fault(
            "convert_or_as_in",
            Eql,
            "s: {event.code: [1, 2]}",
            "any where event.code like~ (1, 2)",
            '?event.code in ("1", "2")',
        ),
        Fault(
            "compare_precedence",
            LogScale,
            "{a: {User: x}, b: [{Owner: y}, {Host: z}], condition: a and b}",
            "User=/^x$/i Owner=/^y$/i or Host=/^z$/i",
            "User=/^x$/i AND (Owner=/^y$/i OR Host=/^z$/i)",
        ),
        Fault(
            "compare_precedence",
            LogQL,
            "{a: {User: x}, b: {Owner: y, Host: z}, condition: a or b}",
            f"{STREAM}User=~`(?i)^x$` or Owner=~`(?i)^y$` and Host=~`(?i)^z$`",
            "User=~`(?is)^x$` or (Owner=~`(?is)^y$` and Host=~`(?is)^z$`)",
        ),
        Fault(
            "convert_condition_or",
            LogScale,
            "s: {User: [a, '*b', c]}",
            "User=/^a$/i or User=/b$/i or User=/^c$/i",
            "User=/^(?:a|c)$|b$/i",
        ),
        Fault(
            "convert_condition_or",
            LogQL,
            "s: {User: [a, '*b', c]}",
            f"{STREAM}User=~`(?i)^a$` or User=~`(?i).*b$` or User=~`(?i)^c$`",
            "User=~`(?is)^(?:a|.*b|c)$`",
        ),
        Fault(
            "convert_condition_and",
            LogScale,
            f"s: {{User|contains|all: [{LONG}, {LONG}-too]}}",
            f"User=/{LONG}/i User=/{LONG}-too/i",
            f"User=/{LONG}/i\n  AND User=/{LONG}-too/i",
        ),
        Fault(
            "convert_condition_not",
            Lucene,
            "{a: {event.code: 1}, b: {event.code: 2}, condition: a and not b}",
            "event.code:1 AND (NOT event.code:2)",
            "event.code:1 AND NOT (event.code:2)",
        ),
        Fault(
            "convert_condition_not",
            LogScale,
            "{a: {User: x}, b: {Owner: y}, condition: a and not b}",
            "User=/^x$/i not Owner=/^y$/i",
            "User=/^x$/i AND NOT (Owner=/^y$/i)",
        ),
        Fault(
            "convert_condition_field_eq_val",
            Lucene,
            "s: {process.executable: Ab}",
            "process.executable:Ab",
            "process.executable:/[aA][bB]/",
        ),
        Fault(
            "convert_condition_field_eq_val",
            Esql,
            "s: {process.executable: Ab}",
            f'{FROM}process.executable=="Ab"',
            'TO_LOWER(process.executable) == "ab"',
        ),
        Fault("convert_condition_val", Lucene, "s: [Word]", "*Word*", WORDS),
        Fault("convert_condition_val", Eql, "s: [Word]", 'any where "Word"', WORDS),
        Fault("convert_condition_val", LogScale, "s: [Word]", '/"Word"/i', WORDS),
        Fault(  # what stands beside the word is lost
            "convert_condition_val",
            LogQL,
            "{a: {User: x}, b: [Word], condition: a or b}",
            '{job=~".+"} |~ `(?i)Word`',
            WORDS,
        ),
        Fault(
            "convert_condition_field_eq_field",
            Esql,
            "s: {process.executable|fieldref: process.name}",
            f"{FROM}process.executable==process.name",
            "Refused: the comparison of process.executable with another field is not supported",
        ),
        Fault(  # OR has become AND
            "convert_condition_field_eq_field",
            LogQL,
            "{a: {User: x}, b: {User|fieldref: Owner}, condition: a or b}",
            '{job=~".+"}  | logfmt | User=~`(?i)^x$`| label_format match_0='
            "`{{ if eq .Owner .User }}true{{ else }}false{{ end }}` | match_0=`true`",
            "Refused: the comparison of User with another field is not supported",
        ),
        Fault(
            "finalize_query",
            Esql,
            "s: {dll.code_signature.exists: true}",
            f"{FROM}dll.code_signature.exists==true",
            "dll.code_signature.exists == true",
        ),
        Fault(
            "finalize_query",
            LogQL,
            "s: {User|exists: true}",
            f'{STREAM}User!=""',
            'User!=""',
        ),
    ],
    EcsMends: [
        Fault(
            "compare_precedence",
            Esql,
            "{a: {event.code: '1'}, b: {destination.port: 2, source.port: 3}, condition: a or b}",
            f'{FROM}event.code=="1" or destination.port==2 and source.port==3',
            '((destination.port == 2 AND source.port == 3) OR event.code == "1")',
        ),
        Fault(
            "compare_precedence",
            Lucene,
            "{a: {event.code: 1}, b: {event.code: [2, 3]}, condition: a and not b}",
            "event.code:1 AND (NOT (event.code:(2 OR 3)))",
            "event.code:1 AND NOT (event.code:(2 OR 3))",
        ),
        Fault(
            "convert_condition_or",
            Lucene,
            "{a: {event.code: 1}, b: {destination.port: 2}, condition: a or b}",
            "event.code:1 OR destination.port:2",
            "(event.code:1 OR destination.port:2)",
        ),
        Fault(
            "convert_condition_field_compare_op_val",
            Lucene,
            "s: {event.code|gt: 5}",
            "event.code:>5",
            f"{UNSUPPORTED}event.code is no number: it cannot be compared by size",
        ),
        Fault(
            "convert_condition_field_eq_val_re",
            Lucene,
            "s: {process.executable|re: '^a$'}",
            "process.executable:/^a$/",
            REGEX,
        ),
        Fault(
            "convert_condition_field_eq_val_re",
            Eql,
            "s: {process.executable|re: '^a$'}",
            'any where process.executable regex~ "^a$"',
            REGEX,
        ),
        Fault(
            "convert_condition_field_eq_val_re",
            Esql,
            "s: {process.executable|re|i: a}",
            f'{FROM}process.executable rlike "(?i)a"',
            REGEX,
        ),
        Fault(
            "convert_condition_field_eq_val_cidr",
            Lucene,
            "s: {process.executable|cidr: 10.0.0.0/8}",
            r"process.executable:10.0.0.0\/8",
            f"{UNSUPPORTED}process.executable holds no address",
        ),
    ],
    LuceneMends: [
        Fault(
            "cidr_expression",
            Lucene,
            "s: {source.ip|cidr: '2001:db8::/32'}",
            r"source.ip:2001\:db8\:\:\/32",
            'source.ip:"2001:db8::/32"',
        ),
        Fault(
            "field_null_expression",
            Lucene,
            "s: {process.executable: null}",
            "NOT _exists_:process.executable",
            "(NOT _exists_:process.executable)",
        ),
        Fault(
            "field_not_exists_expression",
            OpenSearch,
            "{a: {event.code: 1}, b: {process.executable|exists: false}, condition: a or b}",
            "event.code:1 OR NOT _exists_:process.executable",
            "((NOT _exists_:process.executable) OR event.code:1)",
        ),
    ],
}


@pytest.mark.parametrize(
    "fault", [f for faults in FAULTS.values() for f in faults], ids=lambda fault: fault.override
)
def test_a_published_backend_still_has_the_fault(fault: Fault) -> None:
    """When this fails for every backend that a mend serves, the override can go."""
    assert converted(published(fault.ours), fault.detection) == [fault.text]
    assert converted(fault.ours, fault.detection) == [fault.mended]
