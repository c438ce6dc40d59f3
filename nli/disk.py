"""Where outputs go: looked at before the work, and finished files -> their names, safe on the disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nli.errors import InputError


def check_file(path: str | Path) -> None:
    """Before the work that is to end in this file. Raises InputError where none can be."""
    target = Path(path)
    if target.is_dir():
        raise InputError(
            f"{path}: cannot be written (it is a folder); name a file, such as {target / 'out'}{target.suffix}"
        )
    if not target.parent.is_dir():
        found = "is no folder" if target.parent.exists() else "does not exist"
        raise InputError(
            f"{path}: cannot be written ({target.parent} {found}); make the folder, or name another output"
        )
    try:
        with suppress(FileNotFoundError):
            target.stat()
    except OSError as error:  # links that lead in a circle
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: cannot be written ({reason}); name another output") from error


def check_folder(path: str | Path) -> None:
    """The same of a folder, which is made when it is not there."""
    nearest = next(folder for folder in (Path(path), *Path(path).absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise InputError(f"{path}: cannot be written ({nearest} is a file); name a folder")


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
