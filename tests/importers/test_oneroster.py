"""OneRoster exports: what each file says comes out, what it does not say is left out with its count."""

import pytest
from oneroster_export import FILES, pack, write

import cbe_analysis as cbe
from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers.merge import import_into
from cbe_analysis.importers.oneroster import read


@pytest.fixture
def harvest(tmp_path):
    """Reads the small export, changed."""

    def reading(options=None, **changed):
        return read(write(tmp_path / "export", **changed), **(options or {}))

    return reading


def lines(harvest, table, *columns):
    """The rows of a table, cells joined by commas."""
    rows = harvest.tables[table]
    return [",".join(row) for row in rows[list(columns)].itertuples(index=False)]


def left_out(harvest, table):
    (tally,) = [tally for tally in harvest.summary.tallies if tally.table == table]
    return {part.why: part.records for part in tally.left_out}


def said(harvest, words):
    """The count of the one remark with these words; 0 for none."""
    counts = [remark.count for remark in harvest.summary.remarks if words in remark.says]
    assert len(counts) <= 1
    return counts[0] if counts else 0


def edited(name, *changes):
    """A file of the export with cells replaced: "old>new" in the row that begins so."""
    rows = list(FILES[name])
    for start, old, new in changes:
        place = next(n for n, row in enumerate(rows) if row.startswith(start))
        assert old in rows[place]
        rows[place] = rows[place].replace(old, new)
    return {name: rows}


def test_the_whole_roster(harvest):
    found = harvest()
    assert lines(found, "schools", "school_id", "name", "kind") == ["s1,Elm Elementary,other", "s2,Oak High,high"]
    assert lines(found, "students", "student_id", "race_ethnicity", "gender", "birth_month") == [
        "0101,asian,female,2017-03",
        "0102,hispanic,male,2019-11",
        "0103,two_or_more,male,2009-05",
        "0105,,,",
    ]
    spells = ("student_id", "school_id", "entry_date", "exit_date", "school_year", "grade")
    assert lines(found, "enrollments", *spells) == [
        "0101,s1,2025-08-20,,2026,2",
        "0102,s1,2025-09-15,2025-11-28,2026,0",
        "0103,s2,2025-08-21,,2026,10",
    ]
    assert lines(found, "calendar", "term_id", "school_year", "kind") == [
        "f,2026,semester",
        "p,2026,semester",
        "y,2026,year",
    ]
    assert lines(found, "sections", "section_id", "school_id", "term_id", "school_year", "subject", "course_id") == [
        "k1,s1,y,2026,math,c1"
    ]
    assert lines(found, "section_members", "section_id", "person_id", "role", "start_date") == [
        "k1,0101,student,2025-08-20",
        "k1,0102,student,2025-09-15",
        "k1,0103,student,",
        "k1,77,teacher,",
    ]
    assert lines(found, "staff", "staff_id", "school_id", "school_year", "role") == [
        "77,s1,2026,teacher",
        "77,s2,2026,teacher",
    ]


def test_one_person_with_a_record_in_each_school_is_one_student_with_both_ids(harvest):
    found = harvest()
    ids = lines(found, "student_ids", "system", "external_id", "student_id")
    assert {"oneroster,u3,0103", "oneroster,u3b,0103", "state,900,0101", "sis,0101,0101"} <= set(ids)
    assert left_out(found, "students")["a further record of a student already written"] == 1


def test_two_dates_of_birth_under_one_identifier_are_remarked(harvest):
    assert said(harvest(), "two dates of birth") == 0
    assert said(harvest(**edited("demographics", ("u3b", "2009-05-01", "2011-05-01"))), "two dates of birth") == 1


def test_deleted_and_inactive_records_are_counted(harvest):
    found = harvest()
    assert left_out(found, "students")["marked as to be deleted, or inactive"] == 1
    assert left_out(found, "enrollments")["marked as to be deleted, or inactive"] == 1


def test_students_without_identifier_are_known_by_sourced_id_and_that_is_said(harvest):
    without = [",".join([*row.split(",")[:-7], "", *row.split(",")[-6:]]) if n else row for n, row in enumerate(USERS)]
    found = harvest(users=without)
    assert lines(found, "students", "student_id") == ["u1", "u2", "u3", "u3b", "u5"]
    assert said(found, "known by their sourcedId alone") == 5


