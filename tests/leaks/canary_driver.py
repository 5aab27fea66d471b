"""Runs command lines of `cbe` one after the other in one process, and keeps what each prints: `python FILE LINES OUT`.

LINES is a JSON list of [name, words]; of each, OUT/name.out and OUT/name.err are written, and codes.json at the end.
"""

import json
import os
import sys
from pathlib import Path

from cbe_analysis import cli


def run(name, words, out):
    """The exit code of a command line, its printing kept in files."""
    kept = [os.dup(1), os.dup(2)]
    files = [os.open(out / f"{name}.{end}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for end in ("out", "err")]
    try:
        for number, file in enumerate(files, start=1):
            os.dup2(file, number)
        return cli.main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, (old, file) in enumerate(zip(kept, files, strict=True), start=1):
            os.dup2(old, number)
            os.close(old)
            os.close(file)


def main(lines, out):
    """Run all lines."""
    codes = {name: run(name, words, out) for name, words in json.loads(lines.read_text(encoding="utf-8"))}
    (out / "codes.json").write_text(json.dumps(codes), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
