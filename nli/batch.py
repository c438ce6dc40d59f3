"""File in, file out: scores pairs in windows of bounded memory and writes every input column plus four.

The output is written to `OUT.partial` and renamed at the end: a file called OUT is complete, always.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nli.errors import InputError
from nli.readers import Rejected, Row, file_format, open_text, read_rows, text_cell
from nli.records import LABELS
from nli.scoring import Scorer

WINDOW = 4096  # rows held, sorted and scored together
ADDED = (*LABELS, "label")


@dataclass
class BatchCounts:
    """Rows written, rows left out as invalid, and pairs cut to the model's length."""

    scored: int = 0
    skipped: int = 0
    truncated: int = 0


class Writer(Protocol):
    def write(self, rows: list[Row]) -> None: ...


def score_file(
    source: str,
    target: str,
    scorer: Scorer,
    *,
    premise: str = "premise",
    hypothesis: str = "hypothesis",
    skip_invalid: Callable[[Rejected], None] | None = None,
    progress: Callable[[int], object] | None = None,
) -> BatchCounts:
    """Scores the pairs of `source` into `target` (jsonl, csv, tsv or parquet by ending, `-` for standard streams).

    An invalid row raises InputError naming its line, unless `skip_invalid` takes it. Raises InputError also when a file
    cannot be read or written, or when `source` already has one of the columns that are added.
    """
    if source != "-" and target != "-" and Path(source).resolve() == Path(target).resolve():
        raise InputError(f"{target}: is the input file too; name another output")
    counts = BatchCounts()

    def reject(rejected: Rejected) -> None:
        if skip_invalid is None:
            raise InputError(f"{source}:{rejected.line}: {rejected.reason}")
        counts.skipped += 1
        skip_invalid(rejected)

    rows = _valid(read_rows(source, reject=reject), (premise, hypothesis), reject)
    with _writer(target, source) as writer:
        for window in iter(lambda: list(itertools.islice(rows, WINDOW)), []):
            table = scorer.score([(row[premise], row[hypothesis]) for row in window], progress=progress)
            for row, scores in zip(window, table, strict=True):
                row.update((name, round(p, 6)) for name, p in zip(LABELS, scores, strict=True))
                row["label"] = scores.label
            writer.write(window)
            counts.scored += len(window)
            counts.truncated += table.truncated
        if not counts.scored:
            raise InputError(
                f"{source}: no pairs to score"
                + (f" ({counts.skipped} invalid rows left out)" if counts.skipped else "")
            )
    return counts


def _valid(
    rows: Iterable[tuple[int, Row]], columns: tuple[str, str], reject: Callable[[Rejected], None]
) -> Iterator[Row]:
    """Rows with two texts and none of the columns that are added. Without the named columns in the first row, nothing fits."""
    for number, (line, row) in enumerate(rows):
        if not number and all(column not in row for column in columns):
            found = ", ".join(map(str, row))
            raise InputError(
                f"no columns {columns[0]!r} and {columns[1]!r}; found {found}; name them with --premise and --hypothesis"
            )
        try:
            if taken := [name for name in ADDED if name in row]:
                raise ValueError(f"there is a column {taken[0]!r} already, which would be overwritten; rename it first")
            for column in columns:
                text_cell(row, column)
        except ValueError as error:
            reject(Rejected(line, str(error)))
        else:
            yield row


@contextlib.contextmanager
def _writer(target: str, source: str) -> Iterator[Writer]:
    """A writer by file ending. The finished file appears at the end; on an error nothing is left behind."""
    kind = file_format(target)
    if target == "-":
        yield JsonlWriter(sys.stdout)
        return
    partial = Path(f"{target}.partial")
    try:
        if kind == "parquet":
            with ParquetWriter(partial, source) as parquet:
                yield parquet
        else:
            with open_text(partial, "w", packed=target.endswith(".gz")) as file:
                yield JsonlWriter(file) if kind == "jsonl" else CsvWriter(file, "\t" if kind == "tsv" else ",")
        partial.replace(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


class JsonlWriter:
    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, rows: list[Row]) -> None:
        self.file.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


class CsvWriter:
    """Columns of the first row; a later row with another column is an error rather than a silent loss."""

    def __init__(self, file: Any, delimiter: str) -> None:
        self.file, self.delimiter = file, delimiter
        self.writer: csv.DictWriter[str] | None = None

    def write(self, rows: list[Row]) -> None:
        if self.writer is None:
            self.writer = csv.DictWriter(self.file, list(rows[0]), delimiter=self.delimiter, lineterminator="\n")
            self.writer.writeheader()
        try:
            self.writer.writerows(
                {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in row.items()} for row in rows
            )
        except ValueError as error:
            raise InputError(f"a row has columns that the first row lacks ({error}); write jsonl instead") from error


class ParquetWriter:
    """The schema of a parquet input is kept; otherwise that of the first window holds for all rows."""

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.source = path, source
        self.file: Any = None

    def __enter__(self) -> ParquetWriter:
        self.path.touch()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.file is not None:
            self.file.close()

    def write(self, rows: list[Row]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(rows[0]) if self.file is None else self.file.schema.names
        if strange := next((set(row) - set(columns) for row in rows if not set(row) <= set(columns)), None):
            raise InputError(
                f"a row has columns that the first row lacks ({', '.join(sorted(strange))}); write jsonl instead"
            )
        try:
            if self.file is None:
                self.file = pq.ParquetWriter(self.path, self._schema(rows))
            # Inferred anew and cast: a value that does not fit the column is an error, not rounded to it.
            table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns})
            self.file.write_table(table.cast(self.file.schema))
        except (pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"a row does not fit the columns of the rows before ({reason}); write jsonl instead"
            ) from error

    def _schema(self, rows: list[Row]) -> Any:
        """Of the input, or inferred from the first window; a column without any value there holds text."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        added = [pa.field(name, pa.float64()) for name in LABELS] + [pa.field("label", pa.string())]
        if self.source != "-" and file_format(self.source) == "parquet":
            return pa.schema([*pq.read_schema(self.source), *added])
        kept = [name for name in rows[0] if name not in ADDED]
        arrays = {name: pa.array([row.get(name) for row in rows]) for name in kept}
        return pa.schema(
            [pa.field(n, pa.string() if pa.types.is_null(a.type) else a.type) for n, a in arrays.items()] + added
        )
