"""Rows -> an output file that grows window by window and can be cut back to any window: the half of `nli score` that writes.

A sink keeps its unfinished output beside the target. `write` returns a position, `resume` goes back to one, `finish` gives the
output its name. The bytes depend on the rows and the windows they came in, not on when or how often the run was stopped.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from nli.disk import put
from nli.errors import InputError
from nli.parquet_sink import ParquetSink
from nli.readers import file_format, packing
from nli.rows import Row


class Sink(Protocol):
    def resume(self, position: int) -> None:
        """Goes back to a position that `write` returned, 0 for the start. Raises InputError when the unfinished output is gone."""

    def write(self, rows: Sequence[Row]) -> int:
        """Appends the rows of one window; they are on the disk when it returns the new position."""

    def finish(self, position: int) -> None:
        """The output up to `position` gets its name; harmless when it has it already. Raises InputError when some of it is gone."""

    def discard(self) -> None:
        """Removes the unfinished output."""


def open_sink(target: str, columns: Sequence[str] | None = None, schema: Any = None, *, exact: bool = False) -> Sink:
    """The sink for a file by its ending; `-` is standard output.

    `columns` of a csv or tsv and `schema` of a parquet file (pyarrow.Schema) are those of the first window when not given.
    `exact`: the rows come from a parquet file with this schema.
    """
    kind = file_format(target)
    if target == "-":
        return StandardOutput()
    if kind == "parquet":
        return ParquetSink(Path(target), schema, exact)
    return TextSink(Path(target), JsonLines() if kind == "jsonl" else Cells("\t" if kind == "tsv" else ",", columns))


class JsonLines:
    def text(self, rows: Iterable[Row], first: bool) -> str:
        return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


class Cells:
    """csv and tsv, with a header before the first rows."""

    def __init__(self, delimiter: str, columns: Sequence[str] | None = None) -> None:
        self.delimiter, self.columns = delimiter, columns

    def text(self, rows: Sequence[Row], first: bool) -> str:
        self.columns = self.columns or list(rows[0])
        buffer = _Lines()
        writer = csv.DictWriter(buffer, self.columns, restval="", delimiter=self.delimiter, lineterminator="\r\n")
        if first:
            writer.writeheader()
        try:
            writer.writerows(
                {k: json.dumps(v, default=str) if isinstance(v, (dict, list)) else v for k, v in row.items()}
                for row in rows
            )
        except ValueError as error:
            raise InputError(f"a row has columns that the first row lacks ({error}); write jsonl instead") from error
        return buffer.getvalue()


class _Lines(io.StringIO):
    """Ends the rows of a csv.writer with a line feed. The writer itself must end them with CR LF: older Pythons quote a CR only then."""

    def write(self, row: str) -> int:
        return super().write(row.removesuffix("\r\n") + "\n")


class StandardOutput:
    """JSON lines in UTF-8 as they come; there is no way back."""

    def resume(self, position: int) -> None:
        pass

    def write(self, rows: Sequence[Row]) -> int:
        sys.stdout.buffer.write(JsonLines().text(rows, False).encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return 0

    def finish(self, position: int) -> None:
        pass

    def discard(self) -> None:
        pass


class TextSink:
    """Appends to `TARGET.partial`; compressed files get a gzip member or zstd frame a window, which readers take as one stream."""

    def __init__(self, target: Path, lines: JsonLines | Cells) -> None:
        self.target, self.lines = target, lines
        self.partial = target.with_name(f"{target.name}.partial")
        self.file: IO[bytes] | None = None

    def resume(self, position: int) -> None:
        self._check(position)
        self.file = open(self.partial, "r+b" if position else "wb")  # noqa: SIM115 (closed by finish)
        self.file.truncate(position)
        self.file.seek(position)

    def write(self, rows: Sequence[Row]) -> int:
        assert self.file is not None
        if rows:
            data = self.lines.text(rows, first=self.file.tell() == 0).encode("utf-8")
            self.file.write(pack(data, packing(str(self.target))))
            self.file.flush()
            os.fsync(self.file.fileno())
        return self.file.tell()

    def finish(self, position: int) -> None:
        if self.file is not None or self.partial.exists():
            self._close()
            self._check(position)
            put(self.partial, self.target)

    def discard(self) -> None:
        self._close()
        self.partial.unlink(missing_ok=True)

    def _check(self, position: int) -> None:
        size = self.partial.stat().st_size if self.partial.exists() else 0
        if size < position:
            raise InputError(f"{self.partial}: {size} bytes, but {position} were written; --restart begins anew")

    def _close(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None


def pack(data: bytes, packing: str | None) -> bytes:
    if packing == "gz":
        return gzip.compress(data, mtime=0)
    if packing == "zst":
        import pyarrow as pa

        packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
        return packed
    return data
