"""Any CSV files as canonical tables, by a mapping.toml that a person wrote or mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.importers import joining
from cbe_analysis.importers.account import LeftOut, Remark, Summary, Tally
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.mapping_cells import NAME, VALUE, write
from cbe_analysis.importers.mapping_draft import draft
from cbe_analysis.importers.mapping_plan import Block, Plan, Skip, Source, read_plan
from cbe_analysis.importers.places import plain_files, real
from cbe_analysis.importers.reading import LARGEST, Rows, read_rows
from cbe_analysis.tables import TABLES, Column

__all__ = ["draft", "read", "told"]

_FORMULA = ("=", "+", "-", "@")


def told(source: Path) -> Mapping[str, str]:
    """What the mapping says of its ids and its name, for the join with the folder."""
    plan = read_plan(Path(source))
    said = {"name": plan.name, "ids": plan.ids, "system": plan.system}
    return {name: text for name, text in said.items() if text}


def read(source: Path, *, files: Path | None = None) -> Harvest:
    """The tables that a mapping makes of its files.

    Parameters
    ----------
    source
        A mapping.toml, or the folder that holds one.
    files
        The folder of the files; None for that of the mapping.

    Raises
    ------
    UsageError
        When the mapping names tables, columns or files that are not there, or contradicts itself.
    UnreadableData
        When a file cannot be read, or a cell is not what the mapping says.
    """
    plan = read_plan(Path(source))
    made = _Made(plan, Path(files) if files else plan.file.parent)
    for part in plan.sources:
        made.take(part)
    return made.harvest()


@dataclass(slots=True)
class _Account:
    """What became of the records that could have become rows of a table."""

    read: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def leave(self, *parts: LeftOut) -> None:
        for part in parts:
            if part.records:
                self.left_out[part.why] = self.left_out.get(part.why, 0) + part.records


@dataclass(slots=True)
class _Made:
    """What was made so far."""

    plan: Plan
    folder: Path
    records: int = 0
    size: int = 0
    blocks: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    accounts: dict[str, _Account] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    unused: dict[str, None] = field(default_factory=dict)

    def take(self, source: Source) -> None:
        """Read the files of a source."""
        parts: dict[int, list[pd.DataFrame]] = {}
        for file in _files(self.folder, source):
            self._weigh(file)
            used = frozenset(_places(source))
            rows = read_rows(
                file, separators=(source.delimiter,), encoding=source.encoding, ragged=source.ragged, only=used
            )
            _check_columns(source, rows)
            self.unused.update((name, None) for name in rows.header if name not in used)
            self.records += rows.records
            self.remarks += rows.remarks
            for number, block in enumerate(source.blocks):
                parts.setdefault(number, []).append(self._rows(source, block, rows))
        for number, block in enumerate(source.blocks):
            whole = joining.keyed(block.table, pd.concat(parts[number]).fillna(""))
            self.blocks.setdefault(block.table, []).append(self._once(block, whole))

    def _weigh(self, file: Path) -> None:
        """Refuse more files than fit into memory together."""
        self.size += file.stat().st_size
        if self.size > LARGEST:
            raise UnreadableData(
                f"the files of the mapping are larger than {LARGEST >> 30} GB together",
                self.plan.file.name,
                "import them in parts: a mapping, and a district's folder, for each year or two",
            )

    def _rows(self, source: Source, block: Block, rows: Rows) -> pd.DataFrame:
        """The rows that a block makes of a file."""
        account = self.accounts.setdefault(block.table, _Account())
        times = max(1, len(block.wide))
        account.read += rows.records * times
        account.leave(*(LeftOut(part.records * times, part.why) for part in rows.left_out))
        frame = rows.frame
        for skip in (*source.skip, *block.skip):
            skipped = _skipped(frame, skip)
            account.leave(LeftOut(int(skipped.sum()) * times, skip.why))
            frame = frame[~skipped]
        if block.wide:
            frame = _long(frame, block.wide)
            blank = frame[VALUE].eq("")
            account.leave(LeftOut(int(blank.sum()), "its wide cell is empty"))
            frame = frame[~blank]
        written = pd.DataFrame(index=frame.index)
        dropped = pd.Series(False, index=frame.index)
        for name, rule in block.columns.items():
            column = write(rule, _column(block.table, name), frame, rows.file)
            written[name] = column.values
            fresh = column.dropped & ~dropped
            account.leave(LeftOut(int(fresh.sum()), column.why))
            dropped |= column.dropped
        return written[~dropped].astype("str")

    def _once(self, block: Block, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of a block, each key once."""
        account = self.accounts[block.table]
        rows = _filled(block.table, rows, TABLES[block.table].key, account)
        same = rows.duplicated()
        account.leave(LeftOut(int(same.sum()), "the same row again"))
        rows = rows[~same]
        key = list(TABLES[block.table].key)
        again = rows.duplicated(key, keep="last" if block.repeats == "last" else "first")
        if again.any() and block.repeats == "refuse":
            several = rows[rows.duplicated(key, keep=False)].groupby(key, sort=False, dropna=False).nunique()
            differ = [str(name) for name in several.columns if several[name].gt(1).any()]
            raise UnreadableData(
                f"{int(again.sum())} rows repeat the key of another ({', '.join(key)}) and differ in {choices(differ)}",
                block.where,
                'say which counts: repeats = "first" or "last"; or add what tells them apart to the key',
            )
        account.leave(LeftOut(int(again.sum()), f"another row with its key counts ({block.repeats})"))
        return rows[~again]

    def harvest(self) -> Harvest:
        """All tables with their account."""
        tables = {name: self._table(name) for name in TABLES if name in self.blocks}
        tallies = []
        for name, rows in tables.items():
            account = self.accounts[name]
            left_out = tuple(LeftOut(count, why) for why, count in account.left_out.items())
            tallies.append(Tally(name, account.read, len(rows), left_out))
            self.remarks += _formulas(name, rows)
        remarks = tuple(remark for remark in self.remarks if remark.count)
        summary = Summary(f"mapping {self.plan.name}", self.records, tuple(tallies), remarks, tuple(self.unused))
        return Harvest(tables, summary)

    def _table(self, name: str) -> pd.DataFrame:
        """The rows of all blocks of a table as one."""
        blocks, account = self.blocks[name], self.accounts[name]
        for position, later in enumerate(blocks[1:], start=1):
            for earlier in blocks[:position]:
                for column, count in joining.conflicts(name, later, earlier).items():
                    self.remarks.append(
                        Remark(
                            count, f"values of {name}.{column} differ between two parts of the mapping; the first stays"
                        )
                    )
        rows = joining.folded(name, blocks)
        account.leave(LeftOut(sum(len(block) for block in blocks) - len(rows), "joined to another row with its key"))
        required = [column.name for column in TABLES[name].columns if column.required]
        return joining.ordered(name, _filled(name, rows, required, account))


