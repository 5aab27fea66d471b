"""Files of another process, which come and go while one looks for them."""

import os
from pathlib import Path


def files_below(place):
    """The files below a folder that hold something, however fast folders are renamed and removed there."""
    found = []
    for folder, _, names in os.walk(place):  # passes over what has gone, as Path.rglob does not
        for name in names:
            file = Path(folder, name)
            try:
                found += [file] if file.is_file() and file.stat().st_size else []
            except OSError:
                continue
    return found
