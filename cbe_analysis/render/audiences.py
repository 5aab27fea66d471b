"""Who may see a release: the audience that it was protected for, and no other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.render.blocks import MIME

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

OF_THIS_RUN = "CBE_AUDIENCE"  # set by the run for the kernel, as the notebook's hash is
MADE_FOR, READ = "made_for", "read"  # beside a block: the audiences of all releases made so far, and how many were read
_read: set[str] = set()


def admit(release: Release, audience: str | None = None) -> None:
    """Nothing, where the release was made for this audience; by default that of the run, and outside a run any.

    What is admitted in a run is recorded: it is what the brief may show, and what the auditor attacks.

    Raises
    ------
    ReleaseRefused
        When it was made for another audience.
    """
    wanted = os.environ.get(OF_THIS_RUN, release.audience) if audience is None else audience
    if release.audience != wanted:
        raise ReleaseRefused(
            f"a brief for the audience {wanted!r} cannot show a release for {release.audience!r}",
            release.indicator,
            "give cbe.protect and cbe.brief the same audience: the notebook's parameter",
        )
    from cbe_analysis.protect.record import Recorded, keep

    keep(release)
    _read.add(Recorded.of(release).text())


def marks() -> dict[str, Any]:
    """What is written beside a block that a notebook shows: what its kernel has made and read so far."""
    from cbe_analysis.protect.release import made_for

    return {MIME: {MADE_FOR: sorted(made_for()), READ: len(_read)}}


def confirm(notebook: Mapping[str, Any], recorded: int) -> None:
    """Nothing, where the executed notebook of a public run shows what is for the public, and its record is whole.

    The marks beside its blocks are compared with what the run itself knows: the environment of a kernel, which names
    the audience and the record, can be changed by a cell.

    Parameters
    ----------
    recorded
        How many releases the run's record holds.

    Raises
    ------
    ReleaseRefused
        When the notebook made a release for staff, read one that is not in the record, or shows a block that says
        nothing of that.
    """
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    told = [o.get("metadata", {}).get(MIME, {}) for o in outputs if MIME in o.get("data", {})]
    if any("staff" in mark.get(MADE_FOR, ()) for mark in told):
        raise ReleaseRefused(
            "the notebook of a public brief made a release for 'staff'",
            remedy="give cbe.protect the parameter audience",
        )
    if not all(isinstance(mark.get(READ), int) and mark[READ] <= recorded for mark in told):
        raise ReleaseRefused(
            "the notebook shows more than the record of its releases tells of",
            remedy="show blocks with the methods of cbe.brief, and leave the run's environment as it is",
        )
