"""Releases as a run keeps them: what was printed, of whom, and, inside alone, how many were truly counted."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from cbe_analysis import disk
from cbe_analysis.protect.release import Audience, Release

KEPT_IN = "CBE_RELEASES"  # set by the run for its kernel: the file that takes every release that is read
_kept: set[tuple[str, str]] = set()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release that a brief shows.

    Parameters
    ----------
    entity, where, window, times
        Who was counted, and how often: see Population.
    official
        School, grade (null for all of them) and number of students, as officials published them.
    rows
        As printed: the rows of the release.
    sizes
        How many were truly counted in each row, NaN where that is not known; None outside, where nobody may know.
    """

    indicator: str
    unit: str
    by: tuple[str, ...]
    audience: Audience
    minimum_n: int
    profile: str
    fingerprint: str
    policy_hash: str
    as_of: str
    parameters: Mapping[str, Any]
    entity: str
    where: tuple[str, ...]
    window: tuple[str, str]
    official: tuple[tuple[str | None, int | None, int], ...]
    rows: pd.DataFrame = field(repr=False)
    sizes: tuple[float, ...] | None = field(repr=False)
    times: int = 1

    @classmethod
    def of(cls, release: Release) -> Recorded:
        """The release with its true sizes."""
        same = {name: getattr(release, name) for name in cls.__slots__ if name not in ("rows", "sizes")}
        return cls(**same, rows=release.rows, sizes=release._sizes)

    def outside(self) -> Recorded:
        """The same as anybody may read it: without true sizes, and without days that are those of single students.

        The first and the last day of what was counted are always somebody's, and no audit asks for them.
        """
        same = {name: getattr(self, name) for name in self.__slots__}
        return Recorded(**same | {"sizes": None, "window": ("", "")})

    def text(self) -> str:
        """One line of JSON, the same for the same release; NaN is null."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("rows", "sizes")}
        plain["parameters"] = dict(self.parameters)
        plain["columns"] = list(self.rows.columns)
        plain["rows"] = [[_plain(value) for value in row] for row in self.rows.itertuples(index=False, name=None)]
        plain["sizes"] = None if self.sizes is None else [_plain(size) for size in self.sizes]
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)

    @classmethod
    def read(cls, text: str) -> Recorded:
        """The release that a line of JSON tells of.

        Raises
        ------
        ValueError
            When it is no such line.
        """
        try:
            told = json.loads(text)
            rows = pd.DataFrame(told.pop("rows"), columns=told.pop("columns"), dtype=object)
            sizes = told.pop("sizes")
            told = {name: tuple(map(_thawed, v)) if isinstance(v, list) else v for name, v in told.items()}
            missing = None if sizes is None else tuple(math.nan if size is None else float(size) for size in sizes)
            return cls(**told, rows=rows, sizes=missing)
        except (ValueError, TypeError, KeyError, AttributeError) as e:
            raise ValueError("a record of a release has other parts than it should") from e


def keep(release: Release) -> None:
    """Add the release to the record of this run, once; outside a run nothing is kept."""
    place = os.environ.get(KEPT_IN)
    if place is None:
        return
    line = Recorded.of(release).text()
    mark = place, hashlib.sha256(line.encode()).hexdigest()
    if mark not in _kept:
        with disk.own_file(Path(place), more=True) as file:
            file.write(f"{line}\n".encode())
        _kept.add(mark)


def kept(place: Path) -> tuple[Recorded, ...]:
    """The releases that a run has kept; none where there is no such file.

    Raises
    ------
    ValueError
        When the file is damaged.
    """
    if not place.is_file():
        return ()
    return tuple(Recorded.read(line.decode()) for line in place.read_bytes().split(b"\n") if line)


def _plain(value: Any) -> Any:
    """A cell as JSON holds it."""
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _thawed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
