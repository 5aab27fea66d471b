"""Files -> District: the only reader of a district's folder, and the door to DuckDB."""

from cbe_analysis.load.district import District, load

__all__ = ["District", "load"]