def _files(folder: Path, source: Source) -> tuple[Path, ...]:
    """The files of a source, by name."""
    if not folder.is_dir():
        raise UsageError("there is no such folder", str(folder), "name the folder of the files")
    found = sorted(file for file in folder.glob(source.files) if not file.is_dir())
    if not found:
        raise UsageError(f"no file is called {source.files}", f"{source.where}; {folder}", "check files = ...")
    for file in found:
        if not real(file).is_relative_to(real(folder)):
            raise UnreadableData("this is a link that leads out of the folder", file.name, "put the file itself there")
    return tuple(file for one in found for file in plain_files(one))


def _places(source: Source) -> dict[str, str]:
    """Column that the source uses -> where in the mapping."""
    places = {skip.column: source.where for skip in source.skip}
    for block in source.blocks:
        places |= dict.fromkeys(block.used, block.where)
    return places


def _check_columns(source: Source, rows: Rows) -> None:
    """Refuse a file that lacks a column that the source uses."""
    there, places = rows.header, _places(source)
    for name in sorted(set(places) - set(there)):
        if not set(places) & set(there):  # a file without a header has students' values in its first line
            remedy = "check that this is the right file, and that its first line names the columns"
        elif alike := get_close_matches(name, there, n=1):
            remedy = f"is '{alike[0]}' meant?"
        else:
            remedy = f"its columns are: {choices(there, 40)}"
        raise UsageError(f"the file has no column '{name}'", f"{rows.file}; {places[name]}", remedy)


def _skipped(frame: pd.DataFrame, skip: Skip) -> pd.Series:
    """True for a record that a rule leaves out."""
    named = frame[skip.column].isin(skip.values)
    return ~named if skip.opposite else named


def _long(frame: pd.DataFrame, wide: Mapping[str, str]) -> pd.DataFrame:
    """A row for each wide column of each record, in the order of the records."""
    parts = []
    for column, name in wide.items():
        part = frame.copy()
        part[NAME], part[VALUE] = name, frame[column]
        parts.append(part)
    return pd.concat(parts).sort_index(kind="stable").astype("str")


def _column(table: str, name: str) -> Column:
    return TABLES[table][name] if name in TABLES[table] else Column(name, "text", "")


def _filled(table: str, rows: pd.DataFrame, columns: Sequence[str], account: _Account) -> pd.DataFrame:
    """The rows in which no required column is empty."""
    for name in columns:
        if TABLES[table][name].required and name in rows.columns:
            lacking = rows[name].eq("")
            account.leave(LeftOut(int(lacking.sum()), f"{name} is empty"))
            rows = rows[~lacking]
    return rows


def _formulas(table: str, rows: pd.DataFrame) -> Iterator[Remark]:
    """Text that a spreadsheet would compute: it stays text, and somebody should know."""
    for name in rows.columns:
        if _column(table, str(name)).type == "text":
            count = int(rows[name].str.startswith(_FORMULA).sum())
            yield Remark(count, f"cells of {table}.{name} begin like a formula; they are kept as text")
