"""district.toml -> Policy: minimum n, factors, thresholds, growth clock and the words for groups."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.policy import misspelt
from cbe_analysis.policy.quality import Limits, Official, Scales, read_limits, read_official, read_scales
from cbe_analysis.policy.refusal import FILE as FILE
from cbe_analysis.policy.refusal import checked
from cbe_analysis.tables import TABLES

FACTORS = ("race_ethnicity", "gender", "economically_disadvantaged", "english_learner", "disability")
SMALLEST_MINIMUM = 5
CLOCKS = ("calendar", "school")
LEVEL_RULES = ("highest", "latest")
SUPPRESSED, ROUNDED = PROFILES = ("suppressed", "rounded")  # how small groups are protected
PERSONAL = frozenset(c.name for table in TABLES.values() for c in table.columns if c.personal)


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
    privacy_profile
        How small groups are protected: "suppressed" (hidden, and others with them) or "rounded" (hidden
        up to seven, all other counts in fives).
    as_of
        The date the data stand for; None: the latest observed date.
    growth_clock
        "calendar" (365.25 days) or "school" (a school year is 1, summer 0), for external scores.
    school_year_days
        First and last day of a school year as MM-DD, where `calendar` is silent.
    level_rule
        How levels follow from ratings, where no table tells them: "highest" (once held, held) or "latest".
    enrolled_days_at_least, chronic_absence_at_least
        Who counts for chronic absence (days), and the share of days absent that is chronic.
    labels
        Column -> value -> the words that briefs print; the key "" names the column itself.
    units
        Instrument -> the unit of its scores.
    language
        Language of briefs.
    checks, scales, official
        What the data-quality checks measure by: limits, scales, published counts.
    """

    name: str = "A district"
    description: str = ""
    synthetic: bool = False
    minimum_n: int = 10
    factors: tuple[str, ...] = FACTORS
    references: Mapping[str, str] = field(default_factory=dict)
    published_dimensions: tuple[str, ...] = ()
    privacy_profile: str = SUPPRESSED
    as_of: date | None = None
    growth_clock: str = "calendar"
    school_year_days: tuple[str, str] = ("08-15", "06-10")
    level_rule: Literal["highest", "latest"] = "highest"
    enrolled_days_at_least: int = 45
    chronic_absence_at_least: float = 0.10
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    checks: Limits = field(default_factory=Limits)
    scales: Scales = field(default_factory=Scales)
    official: Official = field(default_factory=Official)

    def __post_init__(self) -> None:
        if not self.published_dimensions:
            named = dict.fromkeys((*self.factors, "school_id", "grade", "school_year"))
            object.__setattr__(self, "published_dimensions", tuple(named))
        for name, holds, remedy in RULES:
            if not holds(getattr(self, name)):
                raise UnreadableData(f"{name} cannot be {getattr(self, name)!r}", FILE, remedy)
        for name in ("references", "labels", "units"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))

    def label(self, column: str, value: str = "") -> str:
        """The words for a group of a factor, or for the factor itself when no value is given."""
        words = self.labels.get(column, {})
        return words.get(value) or (value or column).replace("_", " ")

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change when any rule changes."""
        plain = {f.name: _thawed(getattr(self, f.name)) for f in fields(self)}
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _columns(names: tuple[str, ...]) -> bool:
    """Whether these may be subgroups: each named once, none of them a person's."""
    return all(names) and len(set(names)) == len(names) and not PERSONAL & set(names)


def _days(days: tuple[str, ...]) -> bool:
    return len(set(days)) == len(days) == 2 and all(
        re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", day) for day in days
    )


