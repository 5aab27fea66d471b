"""XML record by record: entities, foreign roots and records without bound are refused."""

import pytest

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.interchange import records

NAMESPACE = 'xmlns="http://ed-fi.org/5.2.0"'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.fixture
def read(tmp_path):
    """Reads a text or bytes as a file."""

    def reading(content, root="Interchange"):
        file = tmp_path / "students.xml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(records(file, root))

    return reading


def test_each_record_comes_whole_and_without_namespace(read):
    found = read(f"<InterchangeX {NAMESPACE}><A id='1'><B>x</B></A><!-- c --><A><B>y</B></A></InterchangeX>")
    assert [(record.tag, record.findtext("B")) for record in found] == [("A", "x"), ("A", "y")]
    assert found[0].attrib == {"id": "1"}


def test_a_record_is_gone_when_the_next_comes(tmp_path):
    file = tmp_path / "many.xml"
    file.write_text("<Interchange>" + "<A><B>x</B></A>" * 1000 + "</Interchange>")
    kept = []
    for record in records(file):
        kept.append(record)
        assert len(list(record)) == 1
    assert len(kept) == 1000


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY l0 "lol">' + LAUGHS + "]>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0"?><!-- c --><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["laughs", "external", "entity"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_entities_are_refused_in_any_encoding(read, prolog, encoding):
    with pytest.raises(UnreadableData, match="document type"):
        read(f"{prolog}<InterchangeX><A>&l9;&a;</A></InterchangeX>".encode(encoding))


def test_a_document_type_behind_a_long_comment_is_refused(read):
    with pytest.raises(UnreadableData, match=r"document type|no XML element"):
        read(f"<!--{'c' * 900_000}--><!DOCTYPE x><InterchangeX/>")


@pytest.mark.parametrize(
    "content",
    [
        "<InterchangeX><A>&a;</A></InterchangeX>",
        "<InterchangeX><A></B></InterchangeX>",
        "<InterchangeX><A>",
        "<InterchangeX/><InterchangeX/>",
        "<InterchangeX><A>\x01</A></InterchangeX>",
        "student_id,name\n1,x\n",
    ],
    ids=["entity", "tags", "cut", "two roots", "control", "csv"],
)
def test_what_is_not_well_formed_is_named_by_line(read, content):
    with pytest.raises(UnreadableData, match="not well-formed XML from line 1 on"):
        read(content)


def test_an_empty_file_and_an_unknown_encoding_are_refused(read):
    with pytest.raises(UnreadableData, match="no XML element"):
        read("")
    with pytest.raises(UnreadableData, match="encoding"):
        read('<?xml version="1.0" encoding="klingon"?><InterchangeX/>')


def test_another_root_is_refused(read):
    with pytest.raises(UnreadableData, match="root"):
        read("<html><A/></html>")


@pytest.mark.parametrize(
    "content",
    [
        "<InterchangeX><A>" + "<B>" * 100 + "</B>" * 100 + "</A></InterchangeX>",
        "<InterchangeX><A>" + "<B/>" * 200_001 + "</A></InterchangeX>",
        f"<InterchangeX><A>{'x' * (5 << 20)}</A></InterchangeX>",
        f"<InterchangeX><A b='{'x' * (5 << 20)}'/></InterchangeX>",
    ],
    ids=["deep", "wide", "long text", "long attribute"],
)
def test_a_record_without_bound_is_refused(read, content):
    with pytest.raises(UnreadableData, match="larger than any real one"):
        read(content)
