"""Briefs as they were published: editions, the publications that they were in, and the record of each in the open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cbe_analysis.run.drafts import Draft, mark

if TYPE_CHECKING:
    from cbe_analysis.protect.record import Recorded

FORM = 1  # of a record; a later one may say more
FRAME = b'{"sha256": "%s", "record": %s}\n'


@dataclass(frozen=True, slots=True)
class Edition:
    """A brief as it was published.

    Parameters
    ----------
    notebook
        Hash of the notebook that made it.
    files
        Name of the file -> SHA-256 of its bytes.
    releases
        What it shows; with true sizes where they are known.
    """

    name: str
    notebook: str
    files: Mapping[str, str]
    releases: tuple[Recorded, ...] = field(repr=False)

    @property
    def sized(self) -> bool:
        """True where the true sizes of all its releases are known."""
        return all(release.sizes is not None for release in self.releases)


@dataclass(frozen=True, slots=True)
class Publication:
    """Briefs that were published in one step.

    Parameters
    ----------
    number
        From 1 on, without gaps.
    previous
        Mark of the publication before; empty for the first.
    mark
        SHA-256 of all that it says in the open: what the next publication remembers of this one.
    """

    number: int
    previous: str
    mark: str
    editions: tuple[Edition, ...]

    @classmethod
    def of(cls, drafts: Sequence[Draft], history: History) -> Publication:
        """The next publication, of these drafts."""
        last = history.publications[-1] if history.publications else None
        editions = tuple(Edition(draft.name, draft.notebook, draft.marks, draft.releases) for draft in drafts)
        made = cls(last.number + 1 if last else 1, last.mark if last else "", "", editions)
        return replace(made, mark=mark(made._told()))

    @property
    def sized(self) -> bool:
        """True where the true sizes of all its releases are known."""
        return all(edition.sized for edition in self.editions)

    @property
    def label(self) -> str:
        """Its number as its folder is named."""
        return f"{self.number:04}"

    def record(self) -> bytes:
        """The record in the open, without any true size."""
        return FRAME % (self.mark.encode(), self._told())

    def _told(self) -> bytes:
        briefs = [
            {
                "name": edition.name,
                "notebook": edition.notebook,
                "files": dict(edition.files),
                "releases": [json.loads(release.outside().text()) for release in edition.releases],
            }
            for edition in self.editions
        ]
        told = {"form": FORM, "publication": self.number, "previous": self.previous, "briefs": briefs}
        return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was published, oldest first."""

    publications: tuple[Publication, ...]

    @property
    def newest(self) -> dict[str, tuple[Publication, Edition]]:
        """Brief -> its last edition, and the publication that it was in."""
        return {edition.name: (one, edition) for one in self.publications for edition in one.editions}

    @property
    def unsized(self) -> tuple[str, ...]:
        """The publications whose true sizes are lost."""
        return tuple(one.label for one in self.publications if not one.sized)
