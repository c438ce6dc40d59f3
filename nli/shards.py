"""A file or folder of any size -> shards: runs of rows that are the same in every run and can be read on their own.

Any filesystem that Arrow or fsspec knows; parquet columns keep their types.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from nli.errors import InputError, first_line
from nli.nanoseconds import exact
from nli.readers import Rejected, file_format
from nli.schemas import output_schema, unstorable
from nli.storage import filesystem
from nli.survey import ADDED, Columns, unusable
from nli.windows import WINDOW, Shard, Text, Window, keys_of, pairs_of


def unified(schemas: list[pa.Schema]) -> pa.Schema:
    """The columns of all, with types that hold all their values. Raises InputError when there is no such type."""
    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except pa.ArrowException as error:
        raise InputError(f"{first_line(error)}; a column of the output holds values of one type") from error


def output(schemas: list[pa.Schema], columns: Columns) -> pa.Schema:
    """The columns of the output, those that are added last. Raises InputError when they cannot be added, or written to parquet."""
    schema = unified(schemas)
    if taken := [name for name in ADDED if name in schema.names]:
        raise InputError(f"there is a column {taken[0]!r} already, which would be overwritten; rename it first")
    if any(column not in schema.names for column in columns):
        found = ", ".join(schema.names)
        raise InputError(
            f"no columns {columns.premise!r} and {columns.hypothesis!r}; found {found}; name them with --premise and --hypothesis"
        )
    if problem := unstorable(schema):
        raise InputError(f"{problem}; leave the column out, or score each file into jsonl, without --engine ray")
    return output_schema([schema])


@dataclass(frozen=True)
class Source:
    """A folder of files, and the two columns with the texts. A folder in it called `name=value` adds a column, as in Ray."""

    fs: Any
    root: str
    columns: Columns

    @classmethod
    def find(cls, uri: str, columns: Columns, *, apart: str) -> tuple[Source, dict[str, list[Any]]]:
        """The source, and [bytes, time of change] of its files by name; those that begin with `_` or `.` are left out.

        Raises InputError for an unknown file ending, and when the path `apart` lies in the input or around it.
        """
        fs, path = filesystem(uri)
        if f"{apart}/".startswith(f"{path}/") or f"{path}/".startswith(f"{apart}/"):
            raise InputError(f"{apart}: lies in the input or around it; name another output folder")
        try:
            (info,) = fs.get_file_info([path])
            if info.type == pafs.FileType.NotFound:
                raise InputError(f"{uri}: no such file or folder")
            folder = info.type == pafs.FileType.Directory
            found = fs.get_file_info(pafs.FileSelector(path, recursive=True)) if folder else [info]
        except OSError as error:
            raise InputError(f"{uri}: {first_line(error)}") from error
        root = path if folder else path.rpartition("/")[0]
        listing = {}
        for entry in sorted(found, key=lambda entry: str(entry.path)):
            name = entry.path.removeprefix(root).lstrip("/")
            if entry.type == pafs.FileType.File and not (folder and re.search(r"(^|/)[_.]", name)):
                file_format(name)
                listing[name] = [entry.size, entry.mtime and entry.mtime.isoformat()]
        return cls(fs, root, columns), listing

    def cut(self, path: str, limit: int, *, strict: bool) -> tuple[list[Shard], pa.Schema | None]:
        """The shards of a file, of at most `limit` rows each, and the columns of its usable rows.

        Text is read from end to end. Raises InputError, if `strict` also at the first row that cannot be used.
        """
        with self._open(path) as file:
            if file_format(path) == "parquet":
                parquet = pq.ParquetFile(file)
                total, schema = parquet.metadata.num_rows, _keyed(parquet.schema_arrow.empty_table(), path).schema
                return [Shard(path, n, min(limit, total - n)) for n in range(0, total, limit)], schema.remove_metadata()
            text, schema = Text(file, Shard(path, 0, 0)), None
            shards: list[Shard] = []
            while True:
                start, line, rows = text.at, text.line, 0
                for window in text.windows(self.columns, limit):
                    if strict and window.rejected:
                        raise self.invalid(path, window.rejected[0])
                    rows += len(window.pairs) + len(window.rejected)
                    if window.pairs and window.table.schema != schema:
                        schema = unified([schema, window.table.schema] if schema else [window.table.schema])
                if not rows:
                    return shards, schema
                shards.append(Shard(path, start, rows, line, text.header))

    def read(self, shard: Shard, schema: pa.Schema) -> Window:
        """The rows of a shard, with all columns of `schema` but those that are added. Raises InputError when they are not those that were cut."""
        kept = pa.schema([field for field in schema if field.name not in ADDED])
        with self._open(shard.path) as file:
            if file_format(shard.path) == "parquet":
                windows = [_window(table, n, self.columns) for n, table in _slices(file, shard)]
            else:
                windows = list(Text(file, shard).windows(self.columns, shard.rows))
            tables = [kept.empty_table(), *(window.table for window in windows)]
            table = pa.concat_tables(tables, promote_options="permissive")
        pairs = [pair for window in windows for pair in window.pairs]
        rejected = [row for window in windows for row in window.rejected]
        if len(pairs) + len(rejected) != shard.rows or table.schema != kept:
            raise InputError(f"{self.root}/{shard.path}: was changed since the run began")
        return Window(table, pairs, rejected)

    def invalid(self, path: str, row: Rejected) -> InputError:
        return InputError(f"{self.root}/{path}:{row.line}: {row.reason}")

    @contextmanager
    def _open(self, path: str) -> Iterator[Any]:
        """Raises InputError for content that cannot be read; other OSErrors stay what they are, as they may pass."""
        shown = f"{self.root}/{path}"
        try:
            with self.fs.open_input_file(shown) as file:
                yield file
        except UnicodeDecodeError as error:
            raise InputError(f"{shown}: not UTF-8 (byte 0x{error.object[error.start]:02x})") from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{shown}: the compressed file is damaged or cut short") from error
        except (pa.ArrowException, OverflowError, csv.Error) as error:
            raise InputError(f"{shown}: {first_line(error)}") from error


def _slices(file: Any, shard: Shard) -> Iterator[tuple[int, pa.Table]]:
    """The rows of a shard in a parquet file, and the number of rows before each table."""
    parquet = pq.ParquetFile(file)
    sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.metadata.num_row_groups)]
    begins = list(itertools.accumulate(sizes, initial=0))
    end = shard.start + shard.rows
    groups = [g for g, size in enumerate(sizes) if begins[g] < end and begins[g] + size > shard.start]
    at = begins[groups[0]] if groups else 0
    for batch in parquet.iter_batches(WINDOW, row_groups=groups):
        first, last = max(at, shard.start), min(at + batch.num_rows, end)
        if first < last:
            yield first, _keyed(pa.Table.from_batches([batch.slice(first - at, last - first)]), shard.path)
        at += batch.num_rows


def _window(table: pa.Table, before: int, columns: Columns) -> Window:
    rows = table.select([name for name in columns if name in table.column_names]).to_pylist()
    reasons = {n: reason for n, row in enumerate(rows) if (reason := unusable(row, columns))}
    usable = [n for n in range(len(rows)) if n not in reasons]
    whole = exact(table.take(pa.array(reasons, pa.int64()))).to_pylist()
    rejected = [Rejected(before + n + 1, reasons[n], row) for n, row in zip(reasons, whole, strict=True)]
    return Window(table.take(pa.array(usable, pa.int64())), pairs_of([rows[n] for n in usable], columns), rejected)


def _keyed(table: pa.Table, path: str) -> pa.Table:
    for key, value in keys_of(path).items():
        if key not in table.column_names:
            table = table.append_column(key, pa.array([value] * len(table), pa.string()))
    return table
