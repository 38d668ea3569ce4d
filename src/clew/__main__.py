"""`python -m clew` is the `clew` command."""

from __future__ import annotations

import sys

# `-m` puts the current folder first on the path: the user's own `random.py` must not be what we import.
if __name__ == "__main__" and not sys.flags.safe_path and sys.path:
    del sys.path[0]

from clew.cli import main  # after the path is put right

if __name__ == "__main__":
    sys.exit(main())
