"""A notebook with checked parameters, executed and written as a brief: the door to papermill."""

from cbe_analysis.run.conduct import Run, run
from cbe_analysis.run.notebooks import find, names

__all__ = ["Run", "find", "names", "run"]
