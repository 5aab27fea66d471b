"""district.toml -> Policy: minimum n, factors, thresholds, clock, audience rules and the words for groups."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cbe_analysis.errors import UnreadableData, choices

FACTORS = ("race_ethnicity", "gender", "economically_disadvantaged", "english_learner", "disability")
SMALLEST_MINIMUM = 5


@dataclass(frozen=True)
class Policy:
    """What a district decided once, for every notebook.

    Parameters
    ----------
    name
        The district's name as briefs print it.
    description
        One line under the name: years, source.
    synthetic
        True marks every brief as made from synthetic data.
    minimum_n
        Smallest group that may be published, students; never below 5.
    factors
        Columns of students and enrollments that are subgroup factors.
    references
        Factor -> the reference group of comparisons.
    published_dimensions
        What a public output may be grouped by. Empty: the factors, school_id, grade and school_year.
    as_of
        The date the data stand for; None: the latest observed date.
    growth_clock
        "calendar" (365.25 days) or "school" (a school year is 1, summer 0), for external scores.
    school_year_days
        First and last day of a school year as MM-DD, where `calendar` is silent.
    enrolled_days_at_least, chronic_absence_at_least
        Who counts for chronic absence (days), and the share of days absent that is chronic.
    labels
        Column -> value -> the words that briefs print; the key "" names the column itself.
    units
        Instrument -> the unit of its scores.
    language
        Language of briefs.
    """

    name: str = "A district"
    description: str = ""
    synthetic: bool = False
    minimum_n: int = 10
    factors: tuple[str, ...] = FACTORS
    references: Mapping[str, str] = field(default_factory=dict)
    published_dimensions: tuple[str, ...] = ()
    as_of: date | None = None
    growth_clock: str = "calendar"
    school_year_days: tuple[str, str] = ("08-15", "06-10")
    enrolled_days_at_least: int = 45
    chronic_absence_at_least: float = 0.10
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    def __post_init__(self) -> None:
        if not isinstance(self.minimum_n, int) or self.minimum_n < SMALLEST_MINIMUM:
            raise UnreadableData(
                f"minimum_n is {self.minimum_n}", "district.toml", f"set it to {SMALLEST_MINIMUM} or more (10 is usual)"
            )
        if self.growth_clock not in ("calendar", "school"):
            raise UnreadableData("growth_clock is unknown", "district.toml", "choose calendar or school")
        if not self.published_dimensions:
            object.__setattr__(self, "published_dimensions", (*self.factors, "school_id", "grade", "school_year"))
        for name in ("references", "labels", "units"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def label(self, column: str, value: str = "") -> str:
        """The words for a group of a factor, or for the factor itself when no value is given."""
        words = self.labels.get(column, {})
        return words.get(value) or (value or column).replace("_", " ")

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change when any rule changes."""
        plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in _plain(self).items()}
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _plain(policy: Policy) -> dict[str, Any]:
    return {f.name: _thaw(getattr(policy, f.name)) for f in fields(policy)}


def _thaw(value: Any) -> Any:
    return {k: _thaw(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def read_policy(folder: Path) -> Policy:
    """The policy in the folder's district.toml; the safe defaults where there is none.

    Raises
    ------
    UnreadableData
        When the file is not TOML, holds an unknown name, or a value of the wrong type.
    """
    file = folder / "district.toml"
    if not file.is_file():
        return Policy(name=folder.resolve().name)
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UnreadableData("district.toml cannot be read", str(file), f"mend the file: {e}") from None
    known = {f.name for f in fields(Policy)}
    unknown = [k for k in told if k not in known]
    if unknown:
        raise UnreadableData(f"unknown setting {choices(unknown)}", "district.toml", f"known are: {choices(known, 40)}")
    return Policy(**{k: _typed(k, v) for k, v in told.items()})


def _typed(name: str, value: Any) -> Any:
    """The setting in the type that Policy declares, or an error that names it."""
    default = getattr(Policy(), name)
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    expected = (date,) if name == "as_of" else (int, float) if isinstance(default, float) else (type(default),)
    if isinstance(default, Mapping):
        expected = (dict,)
    if not isinstance(value, expected) or (isinstance(value, bool) and not isinstance(default, bool)):
        raise UnreadableData(f"{name} has the wrong type", "district.toml", f"expected {expected[0].__name__}")
    return value


__all__ = ["FACTORS", "Policy", "read_policy"]
