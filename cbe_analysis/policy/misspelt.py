"""Names and words in district.toml that can mean nothing: what is misspelt there would be passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from cbe_analysis.errors import UnreadableData, choices, meant
from cbe_analysis.policy.refusal import FILE
from cbe_analysis.tables import TABLES, Column

BOOLEANS = ("true", "false")
WHOLE = re.compile(r"-?\d+")
REMARKS = "("  # what a missing value is called, such as "(unknown)", begins with it


def declared() -> dict[str, list[Column]]:
    """Every column name of the declared tables, with its declarations."""
    found: dict[str, list[Column]] = {}
    for table in TABLES.values():
        for column in table.columns:
            found.setdefault(column.name, []).append(column)
    return found


def check_settings(told: Mapping[str, object], settings: Collection[str]) -> None:
    """Refuse settings that there are not.

    Raises
    ------
    UnreadableData
        For an unknown setting.
    """
    unknown = [name for name in told if name not in settings]
    if unknown:
        raise UnreadableData(
            f"unknown setting {choices(unknown)}",
            FILE,
            f"{meant(unknown[0], settings)}known are: {choices(settings, 40)}",
        )


def check_columns(
    part: str, told: Mapping[str, Collection[str]], *, own: Collection[str], settings: Collection[str]
) -> None:
    """Refuse columns that no table can have, and values that no cell of a column can have.

    Parameters
    ----------
    part
        The table of district.toml: "references", "labels".
    told
        Column -> the values that it names.
    own
        The columns that the district names as its factors and published dimensions; they need no declaration.
    settings
        Names of settings, which may have slipped under a table's heading.

    Raises
    ------
    UnreadableData
        With the name that may be meant.
    """
    known = declared()
    check_place(f"[{part}]", told, settings)
    for column, values in told.items():
        if column not in known and column not in own:
            raise UnreadableData(
                f"[{part}] names '{column}', which is neither a factor nor a column of the canonical tables",
                FILE,
                f"{meant(column, {*known, *own})}a column of your own must stand in factors too",
            )
        check_place(f"[{part}.{column}]", values, settings)
        for value in values:
            _check_value(part, column, value, known.get(column, []))


def check_place(heading: str, names: Collection[str], settings: Collection[str]) -> None:
    """Refuse a setting under the heading of a table, where it would count as one of its words.

    Raises
    ------
    UnreadableData
        With the place where it belongs.
    """
    slipped = [name for name in names if name in settings]
    if slipped:
        raise UnreadableData(
            f"the setting {slipped[0]} stands under {heading}", FILE, "move it above the first line in [brackets]"
        )


def _check_value(part: str, column: str, value: str, columns: Collection[Column]) -> None:
    """Refuse a value that no declaration of the column allows; empty text is the column itself."""
    allowed = {word for c in columns for word in (BOOLEANS if c.type == "boolean" else c.allowed)}
    closed = bool(columns) and all(c.allowed or c.type == "boolean" for c in columns)
    numbers = bool(columns) and all(c.type == "integer" for c in columns)
    if value == "" or value.startswith(REMARKS):
        return
    if closed and value not in allowed:
        raise UnreadableData(
            f"[{part}] names {value!r} as a value of '{column}', which has no such value",
            FILE,
            f"{meant(value, allowed)}the values are: {choices(allowed)}",
        )
    if numbers and not WHOLE.fullmatch(value):
        raise UnreadableData(
            f"[{part}] names {value!r} as a value of '{column}', which holds whole numbers",
            FILE,
            "write the number; kindergarten is grade 0, 2025-26 is 2026",
        )
