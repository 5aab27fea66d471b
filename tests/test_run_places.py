"""Where a run writes: inside the reports alone, whole files alone."""

import os

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.run.places import folder, write

posix = pytest.mark.skipif(os.name != "posix", reason="links need rights on this system")


def test_the_folder_is_made_inside_the_reports(tmp_path):
    assert (
        folder(tmp_path / "a" / "reports", "internal", "growth") == tmp_path / "a" / "reports" / "internal" / "growth"
    )
    assert (tmp_path / "a" / "reports" / "internal" / "growth").is_dir()


@posix
@pytest.mark.parametrize("part", ["internal", "internal/growth"])
def test_a_link_on_the_way_is_refused(tmp_path, part):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports" / part).parent.mkdir(parents=True)
    (tmp_path / "reports" / part).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is a link"):
        folder(tmp_path / "reports", "internal", "growth")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@posix
def test_a_linked_target_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "outside.pdf").write_bytes(b"mine")
    (tmp_path / "brief.pdf").symlink_to(tmp_path / "outside.pdf")
    write({tmp_path / "brief.pdf": b"new"})
    assert (tmp_path / "outside.pdf").read_bytes() == b"mine"
    assert (tmp_path / "brief.pdf").read_bytes() == b"new"


@posix
@pytest.mark.parametrize("before", [None, 0o777])
def test_what_is_internal_is_closed_to_others_and_what_is_public_is_not(tmp_path, before):
    if before:
        (tmp_path / "internal").mkdir()
        (tmp_path / "internal").chmod(before)
    places = [folder(tmp_path, "internal", "growth"), tmp_path / "internal", folder(tmp_path, "drafts", "growth")]
    assert [place.stat().st_mode & 0o077 for place in places[:2]] == [0, 0]
    assert places[2].stat().st_mode & 0o700 == 0o700
    assert places[2].parent.stat().st_mode == places[2].stat().st_mode


def test_a_file_in_the_way_of_a_folder_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(UsageError, match=r"cannot write .*--out"):
        folder(tmp_path / "reports", "internal")


def test_all_files_are_written(tmp_path):
    write({tmp_path / "a.pdf": b"A", tmp_path / "b.html": b"B"})
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {"a.pdf": b"A", "b.html": b"B"}


def test_when_one_file_cannot_be_staged_none_is_new_and_nothing_is_left(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"old")
    with pytest.raises(UsageError, match="cannot write"):
        write({tmp_path / "a.pdf": b"new", tmp_path / "missing" / "b.html": b"B"})
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {"a.pdf": b"old"}


def test_a_stop_while_staging_leaves_nothing(tmp_path, monkeypatch):
    def stop(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write({tmp_path / "a.pdf": b"new"})
    assert list(tmp_path.iterdir()) == []
