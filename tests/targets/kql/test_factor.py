"""Many values as few expressions: they match what the values match, and nothing else."""

from __future__ import annotations

import itertools
import re

from sigmapack.targets.kql.factor import ANY, factor, regex


def test_factored_lists_match_what_the_values_match() -> None:
    hosts, paths = ("a.example", "b.example"), ("/p", "/q/r")
    forms = (
        "{}",
        f"{ANY}.{{}}",
        "{}.",
        f"{ANY}.{{}}:443",
        f"http://{{}}/{ANY}",
        f"https://{{}}:{ANY}",
    )
    urls = ("http://{}{}", "https://{}:443{}", f"{{}}{{}}?{ANY}", f"https://{{}}:443{{}}?{ANY}")
    patterns = [form.format(host) for form in forms for host in hosts]
    patterns += [url.format(*pair) for url in urls for pair in zip(hosts, paths, strict=True)]
    expressions, rest = factor([*patterns, "other", f"x{ANY}"])
    assert rest == ["other", f"x{ANY}"]
    starts = ("", "x.", "x", "http://", "https://", "https://x.")
    ends = (
        "",
        ".",
        ":443",
        "/",
        "/p",
        "/p?x",
        "/q/r",
        ":443/p",
        ":443/p?",
        ":443/q/r?x",
        ":80",
        "x",
    )
    for start, host, end in itertools.product(starts, hosts, ends):
        text = start + host + end
        plain = any(re.search(regex(pattern), text) for pattern in patterns)
        assert plain == any(re.search(found, text) for _, found in expressions), text
