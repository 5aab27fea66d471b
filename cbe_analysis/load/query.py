"""A query over relations that have no name of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cbe_analysis.tables.quoting import identifier

_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)


def over(query: str, relations: Mapping[str, str]) -> str:
    """The query, able to read relations by the names that it has for them.

    Parameters
    ----------
    query
        One SELECT, which may begin with WITH.
    relations
        Name in the query -> name under which DuckDB finds it.
    """
    named = ", ".join(f"{identifier(name)} AS (FROM {identifier(there)})" for name, there in relations.items())
    if not named:
        return query
    more = _WITH.match(query)
    if more:
        return f"WITH {more[1] or ''}{named}, {query[more.end() :]}"
    return f"WITH {named} {query}"
