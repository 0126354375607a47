"""Lucene for OpenSearch: pySigma's backend with the mends that Elastic and OpenSearch share."""

from __future__ import annotations

from sigma.backends.opensearch.opensearch import OpensearchLuceneBackend

from sigmapack.targets.ecs.lucene import LuceneMends


class Backend(LuceneMends, OpensearchLuceneBackend):
    """Bare Lucene conditions."""
