"""Looks for markers in bytes, however they are packed: compressed, encoded, escaped, divided or drawn."""

import base64
import binascii
import bz2
import gzip
import html
import io
import lzma
import quopri
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from canary_district import NUMBERS

MARKER = re.compile(rb"qzx\d{6}vk")
DEEPEST = 5  # a picture in a page in a cell of a notebook is three
PNG = b"\x89PNG\r\n\x1a\n"
PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress, b"\x78": zlib.decompress}
NO_LETTERS = re.compile(rb"[^0-9A-Za-z]+")
TAGS = re.compile(rb"<[^<>]*>")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[\s:]?){12,}")
CODE = re.compile(rb"\\(?:u|U|x)?\{?([0-9A-Fa-f]{2,8})\}?\s?")
PYTHON_CODE = re.compile(rb"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})")


def search(place):
    """What is found below a folder, or in a file: (path, marker) for each."""
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    return [
        (str(file), hit)
        for file in files
        for hit in sorted(found(str(file.name).encode()) | (found(file.read_bytes()) if file.is_file() else set()))
    ]


def found(data):
    """Every marker that the bytes hold."""
    return _found(data, DEEPEST, set())


def _found(data, depth, seen):
    if not data or data in seen:
        return set()
    seen.add(data)
    hits = {hit.decode() for hit in MARKER.findall(NO_LETTERS.sub(b"", data).lower())}
    hits |= {number for number in NUMBERS if any(form in data for form in _forms(number))}
    if depth:
        for inner in _views(data):
            hits |= _found(inner, depth - 1, seen)
    return hits


def _forms(number):
    """A number as text of full and of less precision, with a comma, and as the bytes of a float."""
    value = float(number)
    texts = {number, number.replace(".", ","), f"{value:.2f}", f"{value:.3f}", f"{value:,.2f}"}
    return {text.encode() for text in texts} | {struct.pack(order + "d", value) for order in "<>"}


def _views(data):
    """Other ways to read the same bytes."""
    yield from _unpacked(data)
    if data.startswith(b"%PDF"):
        yield from pdf_texts(data)
        return
    if b"\0" in data:
        yield data.replace(b"\0", b"")  # UTF-16 and UTF-32 of plain letters
    if b"<" in data:
        yield TAGS.sub(b"", data)
    if b"&" in data:
        yield html.unescape(data.decode("utf-8", "replace")).encode("utf-8", "replace")
    if b"%" in data:
        yield unquote_to_bytes(data)
    if b"\\" in data:
        yield PYTHON_CODE.sub(lambda m: _letter(m[1] or m[2]), data.replace(b"\\/", b"/").replace(b'\\"', b'"'))
        yield CODE.sub(lambda m: _letter(m[1]), data)
        yield data.replace(b"\\r", b"").replace(b"\\n", b"").replace(b"\\t", b"")
    if b"=" in data:
        yield quopri.decodestring(data)
    for run in BASE64.findall(data.replace(b"\n", b"").replace(b"\\n", b"")):
        plain = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):  # letters before the text shift what it means
            part = plain[start:]
            with_end = part[: len(part) // 4 * 4] if len(part) % 4 == 1 else part + b"=" * (-len(part) % 4)
            with suppress(binascii.Error):
                yield base64.b64decode(with_end)
    for run in HEX.findall(data):
        yield binascii.unhexlify(re.sub(rb"[\s:]", b"", run))


def _letter(code):
    number = int(code, 16)
    return chr(number).encode("utf-8", "replace") if number < 0x110000 and not 0xD800 <= number < 0xE000 else b""


def _unpacked(data):
    """What compressed and container files hold; nothing where it only looks like one."""
    for begins, unpack in PACKED.items():
        if data.startswith(begins):
            with suppress(OSError, EOFError, zlib.error, lzma.LZMAError):
                yield unpack(data)
    if data.startswith(b"PK\x03\x04"):
        with suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error):
            yield from _zipped(data)
    if data.startswith(PNG):
        yield from _png(data)
    if data.startswith(b"PAR1"):
        import pyarrow
        from pyarrow.parquet import read_table

        with suppress(OSError, pyarrow.ArrowInvalid):
            table = read_table(io.BytesIO(data))
            yield repr((table.schema.metadata, table.to_pydict())).encode()


def _zipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        yield packed.comment
        for member in packed.infolist():
            yield from (member.filename.encode(), member.comment, packed.read(member))


def _png(data):
    """The bodies of a picture's chunks of text, unpacked."""
    at = len(PNG)
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        at += size + 12
        if kind != b"IDAT":
            yield body
            for cut in range(min(len(body), 200)):  # the text is packed behind its name
                if body[cut : cut + 1] == b"\x78":
                    with suppress(zlib.error):
                        yield zlib.decompress(body[cut:])


def pdf_texts(data):
    """Streams, strings and the printed text of a document."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                try:
                    yield thing.read_bytes()
                except pikepdf.PdfError:  # a picture's own packing
                    yield thing.read_raw_bytes()
            yield "\n".join(_strings(thing)).encode("utf-8", "replace")
        yield "\n".join(_strings(document.trailer)).encode("utf-8", "replace")
    if shutil.which("pdftotext"):
        yield subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout


def _strings(thing):
    """The texts and names in an object of a PDF, without following what it refers to."""
    import pikepdf

    if isinstance(thing, (pikepdf.String, pikepdf.Name, str)):
        yield str(thing)
        if isinstance(thing, pikepdf.String):
            yield bytes(thing).decode("latin-1")
    elif isinstance(thing, pikepdf.Array):
        for part in thing:
            yield from () if getattr(part, "is_indirect", False) else _strings(part)
    elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        for name, part in thing.items():
            yield name
            yield from () if getattr(part, "is_indirect", False) else _strings(part)


def outside(folder, inside):
    """The files below a folder that do not lie in one of the places inside."""
    return [f for f in sorted(Path(folder).rglob("*")) if not any(f.is_relative_to(place) for place in inside)]
