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
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from nli.errors import InputError
from nli.readers import Row, file_format, packing
from nli.records import LABELS

MERGED = 8  # windows in a row group of a parquet file


class Sink(Protocol):
    def resume(self, position: int) -> None:
        """Goes back to a position that `write` returned, 0 for the start. Raises InputError when the unfinished output is gone."""

    def write(self, rows: Sequence[Row]) -> int:
        """Appends the rows of one window; they are on the disk when it returns the new position."""

    def finish(self) -> None:
        """The output gets its name; harmless when it has it already."""

    def discard(self) -> None:
        """Removes the unfinished output."""


def open_sink(target: str, columns: Sequence[str] | None = None, schema: Any = None) -> Sink:
    """The sink for a file by its ending; `-` is standard output.

    `columns` of a csv or tsv and `schema` of a parquet file (pyarrow.Schema) are those of the first window when not given.
    """
    kind = file_format(target)
    if target == "-":
        return StandardOutput()
    if kind == "parquet":
        return ParquetSink(Path(target), schema)
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
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, self.columns, restval="", delimiter=self.delimiter, lineterminator="\n")
        if first:
            writer.writeheader()
        try:
            writer.writerows(
                {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in row.items()} for row in rows
            )
        except ValueError as error:
            raise InputError(f"a row has columns that the first row lacks ({error}); write jsonl instead") from error
        return buffer.getvalue()


class StandardOutput:
    """JSON lines as they come; there is no way back."""

    def resume(self, position: int) -> None:
        pass

    def write(self, rows: Sequence[Row]) -> int:
        sys.stdout.write(JsonLines().text(rows, False))
        sys.stdout.flush()
        return 0

    finish = discard = lambda self: None


class TextSink:
    """Appends to `TARGET.partial`; compressed files get a gzip member or zstd frame a window, which readers take as one stream."""

    def __init__(self, target: Path, lines: JsonLines | Cells) -> None:
        self.target, self.lines = target, lines
        self.partial = target.with_name(f"{target.name}.partial")
        self.file: IO[bytes] | None = None

    def resume(self, position: int) -> None:
        size = self.partial.stat().st_size if self.partial.exists() else 0
        if size < position:
            raise InputError(f"{self.partial}: {size} bytes, but {position} were written; --restart begins anew")
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

    def finish(self) -> None:
        self._close()
        if self.partial.exists():
            self.partial.replace(self.target)

    def discard(self) -> None:
        self._close()
        self.partial.unlink(missing_ok=True)

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


class ParquetSink:
    """A file a window in the folder `TARGET.partial`, joined at the end: a parquet file cannot be continued once it is cut off."""

    def __init__(self, target: Path, schema: Any) -> None:
        self.target, self.schema = target, schema
        self.folder = target.with_name(f"{target.name}.partial")
        self.written = 0

    def resume(self, position: int) -> None:
        self.folder.mkdir(exist_ok=True)
        parts = self._parts()
        if len(parts) < position:
            raise InputError(f"{self.folder}: {len(parts)} parts, but {position} were written; --restart begins anew")
        for part in parts[position:]:
            part.unlink()
        self.written = position

    def write(self, rows: Sequence[Row]) -> int:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not rows:
            return self.written
        try:
            schema = self.schema or output_schema([infer(rows)])
            self.schema = pa.schema([f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in schema])
            columns = self.schema.names
            if strange := next((set(row) - set(columns) for row in rows if not set(row) <= set(columns)), None):
                raise ValueError(f"a column {sorted(strange)[0]!r} that the first row lacks")
            # Inferred anew and cast: a value that does not fit the column is an error, not rounded to it.
            table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns}).cast(self.schema)
        except (pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"a row does not fit the columns of the rows before ({reason}); write jsonl instead"
            ) from error
        part = self.folder / f"{self.written:08}.parquet"
        with open(part.with_suffix(".new"), "wb") as file:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        part.with_suffix(".new").replace(part)
        self.written += 1
        return self.written

    def finish(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = self._parts()
        if not parts:
            return
        whole = self.folder / "whole"
        with pq.ParquetWriter(whole, pq.read_schema(parts[0])) as writer:
            for start in range(0, len(parts), MERGED):
                writer.write_table(pa.concat_tables([pq.read_table(p) for p in parts[start : start + MERGED]]))
        whole.replace(self.target)
        self.discard()

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))


def infer(rows: Sequence[Row]) -> Any:
    """The pyarrow schema of some rows; every column that occurs in one of them. Raises pyarrow's errors for mixed columns."""
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    return pa.schema([pa.field(name, pa.array([row.get(name) for row in rows]).type) for name in names])


def output_schema(schemas: Sequence[Any]) -> Any:
    """One schema for all windows, types widened, with the probabilities and the label behind.

    A column without any value so far is one of nulls, which is written as text if it stays so. Raises pyarrow's errors.
    """
    import pyarrow as pa

    merged = pa.unify_schemas(list(schemas), promote_options="permissive")
    kept = [field for field in merged if field.name not in (*LABELS, "label")]
    return pa.schema([*kept, *(pa.field(name, pa.float64()) for name in LABELS), pa.field("label", pa.string())])
