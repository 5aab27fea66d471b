"""The fonts of a brief: static cuts from wheels, never the machine's own, so that a brief is the same everywhere."""

from __future__ import annotations

import base64
import functools
import importlib.util
import io
import shutil
from pathlib import Path

from cbe_analysis.disk import own_folder

FACES = {300: "Light", 400: "Regular", 600: "Semibold", 700: "Bold"}
ITALIC = "It"
FAMILY = "Source Sans Pro"
FALLBACK = ("Noto Sans", "DejaVu Sans")


@functools.cache
def folder() -> Path:
    """A private folder with exactly the fonts of a brief; it goes when the process ends.

    Matplotlib's own folder is not used whole: it holds a last-resort font, which turns unknown characters into boxes
    that still pass for glyphs.
    """
    private = own_folder("fonts")
    for file in (*_source_sans(), *_noto(), *_dejavu()):
        shutil.copy(file, private / file.name)
    return private


def _wheel(module: str) -> Path:
    """Where a wheel of fonts is installed."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"the font package {module} is missing; install the kit again")
    return Path(found.submodule_search_locations[0]) / "files"


def _source_sans() -> list[Path]:
    return [_wheel("font_source_sans_pro") / f"SourceSansPro-{face}.otf" for face in (*FACES.values(), ITALIC)]


def _noto() -> list[Path]:
    return sorted(_wheel("fontpkg_noto_sans").rglob("NotoSans*.ttf"))


def _dejavu() -> list[Path]:
    import matplotlib

    shipped = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [shipped / "DejaVuSans.ttf", shipped / "DejaVuSans-Bold.ttf"]


def subset(weight: int, characters: str) -> str:
    """The cut of a weight (300, 400, 600, 700) with only these characters, as a base64 WOFF for a web page."""
    from fontTools import subset as fonttools_subset
    from fontTools.ttLib import TTFont

    font = TTFont(folder() / f"SourceSansPro-{FACES[weight]}.otf", recalcTimestamp=False)
    options = fonttools_subset.Options(notdef_outline=True, layout_features=["kern", "tnum", "lnum"])
    cutter = fonttools_subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return base64.b64encode(out.getvalue()).decode("ascii")
