"""The search for markers sees them however they are packed; without this, finding none would prove nothing."""

import base64
import bz2
import gzip
import io
import json
import lzma
import quopri
import shutil
import struct
import zipfile
import zlib
from html import escape

import pandas as pd
import pikepdf
import pytest
from canary_district import NUMBERS, marker
from canary_search import PNG, found, search

from cbe_analysis.render import blocks, page, typeset
from cbe_analysis.render.bundles import bundle

MARK = marker(481516)
HIT = MARK.lower()
TEXT = f"words before {MARK} and after"


def chunk(kind, body):
    """A chunk of a PNG."""
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def zipped(name, content):
    """An archive of one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return out.getvalue()


def workbook(text):
    """An Excel workbook with the text in a cell."""
    out = io.BytesIO()
    pd.DataFrame({"a": [text]}).to_excel(out, index=False)
    return out.getvalue()


def parquet(text):
    """A Parquet file with the text in a cell."""
    out = io.BytesIO()
    pd.DataFrame({"a": [text]}).to_parquet(out)
    return out.getvalue()


def document(change):
    """A PDF of one page, changed."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        change(made)
        made.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def attached(made):
    made.attachments["a.csv"] = TEXT.encode()


def named(made):
    made.docinfo["/Title"] = f"Ž {TEXT}"  # not Latin: kept as UTF-16


def described(made):
    with made.open_metadata() as told:
        told["dc:description"] = TEXT


def drawn(made):
    made.pages[0].Contents = made.make_stream(f"BT ({TEXT}) Tj ET".encode())


def read_aloud(made):
    made.Root["/StructTreeRoot"] = made.make_indirect(
        {"/K": pikepdf.Array([{"/S": pikepdf.Name.Figure, "/Alt": TEXT}])}
    )


def brief():
    """The blocks of a brief that shows the text where a name would stand."""
    head = blocks.Masthead("How?", "Brief", ("A",), "foot", "a brief", "2026-06-05")
    table = blocks.Table("T", "", ("Group", "n"), ((TEXT, "12"),), "lr", (None, 60))
    return [bundle(head), bundle(table)]


def notebook():
    """A notebook whose output is a page whose picture is drawn with the text, one letter at a time."""
    svg = "<svg><text>" + "".join(f"<tspan>{letter}</tspan>" for letter in TEXT) + "</text></svg>"
    image = f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'
    return json.dumps({"cells": [{"outputs": [{"data": {"text/html": [image]}}]}]})


def wrapped(text, width=5):
    """The text in a narrow column of a table."""
    return "\n".join(f"│ {text[i : i + width]} │" for i in range(0, len(text), width))


PACKINGS = {
    "as it is": lambda: TEXT.encode(),
    "other case": lambda: TEXT.upper().encode(),
    "UTF-16": lambda: TEXT.encode("utf-16"),
    "UTF-16, big end first": lambda: TEXT.encode("utf-16-be"),
    "UTF-32": lambda: TEXT.encode("utf-32"),
    "percent": lambda: "".join(f"%{ord(c):02X}" for c in TEXT).encode(),
    "entities": lambda: "".join(f"&#{ord(c)};" for c in TEXT).encode(),
    "hexadecimal entities": lambda: "".join(f"&#x{ord(c):x};" for c in TEXT).encode(),
    "entities, escaped again": lambda: escape("".join(f"&#{ord(c)};" for c in TEXT)).encode(),
    "codes of JSON": lambda: "".join(f"\\u{ord(c):04x}" for c in TEXT).encode(),
    "codes of Python": lambda: "".join(f"\\x{ord(c):02x}" for c in TEXT).encode(),
    "codes of a style sheet": lambda: "".join(f"\\{ord(c):06x}" for c in TEXT).encode(),
    "JSON in JSON": lambda: json.dumps(json.dumps("".join(f"\\u{ord(c):04x}" for c in TEXT))).encode(),
    "base64": lambda: base64.b64encode(TEXT.encode()),
    "base64 with letters before": lambda: b"data:text/plain;x" + base64.b64encode(TEXT.encode()),
    "base64 in lines": lambda: base64.encodebytes(TEXT.encode() * 9),
    "base64 of an address": lambda: base64.urlsafe_b64encode(TEXT.encode()).rstrip(b"="),
    "hexadecimal": lambda: TEXT.encode().hex().encode(),
    "quoted-printable": lambda: quopri.encodestring(TEXT.encode() + b" = " + "é".encode() * 30),
    "divided by tags": lambda: "".join(f"<b class='x'>{c}</b>" for c in TEXT).encode(),
    "divided by lines": lambda: wrapped(TEXT).encode(),
    "divided by soft hyphens": lambda: "\u00ad".join(TEXT).encode(),
    "divided by spaces of no width": lambda: "\u200b".join(TEXT).encode(),
    "gzip": lambda: gzip.compress(TEXT.encode()),
    "bzip2": lambda: bz2.compress(TEXT.encode()),
    "xz": lambda: lzma.compress(TEXT.encode()),
    "zlib": lambda: zlib.compress(TEXT.encode()),
    "zip": lambda: zipped("a.txt", TEXT),
    "name in a zip": lambda: zipped(f"{MARK}.txt", "x"),
    "zip in a zip": lambda: zipped("b.zip", zipped("a.txt", TEXT)),
    "workbook": lambda: workbook(TEXT),
    "Parquet": lambda: parquet(TEXT),
    "PNG, text": lambda: PNG + chunk(b"tEXt", b"Comment\0" + TEXT.encode()),
    "PNG, packed text": lambda: PNG + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TEXT.encode())),
    "PDF, drawn": lambda: document(drawn),
    "PDF, title": lambda: document(named),
    "PDF, metadata": lambda: document(described),
    "PDF, attached": lambda: document(attached),
    "PDF, alternative text": lambda: document(read_aloud),
    "brief as a page": lambda: page(brief()).encode(),
    "notebook with a page with a picture": lambda: notebook().encode(),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_marker_is_found_however_it_is_packed(packing):
    assert found(PACKINGS[packing]()) == {HIT}


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="the letters of a PDF are read by pdftotext (poppler)")
def test_a_marker_is_found_in_the_letters_of_a_brief():
    assert found(typeset(brief())) == {HIT}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", [str, lambda n: f"{float(n):.2f}", lambda n: n.replace(".", ",")])
def test_a_number_of_one_student_is_found(number, form):
    assert found(f"<td>{form(number)}</td>".encode()) == {number}
    assert found(struct.pack("<d", float(number))) == {number}


def test_a_marker_is_found_in_the_name_of_a_file_and_of_a_folder(tmp_path):
    (tmp_path / MARK).mkdir()
    (tmp_path / MARK / f"{MARK}.pdf").write_bytes(b"")
    assert [hit for _, hit in search(tmp_path)] == [HIT, HIT]


def test_nothing_is_found_where_nothing_is():
    plain = [bundle(blocks.Masthead("How?", "Brief", ("A",), "foot", "a brief", "2026-06-05"))]
    assert found(page(plain).encode()) == found(typeset(plain)) == set()
