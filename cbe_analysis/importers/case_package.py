"""CASE packages as they stand in a JSON file: one framework's document, items and associations.

References
----------
1EdTech, Competencies and Academic Standards Exchange (CASE) 1.1, information model, CFPackage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cbe_analysis.errors import UnreadableData

LARGEST = 1 << 28  # bytes; the largest state framework has some 20 MB
_NAMES = {  # CASE 1.0 and 1.1, then the simplified form that OpenCASE deprecates
    "document": ("CFDocument", "document"),
    "items": ("CFItems", "items"),
    "associations": ("CFAssociations", "associations"),
}
_IDENTIFIER = ("identifier", "sourcedId")
_GRADES = ("educationLevel", "educationalLevel")  # a list; OpenSALT of version 1.0 writes text under the second name


@dataclass(frozen=True, slots=True)
class Item:
    """A CFItem: a learning target, or a heading over some."""

    identifier: str
    statement: str
    code: str
    enumeration: str
    grades: tuple[str, ...]
    subjects: tuple[str, ...]
    changed: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Association:
    """A CFAssociation from one node to another; `order` counts among the children of one parent."""

    kind: str
    origin: str
    destination: str
    order: float


@dataclass(frozen=True, slots=True)
class Package:
    """One framework.

    Parameters
    ----------
    broken_items, broken_associations
        How many lack what the standard requires of them.
    deprecated
        Written in the simplified form of early tools.
    """

    file: str
    identifier: str
    status: str
    subjects: tuple[str, ...]
    items: tuple[Item, ...]
    associations: tuple[Association, ...]
    broken_items: int
    broken_associations: int
    deprecated: bool


def read_package(file: Path) -> Package:
    """The framework of a file.

    Raises
    ------
    UnreadableData
        When it is too large, not JSON, or no CASE package.
    """
    whole = _json(file)
    if isinstance(whole, dict) and isinstance(whole.get("CFPackage"), dict):
        whole = whole["CFPackage"]
    if not isinstance(whole, dict):
        _refuse(file, "CFDocument, CFItems")
    parts = {part: next((whole[name] for name in names if name in whole), None) for part, names in _NAMES.items()}
    document, items = parts["document"], parts["items"]
    if not isinstance(document, dict) or not isinstance(items, list):
        _refuse(file, ", ".join(_NAMES[name][0] for name in ("document", "items") if parts[name] is None))
    read_items = [_item(item) for item in items]
    links = parts["associations"] if isinstance(parts["associations"], list) else []
    read_links = [_association(link) for link in links]
    return Package(
        file.name,
        _first(document, _IDENTIFIER),
        _text(document.get("adoptionStatus")),
        _texts(document.get("subject")),
        tuple(item for item in read_items if item),
        tuple(link for link in read_links if link),
        sum(not item for item in read_items),
        sum(not link for link in read_links),
        _NAMES["document"][0] not in whole,
    )


def _json(file: Path) -> object:
    if file.stat().st_size > LARGEST:
        raise UnreadableData(f"the file is larger than {LARGEST >> 20} MB", file.name, "export one framework per file")
    try:
        return json.loads(file.read_bytes(), parse_constant=_no_number)
    except (ValueError, RecursionError):  # its message shows the text
        raise UnreadableData("the file is not JSON", file.name, "export the framework as CASE JSON") from None


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def _refuse(file: Path, lacking: str) -> NoReturn:
    raise UnreadableData(
        f"this is no CASE package: {lacking} missing", file.name, "export the whole framework (CFPackage) as CASE JSON"
    )


def _item(item: object) -> Item | None:
    """The item, when it has an identifier and a statement."""
    if not isinstance(item, dict):
        return None
    identifier, statement = _first(item, _IDENTIFIER), _text(item.get("fullStatement"))
    if not identifier or not statement:
        return None
    grades = tuple(grade for name in _GRADES for grade in _texts(item.get(name)))
    return Item(
        identifier,
        statement,
        _text(item.get("humanCodingScheme")),
        _text(item.get("listEnumeration")),
        tuple(part.strip() for grade in grades for part in grade.split(",")),
        _texts(item.get("subject")),
        _text(item.get("lastChangeDateTime")),
        bool(_text(item.get("statusEndDate"))),
    )


def _association(link: object) -> Association | None:
    """The association, when it has a kind and two nodes."""
    if not isinstance(link, dict):
        return None
    kind = _text(link.get("associationType"))
    origin, destination = _node(link.get("originNodeURI")), _node(link.get("destinationNodeURI"))
    if not (kind and origin and destination):
        return None
    order = link.get("sequenceNumber")
    if isinstance(order, bool) or not isinstance(order, int | float):
        order = float("inf")
    return Association(kind, origin, destination, order)


def _node(node: object) -> str:
    """The identifier of a node: of a link object, or the last part of an address."""
    if isinstance(node, Mapping):
        return _first(node, _IDENTIFIER) or _text(node.get("uri")).rstrip("/").rpartition("/")[2]
    return _text(node).rstrip("/").rpartition("/")[2]


def _first(node: Mapping[str, object], names: Sequence[str]) -> str:
    return next((text for text in (_text(node.get(name)) for name in names) if text), "")


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list, or the one text."""
    listed = value if isinstance(value, list) else [value]
    return tuple(text for text in map(_text, listed) if text)


def _text(value: object) -> str:
    """The text on one line; "" for anything else."""
    return " ".join(value.replace("\0", " ").split()) if isinstance(value, str) else ""
