"""The door to Great Expectations: checks -> expectation suites -> which checks are broken.

Nothing leaves the machine (analytics off, no data docs), nothing is printed, and only verdicts are asked for, so no
value of a student enters a result.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from cbe_analysis.validate.checks import Check, Expectation

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def arriving() -> Iterator[None]:
    """Great Expectations is imported meanwhile, on another thread: it takes seconds in which DuckDB can work."""
    if _library.cache_info().currsize:
        yield
        return
    with warnings.catch_warnings():  # those of the import; filters belong to all threads, so they are set in this one
        warnings.simplefilter("ignore")
        coming = threading.Thread(target=_try_to_import)
        coming.start()
        try:
            yield
        finally:
            coming.join()


def suite(table: str, checks: Sequence[Check], columns: Iterable[str] | None = None) -> Any:
    """The expectation suite of a table: every expectation of its checks, each remembering its check.

    Parameters
    ----------
    checks
        The table's checks.
    columns
        Columns of the frame to be judged; expectations on other columns are left out. None: all expectations.
    """
    here = None if columns is None else set(columns)
    told = [(check, e) for check in checks for e in check.expectations if here is None or e.column in here]
    kinds = _library().expectations
    return _library().ExpectationSuite(name=table, expectations=[_expectation(kinds, *one) for one in told])


def broken(table: str, checks: Sequence[Check], frames: Iterable[pd.DataFrame]) -> frozenset[str]:
    """Keys of the checks that Great Expectations finds broken in at least one of the frames.

    Parameters
    ----------
    checks
        The table's checks.
    frames
        The judged values and counts, as `profile.frames` makes them.
    """
    found: set[str] = set()
    for frame in frames:
        part = suite(table, checks, frame.columns)
        batch = _batches().get_batch({"dataframe": frame})
        found.update(_verdicts(table, batch.validate(part, result_format="BOOLEAN_ONLY")))
    return frozenset(found)


def _verdicts(table: str, result: Any) -> Iterator[str]:
    for verdict in result.results:
        key = verdict.expectation_config.meta["check"]
        told = verdict.exception_info  # of the expectation, or one by each of its metrics
        if any(one.get("raised_exception") for one in (told, *told.values()) if isinstance(one, dict)):
            raise RuntimeError(  # without the message, which may hold a value
                f"Great Expectations could not judge the check '{key}' of table '{table}'"
            )
        if not verdict.success:
            yield key


def _expectation(kinds: Any, check: Check, told: Expectation) -> Any:
    severity = "critical" if check.severity == "critical" else "warning"
    return getattr(kinds, told.kind)(
        column=told.column, severity=severity, meta={"check": check.key}, **dict(told.arguments)
    )


def _try_to_import() -> None:
    with suppress(Exception):  # it comes again, and is told, when the library is used
        _library()


@cache
def _library() -> Any:
    """Great Expectations, imported when first needed: it takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read at import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports modules that Python deprecates
        import great_expectations
        import great_expectations.expectations

    return great_expectations


@cache
def _batches() -> Any:
    """Where frames are handed over: a batch definition of a context that lives in memory only."""
    context = _library().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("district").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")
