"""What an analyst can act on: each kind of error has an id and an exit code that survive a notebook kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

SEAL = "CBE_SEAL"  # in the environment of a run's kernel: a word of this run alone, which foreign errors do not know


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

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        """What a run's kernel tells of the error: its traceback, then its parts under the seal of the run.

        IPython asks for this attribute; outside a run there is none, and a notebook shows errors as always.
        """
        seal, kind = os.environ.get(SEAL), type(self)
        if not seal or KINDS.get(kind.__name__) is not kind:
            raise AttributeError("_render_traceback_")
        parts = json.dumps([kind.__name__, self.what, self.where, self.remedy])
        return lambda: [_traceback(self), f"{seal} {parts}"]


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


def from_kernel(name: str, told: Sequence[str], seal: str) -> CbeError:
    """The error that stopped a kernel, as the kind it was raised as, with its parts.

    Parameters
    ----------
    name
        The name of its class, as the notebook's error output tells it. Without the seal it becomes `RunFailed`, which
        repeats the name alone, because a foreign message may hold a student's value, whatever its class is called.
    told
        The traceback of the error output; an error of ours ends it with its parts.
    seal
        The word of the run that the kernel's environment had as CBE_SEAL.
    """
    mark, _, parts = (told[-1] if told else "").partition(" ")
    if seal and mark == seal:
        kind, what, where, remedy = json.loads(parts)
        return KINDS[kind](what, where, remedy)
    return RunFailed(f"the notebook stopped with {name}", remedy="see the executed notebook under reports/internal")


def _traceback(error: CbeError) -> str:
    """Where it was raised, for the notebook that is kept inside."""
    from traceback import format_exception

    return "".join(format_exception(error))


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
