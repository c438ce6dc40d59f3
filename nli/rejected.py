"""Rows that hold no pair -> `TARGET.rejected.jsonl`, with line and reason, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nli.readers import Rejected
from nli.writers import JsonLines, TextSink

Skip = Callable[[Rejected], object]


class RejectedRows:
    """The list of rejected rows beside an output; beside standard output (`-`) they are only counted. `heard` is told of each."""

    def __init__(self, target: str, heard: Skip | None) -> None:
        self.path = Path(f"{target}.rejected.jsonl")
        self.heard = heard
        self.first = ""  # the first one's line and reason
        self._sink = None if target == "-" else TextSink(self.path, JsonLines())

    def resume(self, position: int) -> None:
        """Goes on behind `position`, in bytes."""
        if self._sink:
            self._sink.resume(position)

    def write(self, rejected: Sequence[Rejected]) -> int:
        """Appends them; the position behind, in bytes."""
        if rejected and not self.first:
            self.first = f"line {rejected[0].line}: {rejected[0].reason}"
        rows = [{"line": r.line, "reason": r.reason, "row": r.row} for r in rejected]
        position = self._sink.write(rows) if self._sink else 0
        for record in rejected if self.heard else ():
            self.heard(record)  # type: ignore[misc]
        return position

    def finish(self, position: int) -> None:
        """A list only where there is something to list; that of an earlier run goes."""
        if not self._sink:
            return
        if position:
            self._sink.finish(position)
        else:
            self._sink.discard()
            self.path.unlink(missing_ok=True)

    def discard(self) -> None:
        if self._sink:
            self._sink.discard()

    def left_out(self, skipped: int) -> str:
        """For messages: how many there are, where they are listed, and what is wrong with the first."""
        if not self.first:
            return f" ({skipped} invalid rows left out)" if skipped else ""
        listed = f", listed in {self.path}" if self._sink else ""
        return f" ({skipped} invalid rows left out{listed}; the first: {self.first})"
