"""A notebook with checked parameters, executed and written as a brief, and its publication: the door to papermill."""

from cbe_analysis.run.audit import Account, audit
from cbe_analysis.run.conduct import Run, run
from cbe_analysis.run.notebooks import find, names
from cbe_analysis.run.publish import Announcement, publish

__all__ = ["Account", "Announcement", "Run", "audit", "find", "names", "publish", "run"]
