"""What an analyst can act on: each kind of error has an id and an exit code that survive a notebook kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class CbeError(Exception):
    """Something that the person at the keyboard can mend.

    Parameters
    ----------
    what
        What is wrong, as a clause. Never a student's value: give counts, columns, row numbers.
    where
        Where it is: a file, a table and column, an option.
    remedy
        What to do about it.
    """

    id: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 4

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        sentence = f"{what} ({where})" if where else what
        super().__init__(f"{sentence}; {remedy}" if remedy else sentence)


class CriticalFindings(CbeError):
    """The data-quality suites found faults that would distort results."""

    id, exit_code = "critical-findings", 1


class ReleaseRefused(CbeError):
    """What was asked for cannot be shown to this audience."""

    id, exit_code = "release-refused", 1


class UsageError(CbeError):
    """The request itself is off: an unknown name, a wrong type, a missing choice."""

    id, exit_code = "usage", 2


class UnreadableData(CbeError):
    """The folder cannot be read as a district."""

    id, exit_code = "unreadable-data", 3


class RunFailed(CbeError):
    """A notebook stopped in its kernel for a reason that is not one of ours."""

    id, exit_code = "run-failed", 4


KINDS: dict[str, type[CbeError]] = {
    kind.__name__: kind for kind in (CriticalFindings, ReleaseRefused, UsageError, UnreadableData, RunFailed)
}


def from_kernel(name: str, message: str) -> CbeError:
    """The error that a kernel reported, as the kind it was raised as.

    Parameters
    ----------
    name, message
        `ename` and `evalue` of the notebook's error output. An unknown name becomes `RunFailed`, which repeats the
        name alone, because a foreign message may hold a student's value.
    """
    kind = KINDS.get(name)
    if kind is not None:
        return kind(message)
    return RunFailed(f"the notebook stopped with {name}", remedy="see the executed notebook under reports/internal")


def choices(names: Iterable[object], most: int = 20) -> str:
    """The names as a printed list, shortened after `most`, for messages that offer the allowed values."""
    listed = sorted(str(name) for name in names)
    extra = f" and {len(listed) - most} more" if len(listed) > most else ""
    return (", ".join(listed[:most]) or "none") + extra


def meant(name: object, offered: Iterable[object]) -> str:
    """The question whether one of the offered names is meant, to begin a remedy with; empty where none is like it."""
    from difflib import get_close_matches

    known = {str(other).casefold(): str(other) for other in offered}
    near = get_close_matches(str(name).casefold(), known, n=1)
    return f"did you mean {known[near[0]]}? " if near else ""
