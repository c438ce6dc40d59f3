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
from contextlib import suppress
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

    def __init__(self, target: Path, schema: Any, exact: bool) -> None:
        self.target, self.schema, self.exact = target, schema, exact
        self.folder = target.with_name(f"{target.name}.partial")
        self.written = 0

    def resume(self, position: int) -> None:
        self.folder.mkdir(exist_ok=True)
        for part in self._parts(position)[position:]:
            part.unlink()
        self.written = position

    def write(self, rows: Sequence[Row]) -> int:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not rows:
            return self.written
        part = self.folder / f"{self.written:08}.parquet"
        try:
            schema = self.schema or output_schema([infer(rows)])
            self.schema = pa.schema([f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in schema])
            columns = self.schema.names
            if strange := next((set(row) - set(columns) for row in rows if not set(row) <= set(columns)), None):
                raise ValueError(f"a column {sorted(strange)[0]!r} that the first row lacks")
            arrays = [self._column([row.get(field.name) for row in rows], field.type) for field in self.schema]
            pq.write_table(pa.Table.from_arrays(arrays, schema=self.schema), part.with_suffix(".new"))
        except (pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"a row does not fit the columns of the rows before ({reason}); write jsonl instead"
            ) from error
        put(part.with_suffix(".new"), part)
        self.written += 1
        return self.written

    def _column(self, values: list[Any], kind: Any) -> Any:
        """A value that does not fit the column is an error, not rounded to it: the type is inferred anew and cast.

        What comes from such a column fits, and may be more than can be inferred: nanoseconds, large integers, maps.
        """
        import pyarrow as pa

        return pa.array(values, kind) if self.exact else pa.array(values).cast(kind)

    def finish(self, position: int) -> None:
        if self.written or self.folder.exists():
            self._join(self._parts(position)[:position])
        self.discard()

    def _join(self, parts: list[Path]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        whole = self.folder / "whole"
        with pq.ParquetWriter(whole, pq.read_schema(parts[0])) as writer:
            for start in range(0, len(parts), MERGED):
                writer.write_table(pa.concat_tables([pq.read_table(p) for p in parts[start : start + MERGED]]))
        put(whole, self.target)

    def discard(self) -> None:
        """The folder is renamed first: removing it may be stopped, and the parts that are left must not pass for all."""
        removed = self.folder.with_suffix(".removed")
        shutil.rmtree(removed, ignore_errors=True)
        with suppress(OSError):
            self.folder.replace(removed)
        shutil.rmtree(removed, ignore_errors=True)

    def _parts(self, position: int) -> list[Path]:
        """Raises InputError when there are fewer than `position`."""
        parts = sorted(self.folder.glob("*.parquet"))
        if len(parts) < position:
            raise InputError(f"{self.folder}: {len(parts)} parts, but {position} were written; --restart begins anew")
        return parts


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
