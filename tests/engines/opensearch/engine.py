"""OpenSearch itself: the server from Maven Central, on loopback, its data in a temporary folder.

Lucene queries run as Kibana's rules and OpenSearch's monitors run them: a `query_string` in the
filter of a bool query (`analyze_wildcard`, all fields where none is named).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines.registry import prepared

MOST = 10_000


class QueryFailed(Exception):
    """The server refused a request; the text is its answer."""


class Server:
    """A running server: `request` talks to it."""

    def __init__(self, version: str, port: int) -> None:
        self.version = version
        self.url = f"http://127.0.0.1:{port}"

    def request(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Send JSON, or lines of it as bytes; give the answer.

        Raises:
            QueryFailed: the server answers with an error.
        """
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        kind = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        request = urllib.request.Request(self.url + path, data, {"Content-Type": kind})
        request.method = method
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise QueryFailed(error.read().decode()) from error


@contextmanager
def server(name: str = "opensearch", main: str = "Server") -> Iterator[Server]:
    """Start a server; it ends with its standard input.

    Args:
        name: of its engine.
        main: its class.
    """
    home = prepared(name)
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as data:
        (Path(data) / "config").mkdir()
        classes = os.pathsep.join((str(home / "classes"), f"{home / 'lib'}/*"))
        options = ("-Xms512m", "-Xmx1g", "-XX:TieredStopAtLevel=1")
        command = ["java", *options, "-cp", classes, main, data]
        with (
            (Path(data) / "log").open("w+") as log,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            ) as process,
        ):
            assert process.stdin and process.stdout
            version, _, port = process.stdout.readline().partition(" ")
            if not port:
                log.seek(0)
                raise QueryFailed(f"the server did not start: {log.read()}")
            try:
                yield Server(version, int(port))
            finally:
                process.stdin.close()
                process.wait(60)


Documents = Mapping[int, Sequence[Mapping[str, Any]]]


def load(to: Server, index: str, mapping: Mapping[str, Any], documents: Documents) -> None:
    """Put the documents of all cases into a new index, under the ids `<case>-<place>`."""
    settings = {
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "index.mapping.total_fields.limit": 4000,
    }
    to.request("PUT", f"/{index}", {"settings": settings, "mappings": dict(mapping)})
    lines = []
    for case, own in documents.items():
        for place, document in enumerate(own):
            lines += [{"index": {"_index": index, "_id": f"{case}-{place}"}}, document]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = to.request("POST", "/_bulk?refresh=true", body)
    if answer["errors"]:
        raise QueryFailed(json.dumps([i for i in answer["items"] if "error" in i["index"]][:3]))


def replay(to: Server, index: str, queries: Mapping[str, str]) -> dict[str, set[int]]:
    """Run Lucene queries on an index.

    Returns:
        Rule -> numbers of the cases that it matched.

    Raises:
        QueryFailed: a query is refused, or has more hits than are asked for.
    """
    found = {}
    for name, text in queries.items():
        query = {"query_string": {"query": text, "analyze_wildcard": True}}
        body = {"size": MOST, "_source": False, "query": {"bool": {"filter": [query]}}}
        try:
            hits = to.request("POST", f"/{index}/_search", body)["hits"]
        except QueryFailed as error:
            raise QueryFailed(f"{name}: {error}") from error
        if hits["total"]["value"] >= MOST:
            raise QueryFailed(f"{name}: more than {MOST} hits")
        found[name] = {int(hit["_id"].partition("-")[0]) for hit in hits["hits"]}
    return found
