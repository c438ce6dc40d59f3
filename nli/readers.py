"""Files and standard input -> documents or rows. Every message says the path and, where there is one, the line."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from nli.errors import InputError
from nli.records import Document
from nli.rows import Lines, Row, column_names, csv_rows, json_rows

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
MAX_LINE = 1_000_000  # characters of one line of a document: more is no article, but a dump that would take hours


def read_document(path: str, *, encoding: str = "utf-8") -> Document:
    """The document at `path` (`-`: standard input). Raises InputError when there is no readable text."""
    if not path:
        raise InputError("an empty file name; expected that of an article, or - for standard input")
    shown = "standard input" if path == "-" else path
    try:
        raw = _standard_bytes().read() if path == "-" else Path(path).read_bytes()
    except IsADirectoryError as error:
        raise InputError(
            f"{shown}: is a directory; name the files in it, for example {shown.rstrip('/')}/*.txt"
        ) from error
    except OSError as error:
        raise InputError(f"{shown}: {_reason(error)}") from error
    if _begins(raw, b"%pdf"):
        raise InputError(f"{shown}: is a PDF; expected plain text, as pdftotext makes it of a PDF")
    text = _decode(raw, shown, encoding)
    if _begins(text[:1000].encode("utf-8", "replace"), b"<!doctype html", b"<html"):
        raise InputError(f"{shown}: is a web page (HTML); expected plain text, as a browser saves it of a page")
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


def _begins(raw: bytes, *marks: bytes) -> bool:
    """Whether one of the marks is the first thing in a file, in any case of letters."""
    return raw[:1000].removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(marks)


def _decode(raw: bytes, shown: str, encoding: str) -> str:
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # the one begins as the BOM of UTF-16 does
        encoding = "utf-32"
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in raw[:65536]:
            raise _binary(raw, shown, encoding) from error
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{shown}:{line}: not {encoding} (byte 0x{raw[error.start]:02x}); save the file as UTF-8 or name its encoding, "
            "for example --encoding cp1252"
        ) from error
    except UnicodeError as error:
        raise InputError(f"{shown}: not {encoding} ({error}); try --encoding utf-8, cp1252 or latin-1") from error
    except LookupError as error:
        raise InputError(f"unknown encoding {encoding!r}; try utf-8, cp1252 or latin-1") from error
    if "\0" in text:
        raise _binary(raw, shown, encoding)
    return text


def _binary(raw: bytes, shown: str, encoding: str) -> InputError:
    """Of Latin text in UTF-16, nearly every other byte is NUL."""
    even, odd = raw[0:65536:2].count(0), raw[1:65536:2].count(0)
    wide = max(even, odd) > 0.4 * min(len(raw), 65536) and min(even, odd) < 0.1 * max(even, odd)
    if wide and not encoding.lower().startswith("utf-16"):
        name = "utf-16-le" if odd > even else "utf-16-be"
        return InputError(f"{shown}: looks like UTF-16 (every other byte is NUL); try --encoding {name}")
    return InputError(f"{shown}: looks like a binary file (it has NUL bytes); expected plain text")


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
            source = (
                json_rows(lines) if kind == "jsonl" else csv_rows(Lines(lines), path, "\t" if kind == "tsv" else ",")
            )
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


def _standard_bytes() -> BinaryIO:
    """Raises InputError when the process was started without a standard input."""
    if sys.stdin is None:
        raise InputError("standard input is closed; name a file, or pass the text on with a pipe")
    return sys.stdin.buffer


@contextmanager
def _standard_input() -> Iterator[TextIO]:
    yield io.TextIOWrapper(_standard_bytes(), encoding="utf-8-sig", newline="")


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
        raise ValueError(
            f"no column {column!r}; found {column_names(row)}; name the columns with --premise and --hypothesis"
        )
    value = row[column]
    if not isinstance(value, str):
        found = "null" if value is None else f"{type(value).__name__} {value!r}"
        raise ValueError(f"column {column!r} holds {found}, expected text")
    if not value.strip():
        raise ValueError(f"column {column!r} is empty")
    return value
