"""Every importer is given every bad input there is: it refuses it with what to do, or its account tells of it."""

import csv
import io
import json
import os
import zipfile

import good_sources
import pytest
from good_sources import KINDS, MARKER, OWN, good

from cbe_analysis.errors import CbeError, UnreadableData
from cbe_analysis.importers.merge import import_into

TABULAR = tuple(kind for kind in KINDS if kind not in ("case", "edfi"))
STANDING = {"schools.csv": "school_id,name,kind\n9,Old,other\n", "district.toml": 'name = "Old"\n'}


@pytest.fixture
def home(tmp_path):
    """A district's folder that an import may add to."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, text in STANDING.items():
        (folder / name).write_text(text)
    return folder


def bring(kind, source, home):
    return str(import_into(kind, source, home, **OWN[kind]))


def refuse(kind, source, home):
    """The message of the refusal, which changes nothing and shows no cell."""
    with pytest.raises(CbeError) as refused:
        bring(kind, source, home)
    assert refused.value.exit_code in (2, 3)
    assert refused.value.remedy
    assert MARKER not in str(refused.value)
    assert {file.name: file.read_text() for file in home.iterdir()} == STANDING
    assert [entry.name for entry in home.parent.iterdir() if entry.name.startswith(".")] == []
    return str(refused.value)


def table(text):
    return list(csv.reader(io.StringIO(text)))


def written(rows, separator=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode()


def with_cell(text, column, value):
    header, *rows = table(text)
    where = header.index(column)
    return written([header, *([*row[:where], value, *row[where + 1 :]] for row in rows)])


def without(text, column):
    rows = table(text)
    where = rows[0].index(column)
    return written([[*row[:where], *row[where + 1 :]] for row in rows])


def doubled(text, column):
    rows = table(text)
    where = rows[0].index(column)
    return written([[*row, row[where]] for row in rows])


def wide(text):
    header, *rows = table(text)
    return written([[*header, *(f"c{n}" for n in range(100_000))], *([*row, *[""] * 100_000] for row in rows)])


WHATEVER_THE_KIND = {
    "empty": lambda text: b"",
    "blank": lambda text: b"\n  \n\n",
    "nul": lambda text: text.encode() + b"\0",
    "mixed-encodings": lambda text: text.encode() + b"\xe9,\xfc\n",
    "half-a-pair": lambda text: text.encode() + b"\xed\xa0\x80\n",
    "picture": lambda text: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "looks-zipped": lambda text: b"PK\x03\x04" + bytes(range(1, 128)) * 20,
    "web-page": lambda text: b"<!DOCTYPE html><html><body>MARKER</body></html>",
    "other-json": lambda text: b'{"MARKER": [1, 2]}',
    "other-csv": lambda text: b"a,b\nMARKER,2\n",
    "other-xml": lambda text: b"<a><b>MARKER</b></a>",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spoil", WHATEVER_THE_KIND.values(), ids=WHATEVER_THE_KIND)
def test_what_is_no_export_of_the_kind_is_refused(tmp_path, home, kind, spoil):
    source = good(kind, tmp_path / "export")
    source.file.write_bytes(spoil(source.file.read_text()))
    assert source.file.name in refuse(kind, source.source, home)


REFUSED_TABLES = {
    "utf-16": (lambda text, source: text.encode("utf-16"), "UTF-16"),
    "utf-32": (lambda text, source: text.encode("utf-32"), "UTF-16 or UTF-32"),
    "no-header": (lambda text, source: text.split("\n", 1)[1].replace("Elm", "MARKER").encode() * 2, ""),
    "missing-column": (lambda text, source: without(text, source.required), "column"),
    "doubled-column": (lambda text, source: doubled(text, source.required), "has the name of another one"),
    "open-quote": (lambda text, source: text.encode() + b'"MARKER,1\n' * 3, "quotation mark"),
    "huge-cell": (lambda text, source: with_cell(text, source.free, MARKER * 50_000), "131,072"),
    "1e5-columns": (lambda text, source: wide(text), "more than 5,000 columns"),
    "ids-as-1e5": (lambda text, source: with_cell(text, source.person, "1.2E+05"), "rounded numbers"),
}


@pytest.mark.parametrize("kind", TABULAR)
@pytest.mark.parametrize(("spoil", "says"), REFUSED_TABLES.values(), ids=REFUSED_TABLES)
def test_a_table_that_cannot_be_trusted_is_refused(tmp_path, home, kind, spoil, says):
    source = good(kind, tmp_path / "export")
    source.file.write_bytes(spoil(source.file.read_bytes().decode(), source))
    assert says in refuse(kind, source.source, home)


TOLD_TABLES = {
    "header-only": (lambda text, source: text.split("\n", 1)[0].encode() + b"\n", "has a header and no rows"),
    "empty-rows": (lambda text, source: written([table(text)[0], *[[""] * len(table(text)[0])] * 5]), "no rows"),
    "no-such-day": (lambda text, source: with_cell(text, source.day, "2025-02-30"), "date|begins"),
    "year-0": (lambda text, source: with_cell(text, source.day, "0000-01-01"), "date|begins"),
    "no-day": (lambda text, source: with_cell(text, source.day, MARKER), "date|begins"),
}
SAME_TABLES = {
    "mark": lambda text, source: b"\xef\xbb\xbf" + text.encode(),
    "line-ends": lambda text, source: text.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
    "old-line-ends": lambda text, source: text.replace("\r\n", "\n").replace("\n", "\r").encode(),
    "formula": lambda text, source: with_cell(text, source.free, '=HYPERLINK("http://x","y")'),
    "turned-text": lambda text, source: with_cell(text, source.free, "\u202eMARKER"),
}


@pytest.mark.parametrize("kind", TABULAR)
@pytest.mark.parametrize(("spoil", "says"), TOLD_TABLES.values(), ids=TOLD_TABLES)
def test_rows_that_cannot_count_are_told_of_or_refused(tmp_path, home, kind, spoil, says):
    source = good(kind, tmp_path / "export")
    source.file.write_bytes(spoil(source.file.read_bytes().decode(), source))
    try:
        told = bring(kind, source.source, home)
    except UnreadableData as refused:  # a mapping says itself what is to become of such cells
        told = str(refused)
        assert kind == "mapping"
    assert any(word in told for word in says.split("|"))
    assert MARKER not in told


@pytest.mark.parametrize("kind", TABULAR)
@pytest.mark.parametrize("spoil", SAME_TABLES.values(), ids=SAME_TABLES)
def test_what_makes_no_difference_makes_none(tmp_path, kind, spoil):
    source = good(kind, tmp_path / "export")
    bring(kind, source.source, tmp_path / "plain")
    source.file.write_bytes(spoil(source.file.read_bytes().decode(), source))
    assert MARKER not in bring(kind, source.source, tmp_path / "spoilt")
    assert good_sources.tables(tmp_path / "spoilt") == good_sources.tables(tmp_path / "plain")


@pytest.mark.parametrize("kind", TABULAR)
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_read_where_the_vendor_uses_it_and_else_named(tmp_path, home, kind, separator):
    source = good(kind, tmp_path / "export")
    source.file.write_bytes(written(table(source.file.read_text()), separator))
    vendors = {"canvas": ";", "star360": "\t|"}
    if separator in vendors.get(kind, ""):
        assert "assessments" in (told := bring(kind, source.source, home)) or "evidence" in told
    else:
        assert "the columns are separated by" in refuse(kind, source.source, home)


@pytest.mark.parametrize("kind", TABULAR)
@pytest.mark.parametrize("extra", [b"MARKER\n", None], ids=["short", "long"])
def test_uneven_rows_are_counted_or_refused_by_number(tmp_path, home, kind, extra):
    source = good(kind, tmp_path / "export")
    text = source.file.read_bytes().rstrip(b"\r\n") + b"\r\n"
    last = text.rstrip().rsplit(b"\n", 1)[1] + b",1,2,3\n"
    source.file.write_bytes(text + (extra or last))
    if kind in ("oneroster", "nwea", "canvas"):  # known for them
        told = bring(kind, source.source, home)
        assert ("fewer fields" if extra else "more fields") in told
        assert MARKER not in told
    else:
        assert "first row" in refuse(kind, source.source, home)


LAUGHS = "".join(f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9))
REFUSED_XML = {
    "laughs": lambda text: f"<!DOCTYPE x [<!ENTITY a 'ha'>{LAUGHS}]>{text.replace('2021-08-23', '&j;')}",
    "file-entity": lambda text: f"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{text.replace('2021', '&a;')}",
    "unknown-entity": lambda text: text.replace("2021-08-23", "&MARKER;"),
    "cut-short": lambda text: text[: len(text) // 2],
    "deep": lambda text: "<InterchangeX>" + "<a>" * 100_000,
    "huge-cell": lambda text: text.replace("2021-08-23", MARKER * 2_000_000, 1),
    "encoding": lambda text: f"<?xml version='1.0' encoding='klingon'?>{text}",
}


@pytest.mark.parametrize("spoil", REFUSED_XML.values(), ids=REFUSED_XML)
def test_an_interchange_that_cannot_be_trusted_is_refused(tmp_path, home, spoil):
    source = good("edfi", tmp_path / "export")
    source.file.write_text(spoil(source.file.read_text()))
    refuse("edfi", source.source, home)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace("2021-08-23", "2021-02-30"), "date"),
        (lambda text: text.replace("2021-08-23", MARKER), "date"),
        (lambda text: text.replace("StudentUniqueId", "Nobody"), "without student"),
        (lambda text: "<InterchangeStudentEnrollment/>", "no enrollments"),
    ],
    ids=["no-such-day", "no-day", "nobody", "no-elements"],
)
def test_elements_that_cannot_count_are_told_of(tmp_path, home, spoil, says):
    source = good("edfi", tmp_path / "export")
    source.file.write_text(spoil(source.file.read_text()))
    told = bring("edfi", source.source, home)
    assert says in told
    assert MARKER not in told


ODD = {"identifier": ["x"], "fullStatement": {"a": 1}}
REFUSED_JSON = {
    "empty-object": lambda text: "{}",
    "list": lambda text: "[]",
    "null": lambda text: "null",
    "deep": lambda text: "[" * 100_000,
    "cut-short": lambda text: text[: len(text) // 2],
    "not-a-number": lambda text: text.replace('"a"', "NaN", 1),
    "endless-number": lambda text: text.replace('"CFItems":', f'"x": {"9" * 5000}, "CFItems":'),
    "no-grades": lambda text: text.replace('"06"', '"MARKER"'),
    "odd-types": lambda text: json.dumps(
        {"CFDocument": {"identifier": {}}, "CFItems": [1, None, ODD, [], {}, "x"] * 2}
    ),
}


@pytest.mark.parametrize("spoil", REFUSED_JSON.values(), ids=REFUSED_JSON)
def test_a_framework_that_cannot_be_trusted_is_refused_or_has_no_item(tmp_path, home, spoil):
    source = good("case", tmp_path / "export")
    source.file.write_text(spoil(source.file.read_text()))
    try:
        told = bring("case", source.source, home)
    except CbeError:
        refuse("case", source.source, home)
    else:
        assert "no identifier or no statement" in told


def _fifo(source):
    source.file.unlink()
    os.mkfifo(source.file)


def _folder(source):
    source.file.unlink()
    source.file.mkdir()


def _link(source):
    elsewhere = source.file.parent.parent / "elsewhere"
    source.file.rename(elsewhere)
    source.file.symlink_to(elsewhere)


def _circle(source):
    source.file.unlink()
    source.file.symlink_to(source.file.name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spoil", [_fifo, _folder, _link, _circle], ids=["pipe", "folder", "link", "circle"])
def test_what_is_no_plain_file_in_the_folder_is_refused_without_waiting(tmp_path, home, kind, spoil):
    source = good(kind, tmp_path / "export")
    spoil(source)
    if (kind, spoil) == ("edfi", _folder):  # folders beside the interchanges are passed over, and the spells missed
        assert "no enrollments; add the interchange" in bring(kind, source.source, home)
    else:
        refuse(kind, source.file.parent if kind != "mapping" else source.source, home)


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_is_not_there_is_refused(tmp_path, home, kind):
    assert "there is no such" in refuse(kind, tmp_path / "nowhere", home) or kind == "mapping"
    empty = tmp_path / "empty"
    empty.mkdir()
    refuse(kind, empty, home)


def _packed(source, target, **changed):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(source.file.parent.iterdir()):
            archive.write(file, changed.get("names", {}).get(file.name, file.name))
        for name, content in changed.get("more", {}).items():
            archive.writestr(name, content)
    return target


def _locked(source, target):
    data = bytearray(_packed(source, target).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 1)
    target.write_bytes(bytes(data))
    return target


def _cut_short(source, target):
    data = _packed(source, target).read_bytes()
    target.write_bytes(data[: len(data) // 2])
    return target


ZIPS = {
    "bomb": lambda source, target: _packed(source, target, more={f"x{source.file.suffix}": b"0" * (64 << 20)}),
    "slip": lambda source, target: _packed(source, target, more={f"../x{source.file.suffix}": "MARKER"}),
    "absolute": lambda source, target: _packed(source, target, more={f"/tmp/x{source.file.suffix}": "MARKER"}),
    "locked": _locked,
    "cut-short": _cut_short,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pack", ZIPS.values(), ids=ZIPS)
def test_a_bad_zip_is_refused_and_nothing_of_it_stays(tmp_path, home, kind, pack):
    source = good(kind, tmp_path / "export")
    refuse(kind, pack(source, tmp_path / "export.zip"), home)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["export", "export.zip", "home"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes_and_again_changes_nothing(tmp_path, kind):
    source = good(kind, tmp_path / "export")
    one, other = tmp_path / "one", tmp_path / "other"
    first = bring(kind, source.source, one)
    bring(kind, source.source, other)
    once, twice = good_sources.contents(one), good_sources.contents(other)
    for named_after_the_folder in (once, twice):
        assert named_after_the_folder.pop("district.toml")
    assert once == twice
    again = bring(kind, source.source, one)
    after = good_sources.contents(one)
    assert after.pop("district.toml")
    assert after == once
    assert "are new" in first
    assert "are new" not in again


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_is_a_link_to_itself_is_refused(tmp_path, home, kind):
    circle = tmp_path / "circle"
    circle.symlink_to("circle")
    refuse(kind, circle, home)