USERS = [row.replace('"{state:900},{sis:0101}"', "").replace('"s1,s2"', "s1") for row in FILES["users"]]
USERS = [row.replace('"11,12"', "11") for row in USERS]


def test_version_1_2_with_roles(harvest):
    users = ["sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,identifier,grades"]
    users += [f"{u},,,true,{u},,A,A,{i},{g}" for u, i, g in (("u1", "1", "02"), ("u3", "3", "10"), ("t1", "77", ""))]
    roles = ["sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId"]
    roles += ["r1,,,u1,primary,student,,,s1", "r2,,,u3,primary,student,,,s2", "r3,,,t1,primary,principal,,,s1"]
    found = harvest(users=users, roles=roles, manifest=None)
    assert found.summary.source.startswith("OneRoster 1.2")
    assert lines(found, "students", "student_id") == ["1", "3"]
    assert lines(found, "staff", "staff_id", "school_id", "role") == ["77,s1,administrator"]
    assert said(found, "manifest.csv is missing") == 1


def test_a_zip_is_read_like_the_folder_and_twice_the_same(tmp_path):
    folder = write(tmp_path / "export")
    zipped = pack(folder, tmp_path / "export.zip", "export/")
    plain, packed, again = read(folder), read(zipped), read(zipped)
    for name, rows in plain.tables.items():
        assert rows.equals(packed.tables[name])
        assert packed.tables[name].to_csv() == again.tables[name].to_csv()
    assert said(packed, "folder around the files") == 1
    assert str(packed.summary) == str(again.summary)


def test_it_fills_a_folder_that_loads_and_has_no_finding(tmp_path):
    import_into("oneroster", write(tmp_path / "export"), tmp_path / "district")
    district = cbe.validate(cbe.load(tmp_path / "district"))
    assert district.findings.findings == ()
    assert {"schools", "students", "enrollments", "calendar", "sections", "staff"} <= set(district.tables)


def test_no_value_of_a_student_is_in_the_account(harvest):
    account = str(harvest().summary)
    assert not [value for value in ("0101", "0103", "2017-03", "900", "u3b") if value in account]


def test_delta_files_are_refused_with_the_way_out(harvest):
    with pytest.raises(UnreadableData, match=r"only what changed .*users\.csv.*again as bulk"):
        harvest(**edited("manifest", ("file.users", "bulk", "delta")))


def test_a_promised_file_that_is_missing_means_an_export_cut_short(harvest):
    with pytest.raises(UnreadableData, match=r"cut short .*demographics\.csv"):
        harvest(demographics=None)


def test_another_version_is_refused(harvest):
    with pytest.raises(UnreadableData, match=r"version that is not known.*export 1\.1 or 1\.2"):
        harvest(**edited("manifest", ("oneroster.version", "1.1", "1.0")))


def test_files_that_are_none_of_the_standards_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableData, match="none of the files"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["USERS", "Users"])
def test_file_names_in_another_case_are_read_with_a_remark(tmp_path, name):
    folder = write(tmp_path / "export")
    (folder / "users.csv").rename(folder / f"{name}.csv")
    found = read(folder)
    assert len(found.tables["students"]) == 4
    assert said(found, "another case") == 1


def test_misspelt_columns_and_booleans_in_capitals_are_read(harvest):
    rows = list(FILES["demographics"])
    rows[0] = rows[0].replace("nativeHawaiianOrOther", "nativeAmericanOrOther").replace("birthDate", "BIRTHDATE")
    rows[1] = rows[1].replace("true", "false").replace("false,false,false,false,false", "false,false,false,TRUE,false")
    found = harvest(demographics=rows)
    assert lines(found, "students", "race_ethnicity", "birth_month")[0] == "pacific_islander,2017-03"


def test_a_missing_column_of_race_is_remarked_and_race_alone_is_said(harvest):
    rows = [row.rpartition(",")[0] for row in FILES["demographics"]]
    found = harvest(demographics=rows)
    assert lines(found, "students", "race_ethnicity") == ["asian", "white", "two_or_more", ""]
    assert said(found, "hispanicOrLatinoEthnicity") == 1
    assert said(found, "grouped by race alone") == 3


def test_short_rows_are_filled_and_long_ones_left_out_with_their_count(harvest):
    changed = edited("users", ("u2", "KG,", "KG"), ("u4", "11,", "11,,surplus"))
    found = harvest(**changed)
    assert lines(found, "enrollments", "student_id", "grade")[1] == "0102,0"
    assert said(found, "fewer fields than the header") == 1
    assert left_out(found, "students")["more fields than the header"] == 1


