"""What became of a district: names of columns and counts, and how many students can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cbe_analysis.load.reader import Reader
from cbe_analysis.policy import Policy
from cbe_analysis.pseudonymize.beside import Beside
from cbe_analysis.pseudonymize.coding import Coder
from cbe_analysis.pseudonymize.fates import Cells, Fate
from cbe_analysis.tables.quoting import identifier


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
    unnamed, rare
        Cells that held a word that nothing names and fewer people have than may be shown: those of a column with a
        list of words, which are left out, and those of a column without one, which are kept.
    minimum_n
        How many people have a word at least that is not rare.
    wordy
        Cells that are kept and longer than a word or a code.
    settings
        Settings of district.toml that lost a column or words.
    others
        The files of the district's folder that were not copied.
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
    unnamed: tuple[Cells, ...]
    rare: tuple[Cells, ...]
    minimum_n: int
    wordy: tuple[Cells, ...]
    settings: tuple[str, ...]
    others: Beside
    traits: tuple[str, ...]
    students: int
    alone: int


def account(
    coder: Coder, policy: Policy, folder: Path, *, settings: Sequence[str], others: Sequence[str]
) -> Pseudonymized:
    """The account of a copy whose rows are written.

    Parameters
    ----------
    policy
        The district's.
    folder
        Where the copy will be.
    settings
        As the account has them.
    others
        Names of the files that are not copied.
    """
    found = [fate for of in coder.fates.values() for fate in of]
    traits = _traits(policy, found)
    return Pseudonymized(
        folder=folder,
        key=coder.key.file,
        rows=coder.sizes,
        fates=tuple(found),
        codes=coder.counts,
        new=coder.key.new,
        lost=tuple(cells for table in coder.fates for cells in coder.lost(table)),
        unnamed=tuple(coder.words.left_out),
        rare=tuple(coder.words.kept),
        minimum_n=policy.minimum_n,
        wordy=tuple(cells for table in coder.fates for cells in coder.wordy(table)),
        settings=tuple(settings),
        others=Beside.of(others),
        traits=(*traits["students"], *traits["enrollments"]),
        students=coder.sizes["students"],
        alone=_alone(coder.reader, traits),
    )


def _traits(policy: Policy, found: Sequence[Fate]) -> dict[str, list[str]]:
    """The factors that the copy has, by their table; `students` counts where both have one."""
    kept = {(fate.table, fate.column) for fate in found if fate.what == "kept"}
    own = [name for name in policy.factors if ("students", name) in kept]
    spells = [name for name in policy.factors if ("enrollments", name) in kept and name not in own]
    return {"students": own, "enrollments": spells}


def _alone(reader: Reader, columns: Mapping[str, Sequence[str]]) -> int:
    """How many students share school, grade and these columns, as they last were, with nobody."""
    own = ", ".join(["student_id", *map(identifier, columns["students"])])
    last = "".join(
        f", arg_max({identifier(name)}, entry_date) AS {identifier(name)}" for name in columns["enrollments"]
    )
    both = [*columns["students"], *columns["enrollments"]]
    by = ", ".join(["school", "year", *map(identifier, both)])
    [(count,)] = reader.rows(f"""
        WITH last AS (
            SELECT student_id, arg_max(struct_pack(school_id, grade), entry_date) AS school,
                max(school_year) AS year{last}
            FROM ({reader.typed("enrollments")}) GROUP BY student_id)
        SELECT count(*) FROM (
            SELECT 1 FROM (SELECT {own} FROM ({reader.typed("students")})) JOIN last USING (student_id)
            GROUP BY {by} HAVING count(*) = 1)""")
    return int(count)
