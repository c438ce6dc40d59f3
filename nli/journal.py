"""What a run has done so far, on disk: a first line that says which run it is, then a line a finished window.

A line is written only when the window's rows are on the disk, so a run killed at any moment goes on behind its last line.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nli.errors import InputError


@dataclass(frozen=True)
class Mark:
    """How far a run has come: records read, rows scored, left out and cut, positions of both outputs; `complete` at the end."""

    read: int = 0
    scored: int = 0
    skipped: int = 0
    truncated: int = 0
    output: int = 0
    rejected: int = 0
    complete: bool = False


class Journal:
    """`OUT.journal`. Open, it is locked: a second run with the same output is refused."""

    def __init__(self, target: str) -> None:
        self.path = Path(f"{target}.journal")
        self.mark = Mark()
        self.run: dict[str, Any] = {}
        self.file = open(self.path, "a+b")  # noqa: SIM115 (closed by close)
        try:
            _lock(self.file.fileno())
        except BlockingIOError as error:
            self.file.close()
            raise InputError(f"{target}: another run is writing this output (it holds {self.path})") from error
        self._read()

    def _read(self) -> None:
        """Takes the whole lines; a last one that was cut off by a kill is removed."""
        self.file.seek(0)
        whole = 0
        for line in self.file:
            if not line.endswith(b"\n"):
                break
            try:
                values = dict(json.loads(line))
                if whole == 0:
                    self.run = values
                else:
                    self.mark = Mark(**values)
            except (ValueError, TypeError):
                break
            whole += len(line)
        self.file.truncate(whole)

    def begin(self, run: dict[str, Any]) -> None:
        """Starts, or continues a run that is the same in everything; raises InputError that says what differs."""
        if not self.run:
            self.file.truncate(0)
            self._append(run)
            self.run = run
        for key in {**self.run, **run}:
            if (was := self.run.get(key)) != (now := run.get(key)):
                raise InputError(
                    f"{self.path}: an unfinished run is not the same as this one: {key} was {was}, is {now}. Give what it was "
                    "given to continue it, or begin anew with --restart"
                )

    def finished(self, mark: Mark) -> None:
        """Everything up to `mark` is on the disk."""
        self._append(asdict(mark))
        self.mark = mark

    def _append(self, values: dict[str, Any]) -> None:
        self.file.write(json.dumps(values).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def forget(self) -> None:
        """Begins anew."""
        self.file.truncate(0)
        self.run, self.mark = {}, Mark()

    def close(self) -> None:
        self.file.close()

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)


def _lock(descriptor: int) -> None:
    """Advisory, released when the file is closed or the process dies; systems and disks without it go without.

    Raises BlockingIOError when another process holds it.
    """
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except (ImportError, OSError):
        return