def days_of(text):
    """The export's days written otherwise."""

    def written(row):
        return ",".join(text(cell) if cell[:2] == "20" and cell.count("-") == 2 else cell for cell in row.split(","))

    return {name: [written(row) for row in FILES[name]] for name in ("academicSessions", "enrollments", "demographics")}


def day_first(cell):
    year, month, day = cell.split("-")
    return f"{int(day)}/{month}/{year}"


def test_dates_with_the_day_first_are_read_because_a_day_above_12_proves_it(harvest):
    plain, found = harvest(), harvest(**days_of(day_first))
    for name in ("enrollments", "calendar", "students"):
        assert plain.tables[name].equals(found.tables[name])
    assert said(found, "read day first") == 16


def test_dates_that_can_be_read_two_ways_are_refused_until_their_order_is_told(harvest):
    sessions = [FILES["academicSessions"][0], "y,,,2025-26,schoolYear,05/08/2025,06/05/2026,,2026"]
    changed = {**edited("demographics"), "academicSessions": sessions}
    with pytest.raises(UnreadableData, match="no date tells the day from the month"):
        harvest(**changed)
    found = harvest({"dates": "day/month/year"}, **changed)
    assert lines(found, "calendar", "start_date", "end_date") == ["2025-08-05,2026-05-06"]
    with pytest.raises(UsageError, match="'dates' is unknown"):
        harvest({"dates": "anyhow"})


def test_cells_that_are_no_date_are_unknown_and_counted(harvest):
    found = harvest(**edited("enrollments", ("e3", "2025-08-21", "2025-02-30")))
    assert said(found, "cells that are no date") == 1
    assert "0103" not in lines(found, "enrollments", "student_id")


def test_school_years_named_by_the_autumn_are_put_right(harvest):
    found = harvest(
        academicSessions=[row.replace(",2026\n", ",2025\n").replace("y,2026", "y,2025") for row in SESSIONS]
    )
    assert lines(found, "calendar", "school_year") == ["2026", "2026", "2026"]
    assert said(found, "names the autumn") == 2


SESSIONS = list(FILES["academicSessions"])


def test_enrollments_without_any_date_are_left_out_with_the_way_out(harvest):
    undated = [row.replace(",2025-08-20,2026-06-05", ",,") for row in FILES["enrollments"]]
    found = harvest(enrollments=undated)
    (why,) = [why for why in left_out(found, "enrollments") if "--set undated=term" in why]
    assert left_out(found, "enrollments")[why] == 2
    told = harvest({"undated": "term"}, enrollments=undated)
    assert "0101,s1,2025-08-20" in lines(told, "enrollments", "student_id", "school_id", "entry_date")
    assert said(told, "first day of the term") == 2
    with pytest.raises(UsageError, match="'undated' is unknown"):
        harvest({"undated": "guess"})


def test_a_student_of_two_grades_has_no_spell(harvest):
    assert left_out(harvest(), "enrollments")["no grade, or several: fill grades in users with one"] == 1


def test_a_file_of_subjects_fills_what_courses_do_not_tell(harvest, tmp_path):
    told = tmp_path / "subjects.csv"
    told.write_text("course,subject\nB1,Science\n")
    found = harvest({"subjects": told})
    assert lines(found, "sections", "section_id", "subject", "term_id") == ["k1,math,y", "k2,science,f"]


def test_ids_rounded_by_a_spreadsheet_are_refused(harvest):
    with pytest.raises(UnreadableData, match="rounded numbers"):
        harvest(**edited("users", ("u1", "u1,,,", "1.2E+11,,,")))


@pytest.mark.parametrize("content", [b"", "sourcedId,x\n1,2\n".encode("utf-16"), b"sourcedId\n\xff\n", b"a\0b\n1\n"])
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    folder = write(tmp_path / "export")
    (folder / "users.csv").write_bytes(content)
    with pytest.raises(UnreadableData, match=r"users\.csv"):
        read(folder)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    folder = write(tmp_path / "export")
    plain = read(folder)
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    found = read(folder)
    assert all(rows.equals(found.tables[name]) for name, rows in plain.tables.items())


def test_headers_alone_give_no_tables(tmp_path):
    folder = write(tmp_path / "export", **{name: rows[:1] for name, rows in FILES.items() if name != "manifest"})
    assert read(folder).tables == {}
