"""Lucene for ECS: pySigma's backend with the mends that Elastic and OpenSearch share."""

from __future__ import annotations

from sigma.backends.elasticsearch.elasticsearch_lucene import LuceneBackend

from sigmapack.targets.ecs.lucene import LuceneMends


class Backend(LuceneMends, LuceneBackend):
    """Bare Lucene conditions."""
