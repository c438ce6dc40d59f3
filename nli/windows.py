"""The rows of a shard, a window at a time: a table, its pairs, and the rows that cannot be used.

Text goes through the readers of the local engine, so that rows, line numbers and messages are the same.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

import pyarrow as pa

from nli.readers import Rejected, file_format, packing
from nli.rows import Lines, Row, csv_rows, json_rows
from nli.survey import Columns, unusable

WINDOW = 4096  # rows that become a table together
BUFFER = 1 << 20  # bytes; storage on the network gets a request for each read
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Shard:
    """`rows` records of a file, broken ones included, from row (parquet) or byte (text, unpacked) `start` on.

    `line`: lines of text before it; `header`: that of its csv file.
    """

    path: str
    start: int
    rows: int
    line: int = 0
    header: str = ""


class Window(NamedTuple):
    """Usable rows with every column, their pairs of texts, and the rows that cannot be used."""

    table: pa.Table
    pairs: list[tuple[str, str]]
    rejected: list[Rejected]


class Text:
    """The rows of a text file from a shard's start on. `at` and `line`: bytes and lines before the next one."""

    def __init__(self, file: Any, shard: Shard) -> None:
        binary = _unpacked(file, shard.path)
        self.bytes_read = shard.start or (len(BOM) if binary.peek(len(BOM)).startswith(BOM) else 0)
        self.lines_read, self.header, self.keys = shard.line, shard.header, keys_of(shard.path)
        self.lines = Lines(())
        _skip(binary, self.bytes_read)
        self.file = io.TextIOWrapper(binary, encoding="utf-8", newline="")
        kind = file_format(shard.path)
        if kind == "jsonl":
            self.before, self.records = self.line, json_rows(self)
            return
        delimiter = "\t" if kind == "tsv" else ","
        self.header = self.header or self._header(delimiter)
        header = list(io.StringIO(self.header, newline=""))
        self.before = self.line - len(header)
        self.lines = Lines(itertools.chain(header, self))
        self.records = csv_rows(self.lines, shard.path, delimiter)

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.bytes_read += len(line.encode())
            self.lines_read += 1
            yield line

    @property
    def at(self) -> int:
        return self.bytes_read - sum(len(line.encode()) for line in self.lines.waiting)

    @property
    def line(self) -> int:
        return self.lines_read - len(self.lines.waiting)

    def _header(self, delimiter: str) -> str:
        lines: list[str] = []

        def noted() -> Iterator[str]:
            for line in self:
                lines.append(line)
                yield line

        next(csv.reader(noted(), delimiter=delimiter, strict=True), None)
        return "".join(lines)

    def windows(self, columns: Columns, rows: int) -> Iterator[Window]:
        """The next `rows` records, or what is left of them."""
        while rows and (records := list(itertools.islice(self.records, min(rows, WINDOW)))):
            rows -= len(records)
            rejected, usable = [], []
            for line, row in records:
                if isinstance(row, str):
                    rejected.append(Rejected(self.before + line, row))
                elif reason := unusable(row, columns):
                    rejected.append(Rejected(self.before + line, reason, row))
                else:
                    usable.append({**self.keys, **row})
            table = pa.Table.from_struct_array(pa.array(usable)) if usable else pa.table({})
            yield Window(table, pairs_of(usable, columns), rejected)


def _unpacked(file: Any, path: str) -> Any:
    if packing(path) == "gz":
        return gzip.GzipFile(fileobj=io.BufferedReader(file, BUFFER))
    return io.BufferedReader(pa.CompressedInputStream(file, "zstd") if packing(path) else file, BUFFER)


def _skip(binary: Any, size: int) -> None:
    """The first `size` bytes; what is packed is unpacked up to there."""
    if binary.seekable():
        binary.seek(size)
    while size and not binary.seekable():
        size -= len(binary.read(min(size, BUFFER))) or size


def keys_of(path: str) -> dict[str, str]:
    """Columns that stand in the names of folders: `year=2014/a.parquet`."""
    return {unquote(key): unquote(value) for key, value in re.findall(r"([^/=]+)=([^/]*)/", path)}


def pairs_of(rows: list[Row], columns: Columns) -> list[tuple[str, str]]:
    return [(row[columns.premise], row[columns.hypothesis]) for row in rows]
