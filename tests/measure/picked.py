"""Picks rows of estimates by what they say."""


def one(estimates, quantity, **where):
    """The one row that meets the conditions; the whole where no group is named."""
    rows = estimates.rows[estimates.rows["quantity"] == quantity]
    for column in estimates.by:
        rows = rows[rows[column] == where.get(column, "(all)")]
    [row] = rows.to_dict("records")
    return row
