"""YAML text to rules: bounded before anything is made of it, each key at its line, and of a shape.

The rest of the package reads a rule without asking whether a text is one: what is not of the shape
that Sigma gives it is a problem here, and no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from sigmapack.content import limits
from sigmapack.content.model import Place, Problem, Rule
from sigmapack.content.shape import Wrong, wrong

Shape = Callable[[Mapping[str, Any]], Wrong]

#: libyaml's loader, where PyYAML was built with it; the other says the same, ten times slower.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXT, MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
START = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
END = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class Excess(Exception):
    """A text is more than a limit allows: the line, and what and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def documents(
    path: str, text: str, problems: list[Problem], shape: Shape = wrong
) -> Iterator[Rule]:
    """The rules of a file; what is none, and why, is added to the problems.

    Args:
        path: as problems name it.
        text: YAML.
        problems: gets what is wrong.
        shape: says where a document is not as it has to be: as a rule, unless given.
    """
    try:
        bound(text)
        loader = LOADER(text)
        while loader.check_node():
            node = loader.get_node()
            assert node is not None  # check_node() said so
            yield from _rule(path, node, loader.construct_document(node), problems, shape)
    except Excess as error:
        problems.append(Problem(path, error.line, "too-large", str(error)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = " ".join(str(getattr(error, "problem", None) or error).split())
        problems.append(Problem(path, mark.line + 1 if mark else 1, "yaml", message))
    except (ValueError, TypeError, RecursionError) as error:
        message = " ".join(str(error).split()) or type(error).__name__
        problems.append(Problem(path, 1, "yaml", message))


def bound(text: str) -> None:
    """Read a text's events, of which nothing is made yet, and compare them with the limits.

    An alias counts as what it stands for: a few lines of aliases of aliases are gigabytes, and one
    of what holds it never ends.

    Raises:
        Excess: a limit is exceeded.
        yaml.YAMLError: it is no YAML.
    """
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    count = 0
    for event in yaml.parse(text, LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            if anchor not in sizes and any(name == anchor for name, _ in open_):
                raise Excess(line, f"*{anchor} stands in what it stands for: write its values out")
            count += sizes.get(anchor or "", 0)
        elif isinstance(event, yaml.ScalarEvent):
            count += 1
            sizes |= {anchor: 1} if anchor else {}
            value(line, event.value)
        elif isinstance(event, START):
            open_.append((anchor, count))
            count += 1
            if len(open_) > limits.DEEPEST:
                raise Excess(line, f"more than {limits.DEEPEST} lists and mappings in one another")
        elif isinstance(event, END):
            name, before = open_.pop()
            sizes |= {name: count - before} if name else {}
        if count > limits.MOST_VALUES:
            most = f"{limits.MOST_VALUES:,}"
            raise Excess(line, f"more than {most} values, with what aliases stand for: split it")


def value(line: int, text: str) -> None:
    """Compare one value with the limits.

    Raises:
        Excess: it is longer.
    """
    if len(text) > limits.LONGEST_VALUE:
        most = f"{limits.LONGEST_VALUE:,}"
        raise Excess(line, f"a value of {len(text):,} characters, {most} are the most: shorten it")


def _rule(
    path: str, node: yaml.Node, data: object, problems: list[Problem], shape: Shape
) -> Iterator[Rule]:
    if not isinstance(data, dict):
        line = node.start_mark.line + 1
        problems.append(Problem(path, line, "not-a-rule", "a rule is a mapping of keys"))
        return
    lines: dict[Place, int] = {}
    known = len(problems)
    _walk(node, (), lines, path, problems)
    if any(problem.code == "sigma" for problem in problems[known:]):
        return
    rule = Rule(path, data, lines)
    found = [Problem(path, rule.line(*place), "sigma", text) for place, text in shape(data)]
    problems.extend(found)
    if not found:
        yield rule


def _walk(
    node: yaml.Node, place: Place, lines: dict[Place, int], path: str, problems: list[Problem]
) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != TEXT:
                shown = str(key.value)[:60]
                message = f"the key {shown!r} is no text: put it in quotes, or remove it"
                problems.append(Problem(path, line, "sigma", message))
                continue
            if key.value in seen:
                message = f"the key {key.value!r} stands twice here: YAML would keep only the last"
                problems.append(Problem(path, line, "duplicate-key", message))
            seen.add(key.value)
            _walk(value, (*place, key.value), lines, path, problems)
            lines[(*place, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _walk(item, (*place, position), lines, path, problems)
