"""What an import made of its source: read, written, left out and why; every record is accounted for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many records did not become a row of their own, and why."""

    records: int
    why: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The account of one canonical table: what was read or made is what was written or left out.

    Parameters
    ----------
    table
        The canonical table.
    read
        Records of the source that could have become a row.
    written
        Rows of the table's file.
    left_out
        The records that did not.
    made
        Rows that the importer made without a record, because the source has none.
    """

    table: str
    read: int
    written: int
    left_out: tuple[LeftOut, ...] = ()
    made: int = 0

    def __post_init__(self) -> None:
        balance = self.read + self.made - self.written - sum(part.records for part in self.left_out)
        if balance:
            raise AssertionError(f"the account of {self.table} is off by {balance} records")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the source that a reader of its numbers should know, with its count."""

    count: int
    says: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole account of an import; its text is a printable table.

    Parameters
    ----------
    source
        What was read, as a person would look it up.
    records
        Records of the source.
    tallies
        One per table written.
    remarks
        What else was found on the way.
    columns_left
        Columns of the source that no table holds.
    """

    source: str
    records: int
    tallies: tuple[Tally, ...]
    remarks: tuple[Remark, ...] = ()
    columns_left: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.source}: {self.records:,} records"
        columns = f"Columns of the source that no table holds: {_listed(self.columns_left)}."
        remarks = [f"{remark.count:>9,}  {remark.says}" for remark in self.remarks]
        parts = [[head], _table(self.tallies), remarks, [columns]]
        return "\n\n".join("\n".join(part) for part in parts if part)


def _listed(columns: tuple[str, ...]) -> str:
    """The columns in words, those of one file or element (`users.email`) together."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        place, point, name = column.partition(".")
        whole = bool(point) and place.isidentifier() and name.isidentifier()
        groups.setdefault(place if whole else column, []).extend([name] if whole else [])
    parts = [f"{place} ({', '.join(names)})" if names else place for place, names in groups.items()]
    return ", ".join(parts) or "none"


def _table(tallies: tuple[Tally, ...]) -> list[str]:
    """The lines of the printed table; a table with several reasons takes a line for each."""
    name = max([len("target_status"), *(len(tally.table) for tally in tallies)]) + 1
    largest = max((max(tally.read, tally.made, tally.written) for tally in tallies), default=0)
    wide = max(8, len(f"{largest:,}")) + 1
    lines = [f"{'table':<{name}}{'read':>{wide}}{'made':>{wide}}{'written':>{wide}}{'left out':>{wide + 1}}  why"]
    for tally in tallies:
        first, *others = tally.left_out or (LeftOut(0, ""),)
        numbers = f"{tally.read:>{wide},}{tally.made:>{wide},}{tally.written:>{wide},}"
        lines.append(f"{tally.table:<{name}}{numbers}{first.records:>{wide + 1},}  {first.why}".rstrip())
        lines += [f"{'':<{name + 3 * wide}}{other.records:>{wide + 1},}  {other.why}" for other in others]
    return lines
