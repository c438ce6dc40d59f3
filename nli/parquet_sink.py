"""Rows -> a parquet file that grows window by window: the sink of `writers.py` for parquet."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nli.disk import put
from nli.errors import InputError
from nli.rows import Row
from nli.schemas import infer, output_schema

MERGED = 8  # windows in a row group of a parquet file


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
