"""Districts to copy, and what stands in a folder."""

import marked_district
import pyarrow as pa
import pytest
import small_district

from cbe_analysis.load.reader import open_folder


@pytest.fixture
def small(tmp_path):
    """A small district of CSV files; tables may be given anew, as lines."""
    return lambda **changed: small_district.write(tmp_path / "district", **changed)


@pytest.fixture(params=["csv", "parquet"])
def marked(request, tmp_path):
    """The district of markers, in both formats."""
    return marked_district.write(tmp_path / "district", request.param)


@pytest.fixture(scope="session")
def read():
    """Table -> typed rows as dictionaries, in the order of the file."""

    def rows(folder):
        reader = open_folder(folder)
        found = {}
        for table in reader.sources:
            columns = reader.types(table)
            kept: pa.Table = reader.relation(reader.typed(table, list(columns))).to_arrow_table()
            found[table] = kept.to_pylist()
        return found

    return rows
