"""The verb: a district's folder -> a copy that an evaluator may have, and the key apart."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from cbe_analysis.load.copies import growing, place
from cbe_analysis.load.folder import look
from cbe_analysis.load.reader import open_folder
from cbe_analysis.policy import read_policy
from cbe_analysis.pseudonymize.account import Pseudonymized, account
from cbe_analysis.pseudonymize.coding import Coder
from cbe_analysis.pseudonymize.district_file import write_rules
from cbe_analysis.pseudonymize.fates import fates
from cbe_analysis.pseudonymize.key import check_kept_inside, key_of
from cbe_analysis.pseudonymize.writing import line, write_csv, write_parquet

WHAT = "pseudonymized copy"
Progress = Callable[[int, int, str], None]


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
            coder = Coder(reader, policy, found, key=codes)
            _write(coder, new, tell)
            settings = write_rules(looked.path, new, found)
            made = account(coder, policy, final, settings=settings, others=looked.others)
            codes.write()  # before the copy is there: a copy without its key could never be traced back
    except BaseException:
        codes.forget()
        raise
    return made


def _write(coder: Coder, folder: Path, tell: Progress) -> None:
    """Write every table."""
    for done, table in enumerate(coder.fates):
        tell(done, len(coder.fates), table)
        columns = coder.columns(table)
        if coder.reader.sources[table].files.format == "csv":
            write_csv(folder / f"{table}.csv", columns, coder.rows(table, line(columns)))
        else:
            write_parquet(folder / f"{table}.parquet", columns, coder.rows(table))


def _silent(done: int, total: int, step: str) -> None:
    """Say nothing of the progress."""
