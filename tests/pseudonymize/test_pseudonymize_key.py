"""The key: random, apart, for this user alone, and the same codes when it is named again."""

import csv
import os
import stat

import pytest

import cbe_analysis.pseudonymize.codes as codes_module
from cbe_analysis.errors import UsageError
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.pseudonymize.codes import code, draw, number_of

posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such permissions")


def codes(file):
    """(kind, id) -> code."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["id"]): row["code"] for row in csv.DictReader(stream)}


def students(numbers):
    return ["student_id", *(f"{number:04}" for number in numbers)]


# Codes


def test_codes_are_drawn_from_the_source_of_secrets_and_never_twice(monkeypatch):
    """A source that repeats itself, and gives what is taken: 2 (taken), 5, 5, 3 with 24 bits below each."""
    given = [2, 5, 5, 3, 4, 4, 4, 1]

    def source(count):
        return b"".join((given.pop(0) << 24).to_bytes(8, "little") for _ in range(count // 8))

    monkeypatch.setattr(codes_module.secrets, "token_bytes", source)
    assert draw(4, [2]).tolist() == [5, 3, 4, 1]  # as drawn: in order they would follow the order of the ids


def test_codes_fill_their_range_evenly():
    """The mean of ten thousand uniform numbers lies within five standard errors of the middle, or the draw is off."""
    drawn = draw(10_000) / 2**40
    assert len(set(drawn.tolist())) == 10_000
    assert abs(drawn.mean() - 0.5) < 5 * (1 / 12 / 10_000) ** 0.5


@pytest.mark.parametrize("number", [0, 1, 2**40 - 1])
def test_a_code_is_read_as_the_number_that_it_was_made_of(number):
    assert number_of("group", code("group", number)) == number


@pytest.mark.parametrize(
    "text", ["", "P", "P123", "G0123456789", "P012345678G", "P01234567890", "p0123456789", "PP123456789"]
)
def test_what_is_no_code_is_not_read(text):
    with pytest.raises(ValueError, match="not a code"):
        number_of("person", text)


def test_two_copies_without_a_common_key_have_no_code_in_common(small, tmp_path):
    folder = small()
    keys = [codes(pseudonymize(folder, tmp_path / name).key) for name in ("one", "two")]
    assert keys[0].keys() == keys[1].keys()
    assert not set(keys[0].values()) & set(keys[1].values())


# The file


@posix
def test_key_and_copy_are_for_this_user_alone(small, tmp_path):
    made = pseudonymize(small(), tmp_path / "out")
    assert made.key == tmp_path / "out.key.csv"
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()} == {0o600}


@posix
def test_a_key_that_others_could_read_is_closed(small, tmp_path):
    folder = small()
    key = pseudonymize(folder, tmp_path / "one").key
    key.chmod(0o644)
    pseudonymize(folder, tmp_path / "two", key=key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_named_again_a_key_keeps_codes_and_learns_new_ones(small, tmp_path, read):
    first = pseudonymize(small(students=students(range(1, 25))), tmp_path / "one")
    before = codes(first.key)
    (tmp_path / "district").rename(tmp_path / "last-year")
    second = pseudonymize(small(students=students(range(5, 31))), tmp_path / "two", key=first.key)
    after = codes(first.key)
    assert before.items() <= after.items()
    assert len(after) == 30
    assert (second.codes["person"], second.new["person"]) == (30, 6)  # enrollments name the first four still
    found = {row["student_id"] for row in read(tmp_path / "two")["students"]}
    assert found == {after["person", f"{number:04}"] for number in range(5, 31)}


def test_a_key_may_lie_in_a_new_folder(small, tmp_path):
    made = pseudonymize(small(), tmp_path / "new" / "out", key=tmp_path / "vault" / "keys.csv")
    assert (tmp_path / "vault" / "keys.csv").is_file()
    assert made.folder == tmp_path / "new" / "out"


def test_a_key_that_a_spreadsheet_marked_is_read(small, tmp_path):
    folder = small()
    key = pseudonymize(folder, tmp_path / "one").key
    before = codes(key)
    key.write_bytes(b"\xef\xbb\xbf" + key.read_bytes().replace(b"\n", b"\r\n"))
    made = pseudonymize(folder, tmp_path / "two", key=key)
    assert made.new["person"] == 0
    assert codes(key) == before


GOOD = "kind,id,code\nperson,0001,P0123456789\n"
BAD = {
    "empty": "",
    "another table": "student_id,code\n0001,P0123456789\n",
    "other columns": GOOD.replace("kind,id", "id,kind"),
    "an unknown kind": GOOD.replace("person", "parent"),
    "another code": GOOD.replace("P0123456789", "Smith"),
    "a code of another kind": GOOD.replace("P0123456789", "G0123456789"),
    "an id twice": GOOD + "person,0001,P0123456788\n",
    "a code twice": GOOD + "person,0002,P0123456789\n",
    "cut short": GOOD + "person,0002",
    "quotes that stay open": GOOD + 'person,"0002,P0123456788\n',
    "bytes": "\0\udcff",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_no_key_is_refused_and_left_alone(small, tmp_path, kind):
    key = tmp_path / "key.csv"
    key.write_bytes(BAD[kind].encode("utf-8", "surrogateescape"))
    before = key.read_bytes()
    with pytest.raises(UsageError, match="is not a key, or was changed") as caught:
        pseudonymize(small(), tmp_path / "out", key=key)
    assert "0001" not in str(caught.value)
    assert "Smith" not in str(caught.value)
    assert key.read_bytes() == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("out/key.csv", "would lie in the folder that is handed over"),
        ("out", "would lie in the folder that is handed over"),
        ("reports/public/key.csv", "in a folder named 'public'"),
        ("reports/drafts/growth/key.csv", "in a folder named 'drafts'"),
        ("way/out/../../out/key.csv", "would lie in the folder that is handed over"),
        ("file/key.csv", "cannot be written there"),
        ("folder", "the key cannot be read"),
    ],
)
def test_a_place_where_no_key_may_lie_is_refused(small, tmp_path, place, says):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=says):
        pseudonymize(small(), tmp_path / "out", key=tmp_path / place)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "reports").exists()


def test_a_link_into_the_copy_is_refused_too(small, tmp_path):
    try:
        (tmp_path / "link.csv").symlink_to(tmp_path / "out" / "key.csv")
    except OSError:
        pytest.skip("this system lets no link be made")
    with pytest.raises(UsageError, match="would lie in the folder"):
        pseudonymize(small(), tmp_path / "out", key=tmp_path / "link.csv")


def test_a_key_beside_a_copy_that_is_gone_is_not_used_unasked(small, tmp_path):
    folder = small()
    (tmp_path / "out.key.csv").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match="to use its codes again: --key"):
        pseudonymize(folder, tmp_path / "out")
    made = pseudonymize(folder, tmp_path / "out", key=tmp_path / "out.key.csv")
    assert codes(made.key)["person", "0001"] == "P0123456789"


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_key_that_may_not_be_read_is_refused(small, tmp_path):
    key = tmp_path / "key.csv"
    key.write_text(GOOD, encoding="utf-8")
    key.chmod(0)
    with pytest.raises(UsageError, match="the key cannot be read"):
        pseudonymize(small(), tmp_path / "out", key=key)


def test_a_key_that_another_command_changed_meanwhile_is_not_overwritten(small, tmp_path):
    folder = small()
    key = pseudonymize(folder, tmp_path / "one").key
    other = key.read_text(encoding="utf-8") + "person,9999,P0123456789\n"

    def meanwhile(done, total, table):
        key.write_text(other, encoding="utf-8")

    with pytest.raises(UsageError, match="the key has changed meanwhile"):
        pseudonymize(folder, tmp_path / "two", key=key, progress=meanwhile)
    assert key.read_text(encoding="utf-8") == other
    assert not (tmp_path / "two").exists()


def test_a_key_that_came_meanwhile_is_neither_overwritten_nor_removed(small, tmp_path):
    def meanwhile(done, total, table):
        (tmp_path / "out.key.csv").write_text(GOOD, encoding="utf-8")

    with pytest.raises(UsageError, match="the key has changed meanwhile"):
        pseudonymize(small(), tmp_path / "out", progress=meanwhile)
    assert (tmp_path / "out.key.csv").read_text(encoding="utf-8") == GOOD
