"""Small helpers of the importers' tests: files of a layout, and accounts in short."""

import csv
import io


def csv_text(rows, header=None):
    """Rows (dicts) as CSV text; keys of the first one are the header unless another is given."""
    names = header or list(rows[0])
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def tallies(harvest):
    """Table -> (read, written, reasons)."""
    return {
        tally.table: (tally.read, tally.written, {part.why: part.records for part in tally.left_out})
        for tally in harvest.summary.tallies
    }


def remark(harvest, words):
    """The count of the remark that holds the words; 0 when there is none."""
    found = [remark.count for remark in harvest.summary.remarks if words in remark.says]
    assert len(found) <= 1
    return found[0] if found else 0


def column(harvest, table, name):
    """A column of a table as a list."""
    return harvest.tables[table][name].tolist()
