"""What changed in each product: outcomes, queries, schedules, and what its operator has to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from sigmapack.deployed import Bundle, Item, Product, Rule, discover
from sigmapack.deployed.shipped import Query
from sigmapack.manifest import OUTCOMES

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Outcome:
    """A rule whose outcome on a product and language is another."""

    target: str
    language: str
    rule: str
    old: str
    new: str
    reason: str

    @property
    def worse(self) -> bool:
        """Whether the product has less of the rule than before."""
        ranks = {name: rank for rank, name in enumerate(OUTCOMES)}
        last = len(OUTCOMES)
        return ranks.get(self.new, last) > ranks.get(self.old, last)


@dataclass(frozen=True)
class FieldChange:
    """A schedule or severity of an item that a product has."""

    item: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class ProductChange:
    """What one product's operator has to do; each item by its name there."""

    name: str
    title: str
    imported: tuple[str, ...] = ()
    replaced: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Items that are not the same, with the fields in which they differ."""
    deleted: tuple[str, ...] = ()
    schedules: tuple[FieldChange, ...] = ()
    severities: tuple[FieldChange, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    """(`added`, `changed` or `removed`, path) of the files to load or copy, without the queries."""
    does: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.imported or self.replaced or self.deleted or self.files)


def outcomes(old: Bundle, new: Bundle, same: Set[str]) -> list[Outcome]:
    """Other outcomes of the rules that both builds have.

    Args:
        old: the older build.
        new: the newer one.
        same: ids and names of those rules.
    """
    before, after = _queries(old), _queries(new)
    shared = targets(old) & targets(new)
    found = []
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        query = other or one
        if query is None or key[0] not in shared or not {query.rule, query.rule_id} & same:
            continue
        was, is_ = one.outcome if one else "none", other.outcome if other else "none"
        if was != is_:
            found.append(Outcome(*key[:2], query.rule, was, is_, other.reason if other else ""))
    return found


def proofs(old: Bundle, new: Bundle) -> list[Outcome]:
    """Queries that both builds have, and that were proved in another way: `worse` by less."""
    before, after = _queries(old), _queries(new)
    return [
        Outcome(*key[:2], after[key].rule, one.proof, after[key].proof, "")
        for key, one in sorted(before.items())
        if key in after and one.path and after[key].path and one.proof != after[key].proof
    ]


def otherwise(old: Bundle, new: Bundle, touched: Set[str]) -> list[Key]:
    """(product, language, rule) of queries that say otherwise what an unchanged rule says.

    Args:
        old: the older build.
        new: the newer one.
        touched: names and ids of the rules that changed, in words or in what they find.
    """
    before, after = _queries(old), _queries(new)
    return [
        (query.target, query.language, query.rule)
        for key, query in sorted(after.items())
        if key in before
        and (before[key].runs, before[key].native) != (query.runs, query.native)
        and touched.isdisjoint({query.rule, query.rule_id})
    ]


def _queries(bundle: Bundle) -> dict[Key, Query]:
    return {(q.target, q.language, q.rule_id or q.rule): q for q in bundle.queries}


def targets(bundle: Bundle) -> set[str]:
    """The products that a build has."""
    return {query.target for query in bundle.queries}


def actions(old: Bundle, new: Bundle) -> list[ProductChange]:
    """What each product's operator has to do, by the product's name; with the folders that are no
    product's, as that of the indicators.

    Raises:
        UnreadableInput: a package of a build cannot be read.
    """
    known = discover()
    folders = {path.partition("/")[0] for path in (*old.files, *new.files) if "/" in path}
    names = sorted(targets(old) | targets(new) | folders)
    return [_action(known.get(name), name, old, new) for name in names]


def _action(product: Product | None, name: str, old: Bundle, new: Bundle) -> ProductChange:
    files = _files(name, old, new)
    if product is None:
        return ProductChange(name, name, files=files)
    before, after = (_items(product, bundle) for bundle in (old, new))
    shared = [key for key in after if key in before]
    differing = {key: different(before[key].fields, after[key].fields) for key in shared}
    return ProductChange(
        name=name,
        title=product.title,
        imported=tuple(sorted(_told(after[key]) for key in after if key not in before)),
        replaced=tuple(
            sorted((_told(after[key]), each) for key, each in differing.items() if each)
        ),
        deleted=tuple(sorted(_told(before[key]) for key in before if key not in after)),
        schedules=tuple(_fields(product.schedule, before, after, shared)),
        severities=tuple(_fields(product.severity, before, after, shared)),
        files=files,
        does=product.does,
    )


def _items(product: Product, bundle: Bundle) -> dict[tuple[str, str], Item]:
    return {(item.kind, item.key): item for item in product.shipped(bundle)}


def _told(item: Item) -> str:
    """An item by its name, and by its id where that is what the product knows it by."""
    return item.name if item.key == item.name else f"{item.name} ({item.key})"


def different(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the fields in which two items differ."""
    names = dict.fromkeys((*before, *after))
    return tuple(name for name in names if before.get(name) != after.get(name))


def _fields(
    names: tuple[str, ...],
    before: Mapping[tuple[str, str], Item],
    after: Mapping[tuple[str, str], Item],
    shared: list[tuple[str, str]],
) -> Iterator[FieldChange]:
    for key in shared:
        old, new = before[key].fields, after[key].fields
        for name in names:
            if old.get(name) != new.get(name):
                yield FieldChange(after[key].name, name, old.get(name, ""), new.get(name, ""))


def _files(name: str, old: Bundle, new: Bundle) -> tuple[tuple[str, str], ...]:
    before, after = (
        {path: sha for path, sha in bundle.files.items() if _loaded(name, path)}
        for bundle in (old, new)
    )
    return tuple(
        ("added" if path not in before else "changed" if path in after else "removed", path)
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )


def _loaded(name: str, path: str) -> bool:
    """Whether a file of a product's folder is more than the text of a query that a package has."""
    return path.startswith(f"{name}/") and not path.startswith(f"{name}/queries/")


def names_of(rules: list[Rule]) -> set[str]:
    """The names and ids of rules."""
    return {name for rule in rules for name in (rule.name, rule.id)} - {""}
