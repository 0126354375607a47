r"""Splunk's search language on teragrep (pth_03, pth_10), which reads it and runs it on Spark.

The nearest to Splunk that a package registry carries: its parser and its translation of a search's
AND, OR, NOT, parentheses, comparisons, wildcards and escaped backslashes are its own. What it does
otherwise than Splunk is put right outside of it (`spoken`, `row`), by Splunk's documentation
(docs.splunk.com/Documentation/Splunk/latest/SearchReference/Search):

* macros are expanded and comments cut off, which Splunk does before a search is read;
* `field IN (a, b)` is written out as `(field=a OR field=b)`, its meaning in Splunk;
* it compares fields by letter case, Splunk does not: both sides are lower case;
* a question mark is a wildcard to it, and braces are nothing, to Splunk characters: each gets a
  backslash;
* its wildcards end at the end of a line, Splunk's stand for any characters: lines become one;
* what a `replace` found is `$1` to it, as in Java, to Splunk `\1`;
* it compares only the beginning of `source`, `sourcetype`, `host` and `tag`: they get other names;
* `tag` has several values in Splunk: it is one text, `,web,proxy,`, with wildcards around;
* it fails on absent fields: they are empty texts (no search of ours asks for `field=*`), and null
  to commands;
* a field has one value: an event becomes one row for each combination of its values;
* braces and dots in names of fields are written as underscores.

It runs the commands `eval`, `rename`, `fields` and `format`. It reads `inputlookup`, `multisearch`
and `streamstats`, and does not run them: of a lookup's subsearch, what follows `inputlookup` is run
on the rows of the lookup, with the `format` that Splunk ends a subsearch with
(SearchReference/Format); of a correlation, each branch is run up to its keys, and the whole is
read, as compiled but for `source IN (a, b)`, which the parser has only for `sourcetype`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser

LOOKUP = re.compile(r"\[\| inputlookup (\w+) (\|[^\]]*)\]")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`\w+`|[()=,]|[^\s()=,"`]+')


def macros(text: str) -> dict[str, str]:
    """Name -> definition of a `macros.conf`."""
    parser = ConfigParser(interpolation=None, strict=True)
    parser.read_string(text)
    return {name: parser[name]["definition"] for name in parser.sections()}


def expanded(search: str, known: Mapping[str, str]) -> str:
    """A search without comments and macros.

    Args:
        search: SPL as compiled.
        known: the macros.
    """
    text = re.sub(r"```.*?```", "", search, flags=re.DOTALL)
    return re.sub(r"`(\w+)`", lambda found: known[found[1]], text).strip()


def spoken(search: str, known: Mapping[str, str]) -> str:
    """A search, with or without commands, as teragrep runs it, on one line."""
    text, pipe, commands = expanded(search, known).partition("\n| ")
    said = " ".join(_written_out(TOKEN.findall(text)))
    return f"{said} | {_commands(commands)}" if pipe else said


def _commands(text: str) -> str:
    text = re.sub(r'"\\(\d)"', r'"$\1"', text)
    return re.sub(r"'([^']+)'", lambda found: f"'{named(found[1])}'", text)


def readable(search: str, known: Mapping[str, str]) -> str:
    """A search as teragrep reads it: as compiled but for `source IN`."""

    def alternatives(found: re.Match[str]) -> str:
        values = re.findall(r'"[^"]*"', found[1])
        return f"({' OR '.join(f'source={value}' for value in values)})"

    return re.sub(r"\bsource IN \(([^)]*)\)", alternatives, expanded(search, known))


def branches(correlation: str) -> list[str]:
    """The searches of a correlation, each with the `eval` that gives it the keys."""
    text = re.sub(r"```.*?```", "", correlation, flags=re.DOTALL).strip()
    if text.startswith("| multisearch"):
        return re.findall(r"^  \[ search (.*?) \]$", text, flags=re.DOTALL | re.MULTILINE)
    return [re.split(r"\n\| (?:eventstats|sort|stats) ", text)[0]]


def _written_out(tokens: list[str]) -> Iterator[str]:
    place = 0
    while place < len(tokens):
        token, following = tokens[place], tokens[place + 1 : place + 3]
        if following[:1] == ["="] and token == "tag":
            yield f'{named(token)}="*,{tokens[place + 2].lower()},*"'
            place += 3
        elif following[:1] == ["="]:
            yield f"{named(token)}={_value(tokens[place + 2])}"
            place += 3
        elif following == ["IN", "("]:
            end = tokens.index(")", place)
            values = [_value(value) for value in tokens[place + 3 : end] if value != ","]
            yield f"({' OR '.join(f'{named(token)}={value}' for value in values)})"
            place = end + 1
        else:
            yield token
            place += 1


def _value(token: str) -> str:
    return re.sub("[?{}]", r"\\\g<0>", token.lower())


def named(field: str) -> str:
    """A field's name as a column of Spark."""
    if field in ("source", "sourcetype", "host", "tag"):
        return f"{field}_"
    return re.sub(r"[{}.-]", "_", field)
