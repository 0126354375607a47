"""Windows channels: which services and categories of Sigma their events are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sigmapack.content.model import LogSource, Sources

#: (channel in lower case, event id) -> its categories; (channel, None) -> its service.
ChannelMap = Mapping[tuple[str, int | None], tuple[LogSource, ...]]


@cache
def _known() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).with_name("channels.toml")).read_text("utf-8"))


@cache
def short_names() -> Mapping[str, str]:
    """Short name of a channel -> its name, both in lower case."""
    return {short.lower(): name.lower() for short, name in _known()["short"].items()}


def channel_map(sources: Sources) -> dict[tuple[str, int | None], tuple[LogSource, ...]]:
    """(Windows channel in lower case, event id or None for its service) -> log sources.

    Args:
        sources: `logsources.toml`; what `channels.toml` says comes to it.
    """
    found: dict[tuple[str, int | None], list[LogSource]] = {}

    def add(channel: str, number: int | None, logsource: LogSource) -> None:
        listed = found.setdefault((channel.lower(), number), [])
        if logsource not in listed:
            listed.append(logsource)

    for key, entry in sources.logsources.items():
        product, _, part = key.partition("/")
        for event in entry.get("events", ()) if product == "windows" else ():
            channel, ids = sources.sources[event["source"]]["channel"], event.get("ids", ())
            for number in ids:
                add(channel, number, LogSource(product, part, None))
            if not ids:
                add(channel, None, LogSource(product, None, part))
    for service, channels in _known()["service"].items():
        for channel in channels:
            add(channel, None, LogSource("windows", None, service))
    for product, part in (("windows", "category"), ("linux", "linux")):
        for name, entry in _known()[part].items():
            for channel in entry["channels"]:
                for number in entry["ids"]:
                    add(channel, number, LogSource(product, name, None))
                if not entry["ids"]:
                    add(channel, None, LogSource(product, None, name))
    return {key: tuple(value) for key, value in found.items()}
