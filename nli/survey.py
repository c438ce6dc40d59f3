"""Records of a file of pairs -> which can be scored and which not; and the whole input looked through before hours of scoring."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nli.errors import InputError, first_line
from nli.readers import Rejected, file_format, read_records, text_cell
from nli.records import LABELS
from nli.rows import Row, column_names
from nli.schemas import infer, output_schema, unstorable

ADDED = (*LABELS, "label")
STEP = 8192  # records looked at together
Record = tuple[int, Row] | Rejected


class Columns(NamedTuple):
    """The names of the two columns that are scored."""

    premise: str = "premise"
    hypothesis: str = "hypothesis"


@dataclass(frozen=True)
class Survey:
    """What the input holds: `stamp` is its size and time of change, `schema` that of a parquet output."""

    records: int
    invalid: int
    names: list[str]
    schema: Any
    sha256: str
    stamp: tuple[int, int]


def checked(records: Iterator[Record], columns: Columns, source: str, *, skip: bool) -> Iterator[Record]:
    """Records with two texts and none of the columns that are added; the others as Rejected, or unless `skip` as an InputError.

    Without both columns in the first row nothing will fit: InputError.
    """
    for number, record in enumerate(records):
        if not isinstance(record, Rejected):
            line, row = record
            if not number and all(column not in row for column in columns):
                raise InputError(
                    f"{source}: no columns {columns.premise!r} and {columns.hypothesis!r}; found {column_names(row)}; "
                    "name them with --premise and --hypothesis"
                )
            if reason := unusable(row, columns):
                record = Rejected(line, reason, row)
        if isinstance(record, Rejected) and not skip:
            raise InputError(f"{source}:{record.line}: {record.reason}")
        yield record


def unusable(row: Row, columns: Columns) -> str | None:
    """Why a row cannot be scored."""
    if taken := [name for name in ADDED if name in row]:
        return f"there is a column {taken[0]!r} already, which would be overwritten; rename it first"
    try:
        for column in columns:
            text_cell(row, column)
    except ValueError as error:
        return str(error)
    return None


def look_through(
    source: str, columns: Columns, *, skip: bool, checking: Callable[[int], object] | None = None, target: str = ""
) -> Survey:
    """Reads the whole input once, so that hours of scoring do not end at a broken row: microseconds a row. Raises InputError."""
    before, digest = stamp(source), sha256(source)
    seen = invalid = 0
    names: dict[str, None] = {}
    types = Types(source, target)
    records = checked(read_records(source), columns, source, skip=skip)
    for items in iter(lambda: list(itertools.islice(records, STEP)), []):
        rows = [record[1] for record in items if not isinstance(record, Rejected)]
        seen += len(items)
        invalid += len(items) - len(rows)
        names.update(dict.fromkeys(name for row in rows for name in row))
        types.see(rows)
        if checking:
            checking(len(items))
    return Survey(seen, invalid, list(names), types.final(), digest, before)


class Types:
    """The schema of a parquet output, wide enough for every row seen; that of a parquet input is kept. None for other outputs."""

    def __init__(self, source: str, target: str) -> None:
        self.source, self.schema = source, None
        parquet = file_format(target) == "parquet"
        self.learns = parquet and file_format(source) != "parquet"
        if parquet and not self.learns:
            self.schema = output_schema([_parquet_schema(source)])

    def see(self, rows: Sequence[Row]) -> None:
        if not self.learns or not rows:
            return
        import pyarrow as pa

        try:
            self.schema = output_schema([*filter(None, [self.schema]), infer(rows)])
        except (pa.ArrowException, OverflowError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{self.source}: a column changes its type ({reason}); write jsonl instead") from error

    def final(self) -> Any:
        """The schema, now that every row was seen. Raises InputError for one that parquet cannot hold."""
        if self.schema is not None and (problem := unstorable(self.schema)):
            raise InputError(f"{self.source}: {problem}; write jsonl instead")
        return self.schema


def _parquet_schema(source: str) -> Any:
    """Raises InputError when it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(source)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source}: not a readable parquet file ({first_line(error)})") from error


def stamp(path: str) -> tuple[int, int]:
    """Size in bytes and time of the last change in nanoseconds. Raises InputError."""
    try:
        facts = Path(path).stat()
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return facts.st_size, facts.st_mtime_ns


def sha256(path: str) -> str:
    """Of a file's bytes. Raises InputError."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest()
