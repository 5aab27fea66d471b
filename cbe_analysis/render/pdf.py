"""Blocks -> an accessible PDF (PDF/UA-1), the same bytes every time."""

from __future__ import annotations

import functools
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from cbe_analysis.errors import RunFailed
from cbe_analysis.render import fonts

Bundle = Mapping[str, Any]
TALLEST = 600  # points: a figure with its caption must fit one page


def typeset(bundles: Sequence[Bundle]) -> bytes:
    """The brief as a PDF.

    Parameters
    ----------
    bundles
        The blocks of one brief, the masthead first, as `read_bundles` gives them.

    Raises
    ------
    RunFailed
        When a text holds a character that no font of the kit can draw, or a block breaks a rule of PDF/UA-1.
    """
    import typst

    masthead, body = bundles[0], bundles[1:]
    made = datetime.fromisoformat(str(masthead["made"])).replace(tzinfo=UTC)
    document = json.dumps({"head": masthead, "body": list(body)}, ensure_ascii=False, sort_keys=True)
    try:
        pdf = _compiler().compile(
            _template(), format="pdf", pdf_standards=["ua-1"], timestamp=made, sys_inputs={"document": document}
        )
    except typst.TypstError as e:
        raise RunFailed(f"the brief cannot be typeset: {_plain_reason(str(e))}", remedy="mend the text named") from None
    return _row_headers(pdf, [b["kind"] == "table" for b in body].count(True))


def _plain_reason(message: str) -> str:
    """The first line of a typesetter's complaint; never the text that it complains of."""
    if "text could not be displayed" in message or "not be found in any font" in message or "glyph" in message:
        return "a text holds a character that no font of the kit can draw"
    return message.splitlines()[0][:160]


@functools.cache
def _template() -> bytes:
    return files("cbe_analysis.render").joinpath("brief.typ").read_bytes()


@functools.cache
def _compiler() -> Any:
    """One typesetter for the process, in an empty root, with the brief's fonts alone."""
    import typst

    known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])
    return typst.Compiler(root=tempfile.mkdtemp(prefix="cbe-root-"), font_paths=known, ignore_system_fonts=True)


def _row_headers(pdf: bytes, expected: int) -> bytes:
    """Make the first cell of each body row a row header, which the typesetter cannot from Python."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        tables = list(_tables(document.Root.StructTreeRoot))
        if len(tables) != expected:
            raise AssertionError(f"{len(tables)} tables are tagged, {expected} were written")
        scope = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=pikepdf.Name.Row)
        for table in tables:
            for part in table.K:
                if part.get("/S") != "/TBody":
                    continue
                for row in part.K:
                    row.K[0].S = pikepdf.Name.TH
                    row.K[0].A = pikepdf.Array([scope])
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _tables(node: Any) -> Iterator[Any]:
    """The table elements below a node of the tag tree, in reading order."""
    import pikepdf

    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _tables(child)
    elif isinstance(node, pikepdf.Dictionary):
        if node.get("/S") == "/Table":
            yield node
        if not isinstance(node.get("/K", 0), int):
            yield from _tables(node.K)
