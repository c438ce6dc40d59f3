"""Files and standard input -> documents or rows. Every message says the path and, where there is one, the line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from nli.errors import InputError
from nli.records import Document

Row = dict[str, Any]
FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
MAX_LINE = 1_000_000  # characters of one line of a document: more is no article, but a dump that would take hours
csv.field_size_limit(2**31 - 1)


def read_document(path: str, *, encoding: str = "utf-8") -> Document:
    """The document at `path` (`-`: standard input). Raises InputError when there is no readable text."""
    shown = "standard input" if path == "-" else path
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except IsADirectoryError as error:
        raise InputError(
            f"{shown}: is a directory; name the files in it, for example {shown.rstrip('/')}/*.txt"
        ) from error
    except OSError as error:
        raise InputError(f"{shown}: {_reason(error)}") from error
    text = _decode(raw, shown, encoding)
    if not text.strip("\ufeff \t\r\n"):
        raise InputError(f"{shown}: the file is empty; expected the text of an article")
    longest = max(text.splitlines(), key=len)
    if len(longest) > MAX_LINE:
        line = text.count("\n", 0, text.index(longest)) + 1
        raise InputError(
            f"{shown}:{line}: a line of {len(longest)} characters; expected an article, whose paragraphs have at most {MAX_LINE}. "
            "Break the text into lines or files"
        )
    return Document(path, text)


def _decode(raw: bytes, shown: str, encoding: str) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in raw[:65536]:
            raise InputError(f"{shown}: looks like a binary file (it has NUL bytes); expected plain text") from error
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{shown}:{line}: not {encoding} (byte 0x{raw[error.start]:02x}); save the file as UTF-8 or name its encoding, "
            "for example --encoding cp1252"
        ) from error
    except LookupError as error:
        raise InputError(f"unknown encoding {encoding!r}; try utf-8, cp1252 or latin-1") from error
    if "\0" in text:
        raise InputError(f"{shown}: looks like a binary file (it has NUL characters); expected plain text")
    return text


def _reason(error: OSError) -> str:
    return "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()


def file_format(path: str) -> str:
    """`jsonl`, `csv`, `tsv` or `parquet` by file ending, with .gz or .zst behind it or not; `-` is jsonl. Raises InputError."""
    if path == "-":
        return "jsonl"
    plain = Path(path).with_suffix("") if packing(path) else Path(path)
    kind = FORMATS.get(plain.suffix.lower())
    if kind is None:
        raise InputError(f"{path}: unknown file ending {plain.suffix!r}; expected one of {', '.join(FORMATS)}")
    if kind == "parquet" and plain != Path(path):
        raise InputError(f"{path}: parquet is compressed inside; name the file {plain}")
    return kind


def packing(path: str) -> str | None:
    """`gz` or `zst` when the file ending says so."""
    suffix = Path(path).suffix.lower().lstrip(".")
    return suffix if suffix in {"gz", "zst"} else None


@dataclass(frozen=True)
class Rejected:
    """A row that could not be used, and why; `row` is what could be read of it."""

    line: int
    reason: str
    row: Row | None = None


def read_records(path: str) -> Iterator[tuple[int, Row] | Rejected]:
    """The rows of a jsonl, csv, tsv or parquet file with their line (parquet: row) number, and the broken ones, streaming."""
    kind = file_format(path)
    try:
        if kind == "parquet":
            yield from _parquet_rows(path)
            return
        with _open_rows(path) as lines:
            source = json_rows(lines) if kind == "jsonl" else csv_rows(lines, path, "\t" if kind == "tsv" else ",")
            yield from ((line, row) if isinstance(row, dict) else Rejected(line, row) for line, row in source)
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path}: the compressed file is damaged or cut short") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 (byte 0x{error.object[error.start]:02x}); convert the file to UTF-8"
        ) from error
    except OSError as error:
        damaged = packing(path) and error.errno is None
        raise InputError(
            f"{path}: the compressed file is damaged or cut short" if damaged else f"{path}: {_reason(error)}"
        ) from error


def read_rows(path: str, *, reject: Callable[[Rejected], None] | None = None) -> Iterator[tuple[int, Row]]:
    """The rows of `read_records`. A broken one raises InputError with path and line, or goes to `reject` when given."""
    for record in read_records(path):
        if not isinstance(record, Rejected):
            yield record
        elif reject:
            reject(record)
        else:
            raise InputError(f"{path}:{record.line}: {record.reason}")


@contextmanager
def _standard_input() -> Iterator[TextIO]:
    yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")


def _open_rows(path: str) -> AbstractContextManager[TextIO]:
    if path == "-":
        return _standard_input()
    return io.TextIOWrapper(_unpacked(path), encoding="utf-8-sig", newline="")


def _unpacked(path: str) -> BinaryIO:
    if packing(path) == "gz":
        return cast(BinaryIO, gzip.open(path))
    if packing(path) == "zst":
        import pyarrow as pa

        return cast(BinaryIO, pa.CompressedInputStream(pa.OSFile(path), "zstd"))
    return open(path, "rb")


def json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row | str]]:
    """Line numbers with their objects, or with the reason why there is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode() if "\\ud" in line.lower() else None
        except json.JSONDecodeError as error:
            yield number, f"broken JSON ({error.msg} at column {error.colno}); expected one JSON object a line"
            continue
        except UnicodeEncodeError:
            yield number, "has half of a surrogate pair, which is no character"
            continue
        except (ValueError, RecursionError) as error:
            yield number, f"JSON that cannot be read ({type(error).__name__})"
            continue
        yield number, row if isinstance(row, dict) else f"expected a JSON object, found {type(row).__name__}"


def csv_rows(lines: Iterable[str], path: str, delimiter: str) -> Iterator[tuple[int, Row | str]]:
    """Line numbers with the rows under a header, or with the reason why there is none."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise InputError(f"{path}:1: broken CSV header ({error})") from error
    if not header:
        raise InputError(f"{path}: the file is empty; expected a header line with column names")
    if len(set(header)) < len(header):
        raise InputError(f"{path}:1: a column name occurs twice in the header: {', '.join(header)}")
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"broken CSV ({error})"
            continue
        if cells and len(cells) != len(header):
            yield line, f"{len(cells)} cells, expected {len(header)} as in the header"
        elif cells:
            yield line, dict(zip(header, cells, strict=True))


def _parquet_rows(path: str) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from nli.nanoseconds import exact

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096):
                for row in exact(batch).to_pylist():
                    number += 1
                    yield number, row
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: not a readable parquet file ({str(error).splitlines()[0]})") from error


def text_cell(row: Row, column: str) -> str:
    """The text in a column; raises ValueError with the reason when it is missing, null, empty or not text."""
    if column not in row:
        raise ValueError(f"no column {column!r}; found {', '.join(map(str, row))}")
    value = row[column]
    if not isinstance(value, str):
        found = "null" if value is None else f"{type(value).__name__} {value!r}"
        raise ValueError(f"column {column!r} holds {found}, expected text")
    if not value.strip():
        raise ValueError(f"column {column!r} is empty")
    return value
