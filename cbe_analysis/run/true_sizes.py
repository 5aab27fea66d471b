"""The true sizes of what is published, inside alone: later audits are sharper with them, and go on without."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.errors import UnreadableData
from cbe_analysis.run import places
from cbe_analysis.run.editions import FORM, Edition, Publication

if TYPE_CHECKING:
    from cbe_analysis.protect.record import Recorded

PLACE = "releases"


def vault(reports: Path) -> Path:
    """Where they are kept."""
    return reports / places.STAFF_ALONE / PLACE


def final(inside: Path, publication: Publication) -> Path:
    """The place of the true sizes of what is published."""
    return inside / f"{publication.label}.json"


def pending(inside: Path, publication: Publication) -> Path:
    """Their place until it is."""
    return inside / f".{publication.label}.json"


def text(publication: Publication) -> bytes:
    """What is kept of the publication: the sizes of every release, in order."""
    told = [[release.sizes for release in edition.releases] for edition in publication.editions]
    plain = [[[None if math.isnan(n) else n for n in sizes or ()] for sizes in own] for own in told]
    return (json.dumps({"form": FORM, "sha256": publication.mark, "sizes": plain}) + "\n").encode()


def filled(publication: Publication, inside: Path) -> Publication:
    """The publication with its true sizes, where they are still there.

    Raises
    ------
    UnreadableData
        When they are damaged, or those of another publication.
    OSError
        When they cannot be read.
    """
    file, held = _held(publication, inside)
    if held is None:
        return publication
    try:
        told = json.loads(held)
        if told["sha256"] != publication.mark:
            raise ValueError
        editions = tuple(_with_sizes(*pair) for pair in zip(publication.editions, told["sizes"], strict=True))
    except (ValueError, KeyError, TypeError):
        raise UnreadableData(
            f"the true sizes of publication {publication.label} are damaged or were edited",
            str(file),
            "restore the file from a backup, or remove it: audits go on without it, more strictly",
        ) from None
    return replace(publication, editions=editions)


def _held(publication: Publication, inside: Path) -> tuple[Path, bytes | None]:
    """The file of true sizes and what it holds, None where it is lost; a publisher may be moving it meanwhile."""
    place = final(inside, publication)
    for file in (place, pending(inside, publication), place):
        with suppress(FileNotFoundError):
            return file, file.read_bytes()
    return place, None


def _with_sizes(edition: Edition, told: Sequence[Sequence[float | None]]) -> Edition:
    """The edition with the true sizes of its releases."""
    return replace(edition, releases=tuple(_filled(edition.releases, told)))


def _filled(releases: Sequence[Recorded], told: Sequence[Sequence[float | None]]) -> Iterator[Recorded]:
    for release, sizes in zip(releases, told, strict=True):
        if len(sizes) != len(release.rows):
            raise ValueError
        yield replace(release, sizes=tuple(math.nan if n is None else float(n) for n in sizes))
