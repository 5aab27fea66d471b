"""`cbe measure` on a small district: who sees what, in which form, and where it goes."""

import json

import pandas as pd
import pytest
from small_district import write

from cbe_analysis import cli


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return write(tmp_path_factory.mktemp("measure") / "district")


@pytest.fixture
def measure(district, tmp_path_factory, monkeypatch, capsys):
    """Asks for chronic absence by gender, or for what is told; gives exit code, output and messages."""
    monkeypatch.chdir(district.parent)

    def ask(*words, indicator="chronic_absence"):
        code = cli.main(["measure", indicator, str(district), "--by", "gender", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ask


def row(told, gender, quantity="share"):
    """The one row of a group."""
    [found] = [r for r in told["rows"] if r["gender"] == gender and r["quantity"] == quantity]
    return found


def test_restricted_is_raw_and_says_so(measure):
    code, out, err = measure("--restricted", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert err == "cbe: restricted: raw estimates, not protected. Keep them inside.\n"
    assert list(told) == ["indicator", "unit", "method", "source", "parameters", "warnings", "rows"]
    # absent 18 days or more of 180: students 18 to 24; of these 18, 21 and 24 are male
    assert [row(told, "male")[name] for name in ("n", "numerator", "denominator", "value")] == [8, 3, 8, 0.375]
    assert [row(told, "female")[name] for name in ("n", "numerator", "denominator", "value")] == [16, 4, 16, 0.25]
    assert "shown" not in row(told, "male")


def test_the_public_sees_a_release_in_which_a_small_group_is_hidden(measure):
    code, out, err = measure("--format", "json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    small = row(told, "male")
    assert (small["shown"], small["hidden"]) == ("protected", "protected")
    assert [small[name] for name in ("n", "numerator", "value", "low", "high")] == [None] * 5


def test_staff_sees_every_group(measure):
    code, out, _ = measure("--audience", "staff", "--format", "json")
    assert code == 0
    small = row(json.loads(out), "male")
    assert (small["n"], small["hidden"]) == (8, None)


def test_a_table_for_the_screen(measure):
    code, out, _ = measure()
    assert code == 0
    assert out.startswith("chronic_absence: What share of students")
    assert "protected" in out


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "table"])
def test_an_answer_goes_to_a_file(measure, tmp_path, form):
    file = tmp_path / f"answer.{form}"
    code, out, err = measure("--restricted", "--format", form, "--out", file)
    assert (code, out) == (0, "")
    assert f"Written: {file}" in err
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]
    if form in ("csv", "xlsx"):
        table = pd.read_csv(file) if form == "csv" else pd.read_excel(file)
        assert set(table["gender"]) == {"(all)", "female", "male"}


def test_disparity_is_short_for_comparing_with_the_others(measure):
    short = measure("--set", "of=chronic_absence", "--restricted", "--format", "json", indicator="disparity")
    long = measure("--compare", "others", "--restricted", "--format", "json")
    assert short == long
    assert row(json.loads(short[1]), "male", "gap")["value"] == pytest.approx(0.375 - 0.25)


def test_the_same_answer_comes_out_twice(measure):
    assert measure("--format", "csv") == measure("--format", "csv")


def test_where_keeps_rows(measure):
    told = json.loads(measure("--restricted", "--format", "json", "--where", "attendance.school_id=0101")[1])
    assert told["parameters"]["where"] == ["attendance.school_id=0101"]
    assert row(told, "(all)")["n"] == 12


def test_an_ambiguous_condition_lists_what_it_could_mean(measure):
    code, out, err = measure("--where", "school_id=0101")
    assert (code, out) == (2, "")
    assert "attendance.school_id, enrollments.school_id" in err
