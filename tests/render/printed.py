"""What a PDF says: its text page by page, and its tags, read without the room that made it."""

import io
import re

import pikepdf

HEX = re.compile(rb"<([0-9a-fA-F]*)>")


def pages(pdf):
    """The text of each page; words of one line stand together, pieces are divided by spaces."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [" ".join(_pieces(page, page.get("/Resources"))) for page in document.pages]


def _pieces(stream, resources):
    fonts = {name: _letters(font) for name, font in resources.get("/Font", {}).items()}
    current = {}
    for operands, operator in pikepdf.parse_content_stream(stream):
        if str(operator) == "Tf":
            current = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            strings = operands[0] if str(operator) == "TJ" else operands
            codes = b"".join(bytes(s) for s in strings if isinstance(s, pikepdf.String))
            yield "".join(current.get(codes[i : i + 2], "?") for i in range(0, len(codes), 2))
        elif str(operator) == "Do":
            form = resources["/XObject"][operands[0]]
            if form.get("/Subtype") == "/Form":
                yield from _pieces(form, form.get("/Resources", pikepdf.Dictionary()))


def _letters(font):
    """Code -> character, from the font's own table for those who copy text."""
    found = {}
    table = font.ToUnicode.read_bytes()
    for start, end, words in re.findall(rb"(?s)<(\w+)>\s*<(\w+)>\s*(<\w+>|\[.*?\])", _between(table, b"bfrange")):
        first, last = int(start, 16), int(end, 16)
        told = [_text(digits) for digits in HEX.findall(words)]
        if len(told) <= last - first:
            told = [chr(ord(told[0]) + i) for i in range(last - first + 1)]
        found.update({(first + i).to_bytes(2, "big"): text for i, text in enumerate(told)})
    for code, word in re.findall(rb"<(\w+)>\s*<(\w+)>", _between(table, b"bfchar")):
        found[bytes.fromhex(code.decode())] = _text(word)
    return found


def _between(table, name):
    return b"\n".join(re.findall(rb"(?s)begin" + name + rb"(.*?)end" + name, table))


def _text(digits):
    return bytes.fromhex(digits.decode()).decode("utf-16-be")


def tags(pdf):
    """Every element of the tag tree in reading order: its role, its attributes and its alternative text."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return list(_elements(document.Root.StructTreeRoot))


def _elements(node):
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S)[1:], _scope(node.get("/A")), str(node.get("/Alt", ""))
        kids = node.get("/K")
        if kids is not None and not isinstance(kids, int):
            yield from _elements(kids)


def _scope(attributes):
    if attributes is None:
        return ""
    held = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return next((str(a.Scope)[1:] for a in held if isinstance(a, pikepdf.Dictionary) and "/Scope" in a), "")
