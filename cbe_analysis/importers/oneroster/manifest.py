"""What manifest.csv says of a OneRoster export: its version, and which files are whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.layout import Known, Layout, recognise
from cbe_analysis.importers.oneroster.layouts import LAYOUTS
from cbe_analysis.importers.reading import read_rows

VERSIONS = ("1.1", "1.2")
_LAYOUT = Layout(
    "OneRoster manifest",
    (Known("property", ("propertyName",), required=True), Known("value", ("value",), required=True)),
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest; version is "" where it does not tell."""

    version: str = ""
    remarks: tuple[Remark, ...] = ()


def read_manifest(file: Path | None, there: Collection[str]) -> Manifest:
    """The manifest of an export.

    Parameters
    ----------
    file
        None when the export has none.
    there
        The files that the export has.

    Raises
    ------
    UnreadableData
        When the files hold only what changed since an earlier export, one that should be whole is missing, or the
        version is another one.
    """
    if file is None:
        return Manifest(remarks=(Remark(1, "manifest.csv is missing: the files were taken as a bulk export"),))
    frame = recognise(read_rows(file, ragged=True), _LAYOUT).frame
    told = dict(zip(frame["property"].str.casefold(), frame["value"].str.casefold(), strict=True))
    version = told.get("oneroster.version", "")
    if version and version not in VERSIONS:
        raise UnreadableData(
            "the export is of a OneRoster version that is not known", file.name, f"export {' or '.join(VERSIONS)}"
        )
    modes = {name: told.get(f"file.{name.casefold()}", "") for name in LAYOUTS}
    delta = [name for name, mode in modes.items() if mode == "delta" and name in there]
    if delta:
        raise UnreadableData(
            f"{len(delta)} files hold only what changed since an earlier export (delta)",
            ", ".join(f"{name}.csv" for name in delta),
            "have it exported again as bulk: all records of all files",
        )
    missing = [name for name, mode in modes.items() if mode == "bulk" and name not in there]
    if missing:
        raise UnreadableData(
            "the manifest promises files that are not there: the export was cut short",
            ", ".join(f"{name}.csv" for name in missing),
            "have it exported again",
        )
    return Manifest(version, _remarks(version, modes, there))


def _remarks(version: str, modes: dict[str, str], there: Collection[str]) -> tuple[Remark, ...]:
    remarks = []
    if not version:
        remarks.append(Remark(1, "manifest.csv does not tell the version: it was read off the files"))
    unsaid = sum(1 for name, mode in modes.items() if not mode and name in there)
    if unsaid:
        remarks.append(Remark(unsaid, "files of which manifest.csv does not say bulk or delta, taken as bulk"))
    absent = sum(1 for name, mode in modes.items() if mode == "absent" and name in there)
    if absent:
        remarks.append(Remark(absent, "files that manifest.csv calls absent, read all the same"))
    return tuple(remarks)
