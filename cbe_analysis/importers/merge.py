"""An import from beginning to end: read the export, match its students, join its rows to what stands in the folder.

Several sources can fill one folder. Each keeps what it said: reading a source again replaces its own rows, key by key,
and takes none away. Where two sources say different things of one row, the one that came first into the table stays;
what people wrote by hand counts before all of them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.importers import identity, importer, joining
from cbe_analysis.importers.account import LeftOut, Remark, Summary, Tally
from cbe_analysis.importers.folder import POLICY_FILE, add_to_folder
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.record import BY_HAND, FILE, FOLDER, Record, TableRecord, digest, part_file
from cbe_analysis.importers.standing import Parts, Standing, standing
from cbe_analysis.importers.starter import starter

OURS = ("ids", "system", "name")
ROSTER = "with_roster"  # of importers that can guess a roster from other records
ONE_SOURCE = ("schools", "enrollments")  # two rosters of one district seldom agree on ids and days


def import_into(kind: str, source: Path, folder: Path, **options: str) -> Summary:
    """The account of reading an export into a district's folder.

    Parameters
    ----------
    kind
        One of `importers.KINDS`.
    source
        The export: a file or a folder, as the kind has it.
    folder
        The district's folder; made, with a district.toml to begin with, where there is none.
    options
        `ids="own"`: the student ids are the district's. `system="..."`: they are those of this system in student_ids,
        else of the kind. `name="..."`: what the folder remembers the source as, else the kind; sources of one kind with
        names of their own stay apart. Any other is the importer's own.

    Raises
    ------
    UsageError
        When the kind or an option is unknown, the ids of the students cannot be told, or the folder cannot be written.
    UnreadableData
        When the export, or what stands in the folder, cannot be read.
    """
    module = importer(kind)
    told: Callable[..., Mapping[str, str]] | None = getattr(module, "told", None)
    choice = _choice(told(Path(source)) if told else {}, options)
    read = _options(module.read, kind, {k: v for k, v in options.items() if k not in OURS})
    there, name = standing(Path(folder)), _source_name(choice.get("name", kind))
    joined = _Import(name, kind, choice, there)
    if ROSTER in inspect.signature(module.read).parameters and ROSTER not in read:
        read[ROSTER] = joined.needs_roster()
    return joined.of(module.read(Path(source), **read))


@dataclass(slots=True)
class _Import:
    """One import on its way into a folder."""

    source: str
    kind: str
    choice: Mapping[str, str]
    there: Standing
    files: dict[str, str] = field(default_factory=dict)
    tables: dict[str, TableRecord] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    left_out: dict[str, list[LeftOut]] = field(default_factory=dict)

    def of(self, harvest: Harvest) -> Summary:
        """The account, after everything was written."""
        rows = {name: _sound(name, table) for name, table in harvest.tables.items()}
        ids = self._whose(rows)
        if ids not in ("", identity.OWN):
            known = self._ids_known(rows)
            translated = identity.translate(rows, known, ids)
            rows = dict(translated.tables)
            for name, left in translated.left_out.items():
                self.left_out.setdefault(name, []).append(left)
        for name, table in rows.items():
            self._join(name, table)
        self._remark_strangers(rows)
        self._write(ids)
        tallies = tuple(_less(tally, self.left_out.get(tally.table, [])) for tally in harvest.summary.tallies)
        remarks = (*harvest.summary.remarks, *(remark for remark in self.remarks if remark.count))
        return replace(harvest.summary, tallies=tallies, remarks=remarks)

    def needs_roster(self) -> bool:
        """Whether the roster that test records show is wanted: no, where another source gave enrollments."""
        told = self.there.record.tables.get("enrollments")
        others = set(told.sources) - {self.source} if told else {BY_HAND}
        if "enrollments" not in self.there.files or not others:
            return True
        says = "table of enrollments is there, so that of the tests is left out; --set with_roster=true adds it"
        self.remarks.append(Remark(1, says))
        return False

    def _whose(self, rows: Mapping[str, pd.DataFrame]) -> str:
        """Whose student ids these are: "own", or a system; "" where no row names a student."""
        if not identity.mentions_students(rows):
            return ""
        ids, system = self.choice.get("ids", ""), self.choice.get("system", "")
        if ids and (ids != identity.OWN or system):
            raise UsageError("the ids cannot be told", "--set ids", "say ids=own, or name a system with system=...")
        if ids or system:
            return ids or system
        before = self.there.record.ids.get(self.source)
        if before:
            return before
        if self.kind in identity.systems(self.there.rows("student_ids")):
            return self.kind
        return self._own(rows)

    def _own(self, rows: Mapping[str, pd.DataFrame]) -> str:
        """The district's own, when the rows themselves prove it."""
        there, others = self.there.rows("students")["student_id"], self.there.rows("student_ids")
        if "students" not in rows:
            raise UsageError(
                f"it is not known whose student ids these are: {identity.matches(rows, there, others)}",
                self.kind,
                "say --set ids=own if they are the district's own, or --set system=... if they are those of a system "
                f"in student_ids.csv; else add that file to the folder, with the system '{self.kind}'",
            )
        if len(there) and not rows["students"]["student_id"].isin(there).any():
            raise UsageError(
                "none of the students is in students.csv, as if these were the ids of another system",
                self.kind,
                "say --set ids=own if they are other students of the district; else add student_ids.csv",
            )
        return identity.OWN

    def _ids_known(self, rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The district's student_ids; an export's own where the folder has none."""
        known = self.there.rows("student_ids")
        if known.empty and "student_ids" not in rows:
            raise UsageError(
                "the folder has no student_ids.csv to translate ids by",
                str(self.there.folder),
                "add it, or say --set ids=own if the ids are the district's own",
            )
        return known if len(known) else rows["student_ids"]

    def _join(self, table: str, rows: pd.DataFrame) -> None:
        """Join the rows of a table to what stands there."""
        rows = joining.keyed(table, rows)
        again = joining.repeated(table, rows)
        if again.any():
            why = f"another row has its {', '.join(joining.key_of(table, rows))}"
            self.left_out.setdefault(table, []).append(LeftOut(int(again.sum()), why))
            rows = rows[~again]
        there = self.there.parts(table)
        before = joining.folded(table, list(there.of.values())) if there.of else joining.empty(table)
        parts = dict(there.of)
        parts[self.source] = joining.renewed(table, parts.get(self.source, joining.empty(table)), rows)
        after = joining.folded(table, list(parts.values()))
        if after.empty:
            return
        self._remark_join(table, there, rows)
        became = joining.change(table, before, after)
        self.remarks += [
            Remark(became.added, f"rows of {table} are new"),
            Remark(became.changed, f"rows of {table} that were there have changed"),
        ]
        text = _csv(table, after)
        self.files[f"{table}.csv"] = text
        self.tables[table] = TableRecord(tuple(parts), digest(text))
        for source, part in parts.items():
            self.files[part_file(table, source)] = text if len(parts) == 1 else _csv(table, part)

    def _remark_join(self, table: str, there: Parts, rows: pd.DataFrame) -> None:
        """Say where sources differ, and what people did to the file."""
        self.remarks += [
            Remark(there.by_hand, f"rows of {table} were changed by hand since the last import, and stay so"),
            Remark(there.brought_back, f"rows of {table} were taken out by hand and are written again"),
        ]
        places = list(there.of) if self.source in there.of else [*there.of, self.source]
        for place, source in enumerate(places):
            if source == self.source:
                continue
            fate = "which stays" if place < places.index(self.source) else "which gives way"
            named = "what stood there" if source == BY_HAND else f"'{source}'"
            if table in ONE_SOURCE:
                alone = joining.change(table, there.of[source], rows).added
                self.remarks.append(Remark(alone, f"rows of {table} stand beside those of {named}: are they the same?"))
            for column, count in joining.conflicts(table, rows, there.of[source]).items():
                self.remarks.append(Remark(count, f"values of {table}.{column} differ from {named}, {fate}"))

    def _remark_strangers(self, rows: Mapping[str, pd.DataFrame]) -> None:
        """Count the rows of students whom students.csv will lack."""
        students = self.there.rows("students")["student_id"]
        known = set(students) | set(rows["students"]["student_id"] if "students" in rows else ())
        for name, table in rows.items():
            strangers = int((~identity.students(name, table).isin(known)).sum()) if known else 0
            self.remarks.append(Remark(strangers, f"rows of {name} name a student who is not in students.csv"))

    def _write(self, ids: str) -> None:
        old = self.there.record
        record = Record({**old.ids, **({self.source: ids} if ids else {})}, {**old.tables, **self.tables})
        self.files[f"{FOLDER}/{FILE}"] = record.text()
        folder = self.there.folder
        if not (folder / POLICY_FILE).exists():
            self.files[POLICY_FILE] = starter(folder.resolve().name)
        stale = [file.name for table, file in self.there.files.items() if table in self.tables]
        add_to_folder(folder, self.files, stale)


def _choice(told: Mapping[str, str], options: Mapping[str, str]) -> dict[str, str]:
    """What was asked of the join; whose the ids are is asked anew where the options say anything of it."""
    asked = {name: text for name, text in options.items() if name in OURS}
    kept = told if not {"ids", "system"} & set(asked) else {k: v for k, v in told.items() if k == "name"}
    return {**kept, **asked}


def _sound(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with line breaks of one kind.

    Raises
    ------
    UnreadableData
        When a cell holds a NUL character, which no CSV file can.
    """
    text = rows.astype("str")
    for name in text.columns:
        if text[name].str.contains("\0", regex=False).any():
            raise UnreadableData("text holds a NUL character", f"{table}.{name}", "export it again as plain text")
        if text[name].str.contains("\r", regex=False).any():
            text[name] = text[name].str.replace(r"\r\n?", "\n", regex=True)
    return text


def _csv(table: str, rows: pd.DataFrame) -> str:
    """The rows as our CSV, in an order that depends on them alone."""
    return str(joining.ordered(table, rows).to_csv(index=False, lineterminator="\n"))


def _less(tally: Tally, left_out: list[LeftOut]) -> Tally:
    """The account of a table after more was left out."""
    written = tally.written - sum(part.records for part in left_out)
    return replace(tally, written=written, left_out=(*tally.left_out, *left_out))


def _source_name(name: str) -> str:
    """The name of a source as the folder's files can bear it."""
    plain = re.sub(r"[^a-z0-9_-]+", "_", name.casefold()).strip("_")
    if not plain or plain == BY_HAND:
        raise UsageError("a source needs a name of letters or digits", f"got {name!r}", "give one with --set name=...")
    return plain


def _options(read: Callable[..., Harvest], kind: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The options of an importer in the types that it takes.

    Raises
    ------
    UsageError
        When it knows no such option, or the text is not of its type.
    """
    known = {name: str(p.annotation) for name, p in list(inspect.signature(read).parameters.items())[1:]}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"import {kind} has no option {choices(unknown)}", "--set", f"known are: {choices([*OURS, *known])}"
        )
    return {name: _typed(name, known[name], text) for name, text in given.items()}


def _typed(name: str, annotation: str, text: str) -> object:
    kinds: dict[str, Callable[[str], object]] = {
        "Path": Path,
        "int": int,
        "bool": {"true": True, "false": False}.__getitem__,
    }
    kind = next((make for word, make in kinds.items() if re.search(rf"\b{word}\b", annotation)), str)
    try:
        return kind(text)
    except (ValueError, KeyError):
        raise UsageError(f"option {name!r} is not {annotation}", "--set", "give true or false, or a number") from None
