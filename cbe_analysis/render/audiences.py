"""Who may see a release: the audience that it was protected for, and no other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cbe_analysis.errors import ReleaseRefused

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

OF_THIS_RUN = "CBE_AUDIENCE"  # set by the run for the kernel, as the notebook's hash is


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
    from cbe_analysis.protect.record import keep

    keep(release)
