"""An answer as CSV, Excel, JSON and a table: numbers stay numbers, nothing can run in a spreadsheet."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.cli.forms import FORMS, harmless
from cbe_analysis.measure.estimates import AFTER, Estimates, Population

NASTY = '=HYPERLINK("http://x.org")'


def estimates(groups, values):
    """Estimates of one mean per group."""
    rows = pd.DataFrame({"quantity": "mean", "unit": "points", "school": groups})
    rows = rows.reindex(columns=["quantity", "unit", "school", *AFTER])
    rows["value"] = values
    rows["n"] = range(10, 10 + len(groups))
    return Estimates(
        **{"indicator": "status", "question": "Where?", "unit": "points", "method": "mean", "source": "us"},
        **{"by": ("school",), "fingerprint": "f", "as_of": "2026-01-31", "minimum_n": 10},
        parameters={"by": ["school"], "cut": None, "share": np.float64("nan")},
        warnings=("mind the gap",),
        population=Population("students", (), ("", ""), pd.DataFrame()),
        rows=rows,
    )


ANSWER = estimates([NASTY, "-1", "@x", "plain", "\tx"], [-1.25, 1 / 3, np.nan, np.inf, 2.0])


def test_csv_holds_numbers_as_numbers_and_formulas_as_text():
    table = pd.read_csv(io.BytesIO(FORMS["csv"](ANSWER)), dtype={"school": str})
    assert list(table["school"]) == [f"'{NASTY}", "'-1", "'@x", "plain", "'\tx"]
    assert list(table["value"][:2]) == [-1.25, 1 / 3]
    assert list(table.columns) == list(ANSWER.rows.columns)


def test_a_workbook_holds_no_formula():
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](ANSWER))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert f"'{NASTY}" in [cell.value for cell in cells]
    assert -1.25 in [cell.value for cell in cells]


def test_headings_are_made_harmless_too():
    answer = estimates(["a"], [1.0])
    odd = Estimates(
        **{
            **{name: getattr(answer, name) for name in answer.__dataclass_fields__},
            "by": ("=x",),
            "rows": answer.rows.rename(columns={"school": "=x"}),
        }
    )
    assert FORMS["csv"](odd).decode().startswith("quantity,unit,'=x,")


def test_json_is_one_object_of_the_promised_shape():
    told = json.loads(FORMS["json"](ANSWER))
    assert list(told) == ["indicator", "unit", "method", "source", "parameters", "warnings", "rows"]
    assert told["parameters"] == {"by": ["school"], "cut": None, "share": None}
    assert [row["value"] for row in told["rows"]] == [-1.25, 1 / 3, None, None, 2.0]
    assert [row["n"] for row in told["rows"]] == [10, 11, 12, 13, 14]
    assert told["rows"][0]["school"] == NASTY
    assert told["rows"][0]["p"] is None
    assert list(told["rows"][0]) == list(ANSWER.rows.columns)


def test_json_is_plain_ascii_so_that_no_console_can_spoil_it():
    told = FORMS["json"](estimates(["Escuela Peñón"], [1.0]))
    assert told.decode("ascii")
    assert json.loads(told)["rows"][0]["school"] == "Escuela Peñón"


def test_the_table_shows_groups_numbers_and_warnings():
    text = FORMS["table"](ANSWER).decode()
    for words in ("status: Where?", "unit: points", "plain", "0.3333", "-1.25", "note: mind the gap", NASTY):
        assert words in text
    assert "numerator" not in text


@pytest.mark.parametrize(("release", "shown"), [(False, "<0.001"), (True, "<0.01")])
def test_a_p_too_small_to_print_is_printed_as_such(release, shown):
    answer = estimates(["a", "b"], [1.0, 2.0])
    rows = answer.rows.assign(p_adjusted=[0.0, 0.05], **({"shown": "1", "n_shown": "10"} if release else {}))
    object.__setattr__(answer, "rows", rows)
    text = FORMS["table"](answer).decode()
    assert shown in text
    assert "0.05" in text


def test_the_table_does_not_read_markup():
    assert "[red]x[/red]" in FORMS["table"](estimates(["[red]x[/red]"], [1.0])).decode()


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_without_rows_has_every_form(form):
    assert FORMS[form](estimates([], []))


@given(st.text() | st.text("=+-@\t\r\n ;\u200b\ufeffa1", max_size=6))
def test_no_text_begins_like_a_formula(text):
    for cell in re.split("[;\t\r\n]", harmless(text)):
        assert not cell.strip().strip("\u200b\u200e\u200f\u202e\ufeff ").startswith(("=", "+", "-", "@"))
    assert not harmless(text).startswith(("\t", "\r", "\n"))


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.none(), st.booleans()))
def test_what_is_not_text_is_untouched(value):
    assert harmless(value) is value


def counted(numerators, values=(0.5, None)):
    """An answer whose second row counts nothing, such as a gap."""
    answer = estimates(["a", "b"], values)
    rows = answer.rows.assign(numerator=numerators, denominator=[152742.0, np.nan])
    given = {name: getattr(answer, name) for name in answer.__dataclass_fields__}
    return Estimates(**{**given, "rows": rows.astype({"numerator": float})})


@pytest.mark.parametrize("exact", [76371.0, 76371.00000000001])
def test_whole_counts_are_printed_as_whole_numbers(exact):
    answer = counted([exact, np.nan])
    first, second = json.loads(FORMS["json"](answer))["rows"]
    assert (repr(first["numerator"]), repr(first["denominator"])) == ("76371", "152742")
    assert second["numerator"] is None
    assert ",76371,152742," in FORMS["csv"](answer).decode()
    assert {"76371", "152742"} <= set(FORMS["table"](answer).decode().split())


def test_counts_that_are_not_whole_and_large_values_keep_what_they_say():
    told = FORMS["table"](counted([76371.5, np.nan], [76370.6, 0.000123456])).decode()
    assert "76372" in told  # to the last whole
    assert "76371" in told
    assert "0.0001235" in told
    assert "e+" not in told
    assert json.loads(FORMS["json"](counted([76371.5, np.nan])))["rows"][0]["numerator"] == 76371.5