# Setting, what must hold of it, and what to do where it does not.
RULES: tuple[tuple[str, Callable[[Any], object], str], ...] = (
    (
        "minimum_n",
        lambda n: isinstance(n, int) and n >= SMALLEST_MINIMUM,
        f"set it to {SMALLEST_MINIMUM} or more (10 is usual)",
    ),
    ("factors", _columns, "name columns that do not identify a person, each once"),
    ("published_dimensions", _columns, "name columns that do not identify a person, each once"),
    ("privacy_profile", lambda profile: profile in PROFILES, f"choose one of: {choices(PROFILES)}"),
    ("growth_clock", lambda clock: clock in CLOCKS, f"choose one of: {choices(CLOCKS)}"),
    ("level_rule", lambda rule: rule in LEVEL_RULES, f"choose one of: {choices(LEVEL_RULES)}"),
    ("school_year_days", _days, 'give the first and the last day as ["08-15", "06-10"]'),
    ("enrolled_days_at_least", lambda days: 1 <= days <= 366, "set a number of days from 1 to 366"),
    ("chronic_absence_at_least", lambda share: 0 < share <= 1, "set a share above 0 and up to 1, such as 0.10"),
    ("language", lambda tag: re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", tag), 'give a language tag such as "en"'),
)


def _frozen(value: Any) -> Any:
    """The mapping and those inside it, unchangeable."""
    return MappingProxyType({k: _frozen(v) for k, v in value.items()}) if isinstance(value, Mapping) else value


def _thawed(value: Any) -> Any:
    return {k: _thawed(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def read_policy(folder: Path) -> Policy:
    """The policy in the folder's district.toml; the safe defaults where there is none.

    Raises
    ------
    UnreadableData
        When the file is not TOML, holds a setting that is unknown, of the wrong type or out of its range, or a
        reference or label for what no table can hold.
    """
    file = folder / FILE
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableData(f"{FILE} cannot be read", str(file), f"mend the file: {error}") from None
    except UnicodeDecodeError:
        raise UnreadableData(f"{FILE} is not UTF-8", str(file), "save it as UTF-8") from None
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not file.is_symlink():
            return Policy(name=folder.resolve().name)
        raise UnreadableData(f"{FILE} cannot be opened", str(file), f"mend this first: {error.strerror}") from None
    settings = [f.name for f in fields(Policy)]
    misspelt.check_settings(told, settings)
    policy = Policy(**{name: _typed(name, value) for name, value in told.items()})
    own = {*policy.factors, *policy.published_dimensions}
    references = {column: (value,) for column, value in policy.references.items()}
    misspelt.check_columns("references", references, own=own, settings=settings)
    misspelt.check_columns("labels", policy.labels, own=own, settings=settings)
    misspelt.check_place("[units]", policy.units, settings)
    return policy


def _typed(name: str, value: Any) -> Any:
    """The setting in the type that Policy declares, or an error that names it."""
    if name in OF_QUALITY:
        return OF_QUALITY[name](value)
    default = getattr(DEFAULTS, name)
    if name == "as_of":
        return checked(name, value, type(value) is date, "a date such as 2026-06-30, without quotes")
    if name == "labels":
        parts = checked(name, value, isinstance(value, dict), f"tables such as [{name}.gender]")
        return {column: _words(f"{name}.{column}", words) for column, words in parts.items()}
    if isinstance(default, Mapping):
        return _words(name, value)
    if isinstance(default, tuple):
        texts = isinstance(value, list) and all(isinstance(part, str) for part in value)
        return tuple(checked(name, value, texts, "a list of texts in quotes"))
    if isinstance(default, bool) or not isinstance(default, int | float):
        return checked(name, value, type(value) is type(default), KINDS[type(default)])
    whole = isinstance(default, int)
    fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    return checked(name, value, fits, KINDS[type(default)])


OF_QUALITY: Mapping[str, Callable[[Any], Any]] = {
    "checks": read_limits,
    "scales": read_scales,
    "official": read_official,
}
KINDS: Mapping[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def _words(name: str, value: Any) -> dict[str, str]:
    """A table of texts; true, false and whole numbers count as the texts that the data files hold."""
    fits = isinstance(value, dict) and all(isinstance(v, str | bool | int) for v in value.values())
    pairs = checked(name, value, fits, f"a table [{name}] of texts in quotes")
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in pairs.items()}


DEFAULTS = Policy()
