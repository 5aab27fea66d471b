"""`python -m cbe_analysis.cli` does what `cbe` does."""

import sys

from cbe_analysis.cli import main

if __name__ == "__main__":
    sys.exit(main())
