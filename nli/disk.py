"""Finished files -> their names, safe on the disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def put(draft: Path, target: Path) -> None:
    """Gives a finished file its name. When it returns, both are on the disk, and what the file was made from may go."""
    with open(draft, "r+b") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    with suppress(OSError):  # not every system can open a folder or wait for one
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
