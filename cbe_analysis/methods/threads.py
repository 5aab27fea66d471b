"""One thread of linear algebra: our matrices are small, and threads that wait for each other cost more than they give.

Most of all where several notebooks run at once on the same processors.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """A `with` block in which numpy's linear algebra uses one thread."""
    limited: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limited
