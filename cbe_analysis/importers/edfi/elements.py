"""From the elements of Ed-Fi interchanges to frames of text, references resolved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

import pandas as pd

from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.dates import ISO, read_days
from cbe_analysis.importers.edfi.kind import Kind
from cbe_analysis.importers.edfi.kinds import IDENTITIES, KINDS
from cbe_analysis.importers.interchange import records

ROOT = "Interchange"
BAR = "|"
DAYS = frozenset(("birth", "entry", "exit", "first", "last", "date", "tested"))  # columns of dates
_ZONE = r"(?:Z|[+-]\d{2}:\d{2})$"
_POINTER = "\x01"  # before the id of an element that a reference points at; no XML text can hold it


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of all files.

    Parameters
    ----------
    frames
        Kind -> its rows, text, "" for unknown; in the order of the files.
    counts
        Name of an element -> how many there are, those that are not read among them.
    left
        Children of elements that are read, without a path to them.
    """

    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    counts: Mapping[str, int]
    remarks: tuple[Remark, ...] = ()
    left: tuple[str, ...] = ()

    def __getitem__(self, kind: str) -> pd.DataFrame:
        return self.frames[kind]

    def has(self, kind: str) -> bool:
        """Whether there is any element of the kind."""
        return any(self.counts.get(name) for name in KINDS[kind].elements)


def gather(files: Iterable[Path]) -> Elements:
    """The elements of the files.

    Raises
    ------
    UnreadableData
        When a file is no Ed-Fi interchange, or not well-formed.
    """
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in KINDS}
    wanted: dict[str, list[tuple[str, Kind]]] = {}
    for name, kind in KINDS.items():
        for element in kind.elements:
            wanted.setdefault(element, []).append((name, kind))
    counts: Counter[str] = Counter()
    named: dict[str, dict[str, str]] = {}
    seen: dict[tuple[str, str], bool] = {}
    for file in files:
        for record in records(file, ROOT):
            counts[record.tag] += 1
            if "id" in record.attrib:
                told = _identity(record)
                same = named.setdefault(record.attrib["id"], told) == told
                if not same:
                    named[record.attrib["id"]] = {}  # two elements of one id: references lead nowhere
            for name, kind in wanted.get(record.tag, ()):
                rows[name].extend(_rows(record, kind))
            if record.tag in wanted:
                _note(record, [kind for _, kind in wanted[record.tag]], seen)
    frames = {name: _frame(KINDS[name], rows.pop(name), named) for name in KINDS}
    remarks = [*_unread(counts, wanted), *_plain_dates(frames)]
    left = tuple(sorted(f"{name}.{child}" for (name, child), used in seen.items() if not used))
    return Elements(frames, dict(counts), tuple(remarks), left)


def _unread(counts: Mapping[str, int], wanted: Mapping[str, object]) -> tuple[Remark, ...]:
    """The elements that are not read, by name."""
    unread = {name: counts[name] for name in sorted(counts) if name not in wanted}
    if not unread:
        return ()
    listed = ", ".join(f"{name} {count:,}" for name, count in unread.items())
    return (Remark(sum(unread.values()), f"elements that no table holds: {listed}"),)


def _plain_dates(frames: dict[str, pd.DataFrame]) -> tuple[Remark, ...]:
    """Write the days of all frames as YYYY-MM-DD, without time and zone; what is none is unknown, and counted."""
    unreadable = 0
    for name, frame in frames.items():
        for column in DAYS & {*frame.columns}:
            days = read_days(frame[column].str.replace(_ZONE, "", regex=True), ISO)
            unreadable += int(days.unreadable.sum())
            frames[name] = frames[name].assign(**{column: days.values})
    return (Remark(unreadable, "texts that are no date, read as unknown"),) if unreadable else ()


def _note(record: Element, kinds: list[Kind], seen: dict[tuple[str, str], bool]) -> None:
    """Note which children of the element any path leads to."""
    for child in record:
        key = (record.tag, child.tag)
        if not seen.get(key):
            steps = {step for kind in kinds for step in kind.steps}
            seen[key] = any(element.tag in steps for element in child.iter())


def _rows(record: Element, kind: Kind) -> Iterable[tuple[str, ...]]:
    own = tuple(_value(record, path) for path in kind.fields.values())
    if not kind.part:
        yield (record.tag, *own)
        return
    for name in kind.part:
        for part in record.findall(name):
            yield (record.tag, *own, *(_value(part, path) for path in kind.part_fields.values()))


def _value(element: Element, paths: str) -> str:
    """What the first of the paths that leads anywhere finds; "" when none does."""
    for path in paths.split(" "):
        found = _find(element, path.removesuffix("#"))
        if found:
            return _code(found) if path.endswith("#") else found
    return ""


def _code(found: str) -> str:
    """The codes of descriptors, without their namespaces."""
    return BAR.join(part.rpartition("#")[2].strip() for part in found.split(BAR))


def _find(element: Element, path: str) -> str:
    if path.startswith("count:"):
        return str(len(element.findall(path.removeprefix("count:"))))
    if path.endswith("*"):
        *way, name = path.removesuffix("*").split("/")
        tops = element.findall("/".join(way)) if way else [element]
        texts = [_text(found) for top in tops for found in top.iter(name)]
        return BAR.join(text.replace(BAR, "/") for text in texts if text)
    if path.startswith("//"):
        found = next((_text(e) for e in element.iter(path[2:]) if _text(e)), "")
        return found or _pointers(element)
    return _walk(element, path.split("/"))


def _walk(element: Element, path: list[str]) -> str:
    """The text at the end of the path, or the id that a reference on the way points at."""
    for name in path:
        child = element.find(name)
        if child is None:
            return _pointers(element) if "ref" in element.attrib else ""
        element = child
    return _text(element)


def _pointers(element: Element) -> str:
    """The ids that references in the element point at."""
    ids = [e.attrib["ref"] for e in element.iter() if "ref" in e.attrib]
    return _POINTER + " ".join(ids) if ids else ""


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _identity(record: Element) -> dict[str, str]:
    """What identifies an element, by name: the first text of each."""
    found: dict[str, str] = {}
    for element in record.iter():
        if element.tag in IDENTITIES and _text(element):
            found.setdefault(element.tag, _text(element))
    pointers = _pointers(record)
    return {**found, _POINTER: pointers} if pointers else found


def _frame(kind: Kind, rows: list[tuple[str, ...]], named: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """The rows as a frame; where a reference points at an element, with what identifies that one."""
    frame = pd.DataFrame(rows, columns=list(kind.columns), dtype="str")
    for column, paths in {**kind.fields, **kind.part_fields}.items():
        pointing = frame[column].str.startswith(_POINTER)
        if pointing.any():
            leaves = [path.removesuffix("#").removesuffix("*").rpartition("/")[2] for path in paths.split(" ")]
            found = {text: _resolved(text, leaves, named) for text in frame.loc[pointing, column].unique()}
            frame[column] = frame[column].mask(pointing, frame[column].map(found)).astype("str")
    return frame


def _resolved(pointers: str, leaves: list[str], named: Mapping[str, Mapping[str, str]], depth: int = 2) -> str:
    for name in pointers.removeprefix(_POINTER).split(" "):
        identity = named.get(name, {})
        for leaf in leaves:
            if identity.get(leaf):
                return identity[leaf]
        if depth and _POINTER in identity and (found := _resolved(identity[_POINTER], leaves, named, depth - 1)):
            return found
    return ""
