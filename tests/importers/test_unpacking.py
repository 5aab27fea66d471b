"""Zips and folders of exports: what is packed as districts pack it is read, everything else refused before it harms."""

import stat
import struct
import zipfile

import pytest

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers.unpacking import MOST_FILES, unpacked

ENDINGS = (".csv",)


@pytest.fixture
def zipped(tmp_path):
    """Packs names and contents; a name may be a ZipInfo."""

    def pack(*members, method=zipfile.ZIP_DEFLATED):
        target = tmp_path / "export.zip"
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return target

    return pack


def texts(source):
    with unpacked(source, ENDINGS) as packed:
        return {file.name: file.read_text() for file in packed.files}, packed


def test_a_zip_gives_its_files_and_leaves_nothing_behind(zipped):
    found, packed = texts(zipped(("users.csv", "a"), ("Orgs.CSV", "b")))
    assert found == {"Orgs.CSV": "b", "users.csv": "a"}
    assert not any(file.exists() for file in packed.files)


def test_a_folder_and_a_zip_of_it_are_the_same(tmp_path, zipped):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "users.csv").write_text("a")
    assert texts(tmp_path / "folder")[0] == texts(zipped(("users.csv", "a")))[0]


@pytest.mark.parametrize("others", [(), (("__MACOSX/._users.csv", "x"), (".DS_Store", "x"))], ids=["plain", "mac"])
def test_one_folder_around_the_files_is_remarked(zipped, others):
    found, packed = texts(zipped(("export/users.csv", "a"), *others))
    assert found == {"users.csv": "a"}
    assert [(r.count, r.says) for r in packed.remarks] == [(1, "folder around the files")]


def test_one_folder_inside_the_folder_is_remarked(tmp_path):
    (tmp_path / "around" / "inner").mkdir(parents=True)
    (tmp_path / "around" / "inner" / "users.csv").write_text("a")
    found, packed = texts(tmp_path / "around")
    assert found == {"users.csv": "a"}
    assert packed.remarks[0].says == "folder around the files"


def test_files_of_another_kind_are_counted(zipped):
    packed = texts(zipped(("users.csv", "a"), ("readme.txt", "b"), ("inner.zip", "c")))[1]
    assert packed.remarks[0].count == 2


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([("../users.csv", "a")], "leads out"),
        ([("users.csv", "a"), ("a/../../b.txt", "a")], "leads out"),
        ([("/tmp/users.csv", "a")], "leads out"),
        ([("C:\\users.csv", "a")], "leads out"),
        ([("..\\users.csv", "a")], "leads out"),
        ([(link("users.csv"), "/etc/passwd")], "a link"),
        ([("a/users.csv", "a"), ("b/orgs.csv", "b")], "several folders"),
        ([("a/users.csv", "a"), ("users.csv", "b")], "several folders"),
        ([("users.csv", "a"), ("USERS.csv", "b")], "several folders"),
        ([("a/b/users.csv", "a")], "folders in folders"),
    ],
)
def test_what_would_be_written_elsewhere_is_refused(tmp_path, zipped, members, says):
    with pytest.raises(UnreadableData, match=says):
        texts(zipped(*members))
    assert [entry.name for entry in tmp_path.iterdir()] == ["export.zip"]


def test_a_bomb_is_refused_by_its_sizes(zipped):
    source = zipped(("users.csv", b"0" * (20 << 20)))
    assert source.stat().st_size < 1 << 20
    with pytest.raises(UnreadableData, match="unpacks to 20 MB"):
        texts(source)


def test_a_bomb_that_lies_about_its_size_is_damaged(zipped):
    source = zipped(("users.csv", b"0" * (20 << 20)))
    data = bytearray(source.read_bytes())
    size = struct.pack("<I", 20 << 20)
    while (place := data.find(size)) >= 0:
        data[place : place + 4] = struct.pack("<I", 10)
    source.write_bytes(data)
    with pytest.raises(UnreadableData, match="damaged"):
        texts(source)


def test_too_many_files_are_refused_before_they_are_listed(zipped):
    with pytest.raises(UnreadableData, match="more than 1,000 files"):
        texts(zipped(*((f"{n}.csv", "") for n in range(MOST_FILES + 1))))


def test_a_locked_zip_is_refused(zipped):
    source = zipped(("users.csv", "a"), method=zipfile.ZIP_STORED)
    data = bytearray(source.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    source.write_bytes(data)
    with pytest.raises(UnreadableData, match="password"):
        texts(source)


def test_an_unusual_packing_is_refused(zipped):
    with pytest.raises(UnreadableData, match="unusual way"):
        texts(zipped(("users.csv", "a" * 100), method=zipfile.ZIP_LZMA))


def test_a_damaged_zip_is_refused(zipped):
    source = zipped(("users.csv", "a" * 1000 + "b" * 500))
    data = bytearray(source.read_bytes())
    data[45] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(UnreadableData, match="damaged"):
        texts(source)


def test_a_zip_without_such_files_and_a_file_that_is_none_are_usage(tmp_path, zipped):
    with pytest.raises(UsageError, match="holds no file"):
        texts(zipped(("readme.txt", "a")))
    (tmp_path / "export.pdf").write_bytes(b"%PDF")
    with pytest.raises(UsageError, match="neither a zip"):
        texts(tmp_path / "export.pdf")


def test_a_single_file_is_an_export_of_its_own(tmp_path):
    (tmp_path / "users.csv").write_text("a")
    assert texts(tmp_path / "users.csv")[0] == {"users.csv": "a"}
