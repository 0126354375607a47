"""Every language derives from its published backend, and every override has a fault to show."""

from __future__ import annotations

import pytest
from sigma.backends.crowdstrike.logscale import LogScaleBackend
from sigma.backends.elasticsearch.elasticsearch_eql import EqlBackend
from sigma.backends.elasticsearch.elasticsearch_esql import ESQLBackend
from sigma.backends.elasticsearch.elasticsearch_lucene import LuceneBackend
from sigma.backends.loki.loki import LogQLBackend
from sigma.backends.opensearch.opensearch import OpensearchLuceneBackend
from sigma.conversion.base import TextQueryBackend

from sigmapack.targets import discover
from tests.targets.stock import test_elastic, test_logql, test_logscale, test_shared
from tests.targets.stock.fault import overrides, published

LANGUAGES = {
    (target.name, language.name): language.backend
    for target in discover().values()
    for language in target.languages
}
PUBLISHED = {
    ("elastic", "lucene"): LuceneBackend,
    ("elastic", "eql"): EqlBackend,
    ("elastic", "esql"): ESQLBackend,
    ("opensearch", "lucene"): OpensearchLuceneBackend,
    ("loki", "logql"): LogQLBackend,
    ("logscale", "cql"): LogScaleBackend,
}
SHOWN = {
    owner: {fault.override for fault in faults}
    for module in (test_shared, test_elastic, test_logql, test_logscale)
    for owner, faults in module.FAULTS.items()
}
SHOWN[LANGUAGES["loki", "logql"]] |= test_logql.ALONE


@pytest.mark.parametrize("language", PUBLISHED, ids="/".join)
def test_a_language_derives_from_its_published_backend(language: tuple[str, str]) -> None:
    backend = LANGUAGES[language]
    assert isinstance(backend, type)
    assert published(backend) is PUBLISHED[language]


@pytest.mark.parametrize("language", PUBLISHED, ids="/".join)
def test_every_override_has_a_fault_that_is_shown(language: tuple[str, str]) -> None:
    """An override without a fault in one of the tables is one to delete, or to give a test."""
    backend = LANGUAGES[language]
    assert isinstance(backend, type) and issubclass(backend, TextQueryBackend)
    for owner in backend.__mro__[: backend.__mro__.index(published(backend))]:
        assert overrides(owner, backend) <= SHOWN.get(owner, set()), owner


def test_no_fault_is_shown_of_what_nothing_overrides() -> None:
    for owner, shown in SHOWN.items():
        of = [b for b in LANGUAGES.values() if isinstance(b, type) and issubclass(b, owner)]
        assert of and shown <= set().union(*(overrides(owner, b) for b in of)), owner
