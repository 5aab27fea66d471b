"""Checks on scales: ratings, levels, marks and scores within their bounds, survey answers on their item's scale."""

from __future__ import annotations

from collections.abc import Iterator

from cbe_analysis.policy.quality import Scales, Span
from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import listed, literal
from cbe_analysis.validate.checks import Check, Expectation, Known, Words, as_number, counted
from cbe_analysis.validate.values import NUMBER

RATED = ("evidence", "target_status")
WHOLE_CONTINUUM = (-1.0, 13.0)  # pre-kindergarten to the end of grade 12


def scale_checks(table: Table, known: Known) -> Iterator[Check]:
    """The checks on what lies outside its scale, as far as district.toml or another table tells the scale."""
    scales, present = known.policy.scales, known.tables[table.name]
    if table.name in RATED and scales.ratings and "score" in present:
        yield _bounded(table, "score", scales.ratings, "[scales] ratings")
    if table.name == "levels":
        yield _on_the_continuum(table, known)
    if table.name == "marks" and scales.points and "points" in present:
        yield _bounded(table, "points", scales.points, "[scales] points")
    if table.name == "marks" and scales.marks:
        yield _printed(table, scales.marks)
    if table.name == "assessments" and scales.instruments:
        yield _instruments(table, scales)
    if table.name == "survey_items":
        yield _no_scale(table)
    if table.name == "survey_responses" and known.has("survey_items"):
        yield _no_item(table)
        yield _answer(table)


def _outside(column: str, where: str) -> Words:
    return Words(
        f"{column} lies outside the scale of {where}",
        "a value off the scale (ten times too high, a percentage among points) pulls means and spreads far away",
        f"correct {column} in the source system, or mend {where} in district.toml if the scale is wider",
    )


def _bounded(table: Table, column: str, span: Span, where: str) -> Check:
    """A scale with the same bounds for every row: the distinct values are judged."""
    bounds = (("min_value", span[0]), ("max_value", span[1]))
    expectation = Expectation("ExpectColumnValuesToBeBetween", column + NUMBER, bounds)
    return Check(
        *("scale", table.name, (column,), "warning", _outside(column, where)),
        f"SELECT row_number FROM raw WHERE ({as_number(column)}) NOT BETWEEN {literal(span[0])} AND {literal(span[1])}",
        (expectation,),
    )


def _printed(table: Table, marks: tuple[str, ...]) -> Check:
    words = Words(
        "mark is none of the marks of [scales] marks",
        "the mark is read as a group of its own, and shares of marks come out too small",
        "correct the spelling in the source system, or add the mark to [scales] marks in district.toml",
    )
    expectation = Expectation("ExpectColumnValuesToBeInSet", "mark", (("value_set", list(marks)),))
    rows = f"SELECT row_number FROM raw WHERE mark NOT IN ({listed(marks)})"
    return Check("scale", table.name, ("mark",), "warning", words, rows, (expectation,))


def _on_the_continuum(table: Table, known: Known) -> Check:
    """Between the ends that district.toml names, else those of the subject's targets, else the whole continuum."""
    if known.policy.scales.levels:
        return _bounded(table, "level", known.policy.scales.levels, "[scales] levels")
    if not known.has("targets"):
        return _bounded(table, "level", WHOLE_CONTINUUM, "[scales] levels")
    words = Words(
        "level lies outside the levels of the subject's targets",
        "a position that the continuum does not have stretches pace, gaps and averages",
        "correct level in the source system, add the missing targets, or set [scales] levels in district.toml",
    )
    position = as_number("level")
    rows = f"""
        SELECT row_number FROM (SELECT row_number, subject, {position} AS position FROM raw) AS told
        JOIN (SELECT subject, min({position}) AS lowest, max({position}) + 1 AS highest FROM targets GROUP BY subject)
        AS ends USING (subject) WHERE position NOT BETWEEN lowest AND highest"""
    return counted(Check("scale", table.name, ("level",), "warning", words, rows, reads=("targets",)))


def _instruments(table: Table, scales: Scales) -> Check:
    """Instrument by instrument; a span of an instrument and subject goes before that of the instrument alone."""
    spans = ", ".join(f"({literal(name)}, {literal(low)}, {literal(high)})" for name, (low, high) in scales.instruments)
    rows = f"""
        WITH spans (name, lowest, highest) AS (VALUES {spans})
        SELECT row_number
        FROM (SELECT row_number, instrument, subject, {as_number("score")} AS points FROM raw) AS scored
        LEFT JOIN spans AS own ON own.name = scored.instrument || ':' || scored.subject
        LEFT JOIN spans AS every ON every.name = scored.instrument
        WHERE points NOT BETWEEN coalesce(own.lowest, every.lowest) AND coalesce(own.highest, every.highest)"""
    words = _outside("score", "[scales.instruments]")
    return counted(Check("scale", table.name, ("instrument", "score"), "warning", words, rows))


def _no_scale(table: Table) -> Check:
    words = Words(
        "minimum is not below maximum: the item has no scale",
        "its answers cannot be turned around or put on one scale with others, and fall out of their construct",
        "write the lowest and the highest answer that could be given",
    )
    rows = f"SELECT row_number FROM raw WHERE ({as_number('minimum')}) >= ({as_number('maximum')})"
    return counted(Check("no_scale", table.name, ("minimum", "maximum"), "warning", words, rows))


_ITEMS = f"""
    SELECT survey_id, item_id, role, min({as_number("minimum")}) AS lowest, max({as_number("maximum")}) AS highest
    FROM survey_items WHERE survey_id IS NOT NULL AND item_id IS NOT NULL GROUP BY ALL"""


def _no_item(table: Table) -> Check:
    words = Words(
        "the answer's survey and role have no such item in survey_items",
        "an answer without the item's scale cannot be read, and falls out of its construct",
        "add the item to survey_items for this survey and role, with its lowest and highest answer",
    )
    columns = ("survey_id", "item_id", "role")
    rows = f"""
        SELECT row_number FROM (
            SELECT * FROM raw  -- an id that stands nowhere in survey_items is another check's business
            WHERE survey_id IN (SELECT survey_id FROM survey_items WHERE survey_id IS NOT NULL)
              AND item_id IN (SELECT item_id FROM survey_items WHERE item_id IS NOT NULL)
        ) AS told ANTI JOIN ({_ITEMS}) AS items
          ON items.survey_id = told.survey_id AND items.item_id = told.item_id
             AND coalesce(items.role = told.role, true)"""
    return counted(Check("no_item", table.name, columns, "warning", words, rows, reads=("survey_items",)))


def _answer(table: Table) -> Check:
    words = Words(
        "value lies outside the scale of its item",
        "an answer off the scale (a code for missing, another survey's scale) pulls the construct's mean",
        "correct value in the source system, leave a code for missing empty, or mend minimum and maximum of the item",
    )
    rows = f"""
        SELECT row_number
        FROM (SELECT row_number, survey_id, item_id, role, {as_number("value")} AS answer FROM raw) AS told
        JOIN ({_ITEMS}) AS items USING (survey_id, item_id, role)
        WHERE answer NOT BETWEEN lowest AND highest"""
    return counted(Check("scale", table.name, ("item_id", "value"), "warning", words, rows, reads=("survey_items",)))
