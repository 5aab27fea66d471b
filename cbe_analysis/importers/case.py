"""CASE 1.0 and 1.1 packages: a framework's items as targets, its associations as links between them.

An item's level is the lowest of its grades, else that of the nearest heading above it that has one. Items with others
under them are headings: they do not count toward a level, their parts do. `position` and `nesting` keep the order of
the framework and how deep an item stands in it.

References
----------
1EdTech, Competencies and Academic Standards Exchange (CASE) 1.1; origin isChildOf destination, origin precedes
destination.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.account import Remark, Summary
from cbe_analysis.importers.case_package import Association, Item, Package, read_package
from cbe_analysis.importers.framework import Child, Outline, circular, outline
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.sieve import Sieve, is_number, merged
from cbe_analysis.importers.subjects import plain_subjects
from cbe_analysis.tables import TABLES

SOURCE = "CASE framework"
CHILD = "is_child_of"
KINDS: Mapping[str, str] = {"isChildOf": CHILD, "exactMatchOf": "exact_match"}  # the others by their own words
_TARGETS = (
    *("target_id", "subject", "level", "title", "kind", "required", "code", "parent_id", "framework_id"),
    *("position", "nesting"),
)


def read(source: Path, *, subject: str = "", level: str = "", kind: str = "academic") -> Harvest:
    """The targets of frameworks, and the links between them.

    Parameters
    ----------
    source
        A CASE package as JSON, or a folder of them.
    subject
        For items whose framework names none; in the district's own word, as math or reading.
    level
        For items without a grade, of their own or of a heading above them; without it they are left out.
    kind
        academic, transferable or lifelong: CASE does not say.

    Raises
    ------
    UsageError
        When an option is missing or has no such value.
    UnreadableData
        When a file is no CASE package.
    """
    _check(level, kind)
    packages = [read_package(file) for file in plain_files(Path(source), (".json",))]
    nodes = _Nodes(packages)
    order = outline(nodes.labels(), nodes.children())
    targets = _targets(nodes, order, _Told(subject.strip(), level, kind))
    links = _links(nodes, set(targets.rows["target_id"]))
    tables = {sieve.table: sieve.rows for sieve in (targets, links) if len(sieve.rows)}
    remarks = merged([*nodes.remarks(), *_of_order(order), *targets.remarks, *links.remarks])
    records = targets.read + links.read
    return Harvest(tables, Summary(SOURCE, records, (targets.tally(), links.tally()), remarks))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the options say of items that do not say it themselves."""

    subject: str
    level: str
    kind: str


class _Nodes:
    """The items of all packages; of one that stands in several, the one changed last."""

    def __init__(self, packages: Sequence[Package]) -> None:
        self.packages = packages
        self.items: dict[str, Item] = {}
        self.package: dict[str, Package] = {}
        for package in packages:
            for item in package.items:
                if item.identifier not in self.items or item.changed > self.items[item.identifier].changed:
                    self.items[item.identifier] = item
                    self.package[item.identifier] = package

    @property
    def documents(self) -> frozenset[str]:
        return frozenset(package.identifier for package in self.packages)

    def associations(self) -> Iterable[Association]:
        return (link for package in self.packages for link in package.associations)

    def labels(self) -> dict[str, str]:
        """Item -> what it is sorted by."""
        return {i: f"{item.enumeration} {item.code} {item.statement}" for i, item in self.items.items()}

    def children(self) -> list[Child]:
        """Who stands under whom."""
        links = (link for link in self.associations() if _word(link.kind) == CHILD)
        return [Child(link.origin, link.destination, link.order) for link in links]

    def remarks(self) -> list[Remark]:
        ended = sum(item.ended for item in self.items.values())
        drafts = sum(package.status.casefold() not in ("", "adopted") for package in self.packages)
        old = sum(package.deprecated for package in self.packages)
        found = (
            Remark(drafts, "frameworks that are not adopted: drafts, or deprecated"),
            Remark(old, "packages in the simplified form of early tools"),
            Remark(ended, "targets with a date on which they end: they stay in"),
        )
        return [remark for remark in found if remark.count]


def _check(level: str, kind: str) -> None:
    kinds = TABLES["targets"]["kind"].allowed
    if kind not in kinds:
        raise UsageError(f"targets are not {kind!r}", "option kind", f"choose one of: {choices(kinds)}")
    if level and not is_number(pd.Series([level], dtype="str"))[0]:
        raise UsageError(f"{level!r} is no level", "option level", "give a number, as level=6")


