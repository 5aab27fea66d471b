"""Blocks -> an accessible PDF (PDF/UA-1), the same bytes every time."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from cbe_analysis.disk import own_folder
from cbe_analysis.errors import RunFailed
from cbe_analysis.render import fonts
from cbe_analysis.render.characters import lacking
from cbe_analysis.render.fitting import fitted

Bundle = Mapping[str, Any]
TIGHTER = (0.75, 0.5)  # of the room between blocks: tried where it saves a page


def typeset(bundles: Sequence[Bundle]) -> bytes:
    """The brief as a PDF, its blocks closer together where that saves a page.

    Parameters
    ----------
    bundles
        The blocks of one brief, the masthead first, as `read_bundles` gives them.

    Raises
    ------
    RunFailed
        When a text holds a character that no font of the kit can draw, or a block breaks a rule of PDF/UA-1.
    """
    masthead, body = bundles[0], fitted(bundles[1:])
    pdf = _compiled(masthead, body)
    pages = _pages(pdf)
    for share in TIGHTER if pages > 1 else ():
        closer = _compiled(masthead, [{**b, "after": share * b["after"]} for b in body])
        if _pages(closer) < pages:
            pdf = closer
            break
    return _row_headers(pdf, sum(map(_tables_in, body)))


def _compiled(masthead: Bundle, body: Sequence[Bundle]) -> bytes:
    """The pages as the typesetter makes them."""
    import typst

    made = datetime.fromisoformat(str(masthead["made"])).replace(tzinfo=UTC)
    document = json.dumps({"head": masthead, "body": body}, ensure_ascii=False, sort_keys=True)
    try:
        pdf: bytes = _compiler().compile(
            _template(), format="pdf", pdf_standards=["ua-1"], timestamp=made, sys_inputs={"document": document}
        )
    except typst.TypstError as e:
        raise _refusal(document, str(e)) from None
    return pdf


def _pages(pdf: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def _refusal(document: str, complaint: str) -> RunFailed:
    """Why a brief cannot be typeset, without the text that the typesetter complains of."""
    characters = lacking([document])
    if characters:
        most = ", ".join(characters[:5]) + (" ..." if len(characters) > 5 else "")
        return RunFailed(
            f"the brief holds {len(characters)} characters that no font of the kit can draw ({most})",
            remedy="name the groups and places in district.toml with letters that it has, under labels",
        )
    rule, _, told = complaint.splitlines()[0].partition(": ")
    told = told.partition("`")[0].strip() if rule == "PDF/UA-1 error" else "a block is not of its form"
    return RunFailed(f"the brief cannot be typeset: {told}", remedy="mend the block that breaks this rule")


def _tables_in(block: Bundle) -> int:
    return sum(map(_tables_in, block["cells"])) if block["kind"] == "row" else int(block["kind"] == "table")


@functools.cache
def _template() -> bytes:
    return files("cbe_analysis.render").joinpath("brief.typ").read_bytes()


@functools.cache
def _compiler() -> Any:
    """One typesetter for the process, in an empty root, with the brief's fonts alone."""
    import typst

    known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])
    return typst.Compiler(root=str(own_folder("root")), font_paths=known, ignore_system_fonts=True)


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
