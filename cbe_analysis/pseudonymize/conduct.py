"""The verb: a district's folder -> a copy that an evaluator may have, and the key apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from cbe_analysis.disk import own_file
from cbe_analysis.load.copies import growing, place
from cbe_analysis.load.folder import look
from cbe_analysis.load.reader import open_folder
from cbe_analysis.policy import Policy, read_policy
from cbe_analysis.policy.settings import FILE
from cbe_analysis.pseudonymize.coding import Cells, Coder, alone
from cbe_analysis.pseudonymize.district_file import copied
from cbe_analysis.pseudonymize.fates import Fate, fates
from cbe_analysis.pseudonymize.key import check_kept_inside, key_of
from cbe_analysis.pseudonymize.writing import line, write_csv, write_parquet

WHAT = "pseudonymized copy"
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Pseudonymized:
    """What became of a district: names of columns and counts, no value of anybody.

    Parameters
    ----------
    folder, key
        The copy, and the file that undoes it.
    rows
        Table -> its rows.
    fates
        What became of every column.
    codes, new
        Kind of id -> how many ids have codes in the copy, and how many of them are new in the key.
    lost
        Cells that were left out of kept columns: not of their type, or not among the words of a closed list.
    wordy
        Cells that are kept and longer than a word or a code.
    settings
        Settings of district.toml that lost a column or words.
    others
        Files of the district's folder that were not copied.
    traits
        The factors by which, with school and grade, `alone` was counted.
    students, alone
        Students, and those who share school, grade and factors with nobody.
    """

    folder: Path
    key: Path
    rows: Mapping[str, int]
    fates: tuple[Fate, ...]
    codes: Mapping[str, int]
    new: Mapping[str, int]
    lost: tuple[Cells, ...]
    wordy: tuple[Cells, ...]
    settings: tuple[str, ...]
    others: tuple[str, ...]
    traits: tuple[str, ...]
    students: int
    alone: int


def pseudonymize(  # noqa: PLR0913 - the words of the command
    folder: Path | str,
    out: Path | str,
    *,
    key: Path | str | None = None,
    keep: Collection[str] = (),
    code_schools: bool = False,
    progress: Progress | None = None,
) -> Pseudonymized:
    """What became of a district's folder, after a copy of it was written that an evaluator may have.

    Ids of people and groups get random codes, the same in all tables; records get new numbers; free text and details
    that no indicator reads are left out; rows are sorted by code. Dates, numbers and traits stay as they were. The copy
    and the key appear whole or not at all, for this user alone.

    Parameters
    ----------
    out
        A new or empty folder apart from the district's.
    key
        The file of codes: a new one, or that of an earlier copy, whose codes then hold and are added to. None: a new
        file beside the folder.
    keep
        Columns, as table.column, that would be left out and shall stay as they are.
    code_schools
        True codes schools as well.

    Raises
    ------
    UsageError
        When a place, the key or a column to keep is not as described, or something cannot be written.
    UnreadableData
        When the folder cannot be read as a district.
    """
    looked = look(Path(folder))
    final = place(Path(out), looked.path, WHAT)
    check_kept_inside(final, f"the {WHAT}", str(out))
    codes = key_of(final, None if key is None else Path(key))
    reader, policy = open_folder(looked.path), read_policy(looked.path)
    found = fates({table: reader.types(table) for table in reader.sources}, keep, code_schools=code_schools)
    tell = progress or _silent
    tell(0, len(reader.sources), "ids")
    try:
        with growing(final, Path(out), WHAT) as new:
            coder = Coder(reader, found, codes)
            _write(coder, new, tell)
            text, settings = copied(looked.path, found)
            if text:
                with own_file(new / FILE) as stream:
                    stream.write(text.encode())
            traits = _traits(policy, found)
            lonely = alone(reader, traits)
            codes.write()  # before the copy is there: a copy without its key could never be traced back
    except BaseException:
        codes.forget()
        raise
    return Pseudonymized(
        final,
        codes.file,
        coder.sizes,
        found,
        coder.counts,
        codes.new,
        tuple(cells for table in coder.fates for cells in coder.lost(table)),
        tuple(cells for table in coder.fates for cells in coder.wordy(table)),
        settings,
        looked.others,
        (*traits["students"], *traits["enrollments"]),
        coder.sizes["students"],
        lonely,
    )


def _write(coder: Coder, folder: Path, tell: Progress) -> None:
    """Write every table."""
    for place_, table in enumerate(coder.fates):
        tell(place_, len(coder.fates), table)
        if coder.reader.sources[table].files.format == "csv":
            columns = coder.columns(table)
            write_csv(folder / f"{table}.csv", columns, coder.rows(table, line(columns)))
        else:
            write_parquet(folder / f"{table}.parquet", coder.rows(table))


def _traits(policy: Policy, found: Collection[Fate]) -> dict[str, list[str]]:
    """The factors that the copy has, by their table; `students` counts where both have one."""
    kept = {(fate.table, fate.column) for fate in found if fate.what == "kept"}
    own = [name for name in policy.factors if ("students", name) in kept]
    spells = [name for name in policy.factors if ("enrollments", name) in kept and name not in own]
    return {"students": own, "enrollments": spells}


def _silent(done: int, total: int, step: str) -> None:
    """Say nothing of the progress."""
