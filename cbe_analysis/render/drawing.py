"""A chart's SVG: made plain, checked, and fitted into a page among others."""

from __future__ import annotations

import re
from xml.etree import ElementTree

# what matplotlib draws with; anything else (script, foreignObject, animation) has no business in a chart
ELEMENTS = frozenset(
    ("svg", "g", "defs", "path", "use", "text", "tspan", "rect", "circle", "line", "polygon", "polyline", "clipPath")
)
_PROLOGUE = re.compile(r"^.*?(?=<svg\b)|<metadata>.*?</metadata>|<style\b.*?</style>", re.DOTALL)
_NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')
_REFERENCE = re.compile(r'(\bid="|\bhref="#|url\(#)')
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)
_POINTS = re.compile(r"(\d+(?:\.\d+)?)pt")


def plain(svg: str) -> str:
    """The chart without what only its maker wanted: prologue, metadata, and a style that would leak into a page."""
    return _PROLOGUE.sub("", svg).replace("<svg ", '<svg style="stroke-linejoin: round" ', 1)


def height(svg: str) -> float:
    """The height of a chart in points.

    Raises
    ------
    ValueError
        When it is no SVG in points, holds an element or attribute that charts do not need, or points outside itself.
    """
    if "<!" in svg or "<?" in svg:
        raise ValueError("a chart must be plain SVG, without prologue or declarations")
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        raise ValueError("a chart must be a well-formed SVG") from None
    for element in root.iter():
        _harmless(element)
    told = _POINTS.fullmatch(root.get("height", ""))
    if told is None:
        raise ValueError("a chart must state its height in points")
    return float(told[1])


def _harmless(element: ElementTree.Element) -> None:
    name = element.tag.rpartition("}")[2]
    if name not in ELEMENTS:
        raise ValueError(f"a chart may not hold the element {name}")
    for attribute, value in element.attrib.items():
        short = attribute.rpartition("}")[2].lower()
        outside = short == "href" and not value.startswith("#")
        if short.startswith("on") or outside or _OUTSIDE.search(value):
            raise ValueError(f"a chart may not hold this {short}: it would act, or point outside the chart")


def inline(svg: str, name: str) -> str:
    """The chart as part of an HTML page: its ids begin with `name`, so that no two charts of a page share one."""
    return _REFERENCE.sub(lambda found: f"{found[1]}{name}-", _NAMESPACE.sub("", svg))
