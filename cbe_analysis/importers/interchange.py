"""The records of an XML file, one at a time: entities refused, memory bounded by one record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, XMLParser, iterparse

from cbe_analysis.errors import UnreadableData

_MOST_BEFORE_ROOT = 1 << 20  # bytes
_MOST_NODES = 200_000  # of one record
_MOST_SILENT = 4 << 20  # bytes without the begin or end of an element
_DEEPEST = 64
_CHUNK = 1 << 14
_AGAIN = "have it exported again"


def records(file: Path, root: str = "") -> Iterator[Element]:
    """Each child of the root with everything in it, its tags without namespace.

    Parameters
    ----------
    file
        An XML file.
    root
        How the root's name begins; another root is refused.

    Raises
    ------
    UnreadableData
        When it is not well-formed XML, declares a document type (entities come with it), or holds a record that would
        not fit into memory.
    """
    try:
        with file.open("rb") as stream:
            _check_prolog(stream, file.name, root)
            stream.seek(0)
            yield from _records(_Watched(stream, file.name), file.name)
    except ParseError as error:
        line = error.position[0]
        raise UnreadableData(f"this is not well-formed XML from line {line} on", file.name, _AGAIN) from None
    except (LookupError, ValueError):
        raise UnreadableData("the encoding that the file names is not known", file.name, "save it as UTF-8") from None


def _records(stream: _Watched, name: str) -> Iterator[Element]:
    depth, nodes, root = 0, 0, None
    for event, element in iterparse(stream, events=("start", "end")):
        stream.silent = 0
        if event == "start":
            depth, nodes = depth + 1, nodes + 1
            root = element if root is None else root
            if nodes > _MOST_NODES or depth > _DEEPEST:
                raise _too_large(name)
            continue
        depth -= 1
        if depth == 1 and root is not None:
            yield _plain(element)
            root.clear()
            nodes = 0


def _plain(record: Element) -> Element:
    for element in record.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return record


class _Watched:
    """A stream that stops when megabytes pass without an element: one token would fill the memory."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name, self.silent = stream, name, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, a few at a time."""
        chunk = self._stream.read(min(size, _CHUNK) if size > 0 else _CHUNK)
        self.silent += len(chunk)
        if self.silent > _MOST_SILENT:
            raise _too_large(self._name)
        return chunk


class _Prolog:
    """A target that looks at what stands before the root, and at the root's name."""

    def __init__(self) -> None:
        self.root, self.typed = "", False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag.rpartition("}")[2]

    def end(self, tag: str) -> None:
        """Nothing."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        self.typed = True
        raise ValueError(name)  # before anything that it declares is read

    def close(self) -> None:
        """Nothing."""


def _check_prolog(stream: IO[bytes], name: str, root: str) -> None:
    """Refuse a document type, and a root of another kind; neither can come later in a file."""
    prolog = _Prolog()
    parser = XMLParser(target=prolog)
    read = 0
    while not prolog.root and read < _MOST_BEFORE_ROOT and (chunk := stream.read(_CHUNK)):
        read += len(chunk)
        try:
            parser.feed(chunk)
        except ValueError:
            if not prolog.typed:
                raise
            raise UnreadableData(
                "the file declares a document type, which could make other files or endless text be read",
                name,
                "remove the line that begins with <!DOCTYPE, or do not read a file of unknown origin",
            ) from None
    if not prolog.root:
        raise UnreadableData("the file holds no XML element", name, _AGAIN)
    if not prolog.root.startswith(root):
        raise UnreadableData(f"the file's root is not an {root}", name, f"name files whose root begins with {root}")


def _too_large(name: str) -> UnreadableData:
    return UnreadableData("a record of the file is larger than any real one", name, _AGAIN)