def _targets(nodes: _Nodes, order: Outline, told: _Told) -> Sieve:
    """The items as targets."""
    levels, inherited = _levels(nodes, order)
    headings = set(order.parent.values())
    rows = [
        (
            *(i, next(iter((*item.subjects, *nodes.package[i].subjects)), ""), levels.get(i, ""), item.statement),
            *(told.kind, "false" if i in headings else "true", item.code, order.parent.get(i, "")),
            *(nodes.package[i].identifier, str(order.position[i]), str(order.nesting[i])),
        )
        for i, item in nodes.items.items()
    ]
    frame = pd.DataFrame(rows, columns=list(_TARGETS), dtype="str")
    broken = sum(package.broken_items for package in nodes.packages)
    stated = sum(len(package.items) for package in nodes.packages)
    sieve = Sieve("targets", frame, broken + stated)
    sieve.count(broken, "no identifier or no statement")
    sieve.count(stated - len(frame), "an item of another package again: the one changed last counts")
    _subjects(sieve, told.subject)
    without = sieve.rows["level"].eq("")
    if without.any() and not told.level and without.all():
        raise UsageError("no item has a grade", "option level", "say the level of its targets, as level=6")
    sieve.remark(int(without.sum()) if told.level else 0, "targets without a grade: the level is the one told")
    sieve.rows = sieve.rows.assign(level=sieve.rows["level"].mask(without, told.level))
    sieve.leave_out(sieve.rows["level"].eq(""), "no grade, nor one of a heading above: say level=... to keep it")
    kept = set(sieve.rows["target_id"])
    orphans = sieve.rows["parent_id"].ne("") & ~sieve.rows["parent_id"].isin(kept)
    sieve.remark(int(orphans.sum()), "targets whose heading is left out: they stand on their own")
    sieve.rows = sieve.rows.assign(parent_id=sieve.rows["parent_id"].mask(orphans, ""))
    several = sum(len(nodes.items[i].grades) > 1 for i in kept)
    sieve.remark(several, "targets of several grades: the lowest is their level")
    sieve.remark(len(inherited & kept), "targets whose grade is that of a heading above them")
    sieve.remark(len(headings & kept), "headings: not required, as their parts count")
    sieve.remark(len(kept), f"targets taken as {told.kind}: CASE does not say")
    sieve.rows = sieve.rows.sort_values("target_id", ignore_index=True)
    return sieve


def _subjects(sieve: Sieve, told: str) -> None:
    """Fill in the subject that was told, and write all as words."""
    own = plain_subjects(sieve.rows["subject"])
    if own.eq("").any() and not told:
        raise UsageError(
            f"items without a subject, which their framework does not say either: {int(own.eq('').sum())}",
            "option subject",
            "say it in the district's word, as subject=math",
        )
    sieve.remark(int(own.eq("").sum()), "targets without a subject: it is the one told")
    sieve.rows = sieve.rows.assign(subject=own.mask(own.eq(""), told))


def _levels(nodes: _Nodes, order: Outline) -> tuple[dict[str, str], set[str]]:
    """Item -> its level as text, and the items that have it from a heading."""
    grades = pd.Series(sorted({grade for item in nodes.items.values() for grade in item.grades}), dtype="str")
    known = dict(zip(grades, read_grades(grades).values, strict=True))
    levels = {i: _lowest([known[grade] for grade in item.grades]) for i, item in nodes.items.items()}
    inherited = set()
    for item in sorted(order.position, key=order.position.__getitem__):  # headings come first
        if not levels[item] and levels.get(order.parent.get(item, ""), ""):
            levels[item] = levels[order.parent[item]]
            inherited.add(item)
    return levels, inherited


def _lowest(grades: Sequence[str]) -> str:
    """The lowest grade as text; "" where there is none."""
    return min((grade for grade in grades if grade), key=int, default="")


def _links(nodes: _Nodes, targets: set[str]) -> Sieve:
    """The associations as links between targets."""
    rows = [(link.origin, _word(link.kind), link.destination) for link in nodes.associations()]
    frame = pd.DataFrame(rows, columns=["from_id", "kind", "to_id"], dtype="str")
    broken = sum(package.broken_associations for package in nodes.packages)
    sieve = Sieve("target_links", frame, len(frame) + broken)
    sieve.count(broken, "no kind, or a node without an identifier")
    sieve.leave_out(frame["to_id"].isin(nodes.documents), "to the framework itself: the target stands at the top")
    sieve.leave_out(~sieve.rows["from_id"].isin(nodes.items.keys()), "from something that is no item of the package")
    sieve.leave_out(~sieve.rows["from_id"].isin(targets), "from an item that is left out")
    sieve.leave_out(sieve.rows["from_id"].eq(sieve.rows["to_id"]), "from a target to itself")
    sieve.leave_out(sieve.rows.duplicated(), "the same link again")
    outside = sieve.rows[~sieve.rows["to_id"].isin(targets)]
    for kind, count in sorted(outside["kind"].value_counts().items()):
        sieve.remark(count, f"links '{kind}' that lead outside the targets, kept")
    before = sieve.rows[sieve.rows["kind"].eq("precedes")]
    loops = circular(zip(before["from_id"], before["to_id"], strict=True))
    sieve.remark(len(loops), "targets that precede themselves in a circle of links")
    odd = ~sieve.rows["kind"].isin(TABLES["target_links"]["kind"].usual)
    sieve.remark(int(odd.sum()), "links of a kind that is not among the usual ones, kept")
    sieve.rows = sieve.rows.sort_values(["from_id", "kind", "to_id"], ignore_index=True)
    return sieve


def _of_order(order: Outline) -> list[Remark]:
    found = (
        Remark(max(order.nesting.values(), default=0), "levels of nesting at the deepest place"),
        Remark(order.several, "further parents of a target that has one already: kept as links"),
        Remark(order.circular, "targets whose headings run in a circle: they get none"),
    )
    return [remark for remark in found if remark.count]


def _word(kind: str) -> str:
    """The kind of an association as a word of ours: isPartOf is is_part_of."""
    return KINDS.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).casefold()
