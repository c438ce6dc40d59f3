"""Lines of jsonl, csv and tsv -> rows, and the lines that hold none, with the reason. Nothing is lost between the two."""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from nli.errors import InputError

Row = dict[str, Any]
csv.field_size_limit(2**31 - 1)


def column_names(row: Row) -> str:
    """The columns of a row, for messages: spaces around a name are made visible, and so is a header that was not parted."""
    found = [str(name) for name in row]
    shown = ", ".join(name if name == name.strip() else repr(name) for name in found)
    mark = next((mark for mark in (";", "\t", "|", ",") if len(found) == 1 and mark in shown), None)
    return f"{shown} (parted by {mark!r}? A .csv has commas, a .tsv tabs)" if mark else shown


class Lines:
    """Lines, and the way back to the start of a record. `waiting`: those that are to be read once more."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self._record = iter(lines), list[str]()
        self.number, self.waiting = 0, deque[str]()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self._lines)
        self.number += 1
        self._record.append(line)
        return line

    def begin(self) -> int:
        """A record begins; the number of its first line."""
        self._record.clear()
        return self.number + 1

    def are_rows(self, cells: int, delimiter: str) -> bool:
        """Whether each of the several lines of the record has so many cells itself. Of one cell, every line has."""
        parted = (line.count(delimiter) == cells - 1 for line in self._record)
        return len(self._record) > 1 and cells > 1 and all(parted)

    def back(self) -> str:
        """The first line of the record; those behind it will be read again."""
        first, *behind = self._record
        self.waiting.extendleft(reversed(behind))
        self.number -= len(behind)
        return first


def json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row | str]]:
    """Line numbers with their objects, or with the reason why there is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.rstrip("\r\n"))  # at a line end, the column would be that of the next line
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


def csv_rows(lines: Lines, path: str, delimiter: str) -> Iterator[tuple[int, Row | str]]:
    """Line numbers with the rows under a header, or with the reason why there is none. Raises InputError for the header.

    A broken row is its first line alone: what a quotation mark without an end swallowed is read again. Many tsv files know no
    quoting, so that there such a mark is text, and so is one whose end stands in a later row: lines that are each a row are not one.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = _header(reader, path)
    while True:
        number = lines.begin()
        try:
            cells, problem = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = (
                [],
                f"broken CSV ({error}); expected quotation marks around a cell, and those in it doubled",
            )
        if cells and len(cells) != len(header):
            problem = f"{len(cells)} cells, expected {len(header)} as in the header"
        if problem or (delimiter == "\t" and lines.are_rows(len(header), delimiter)):
            cells = lines.back().rstrip("\r\n").split(delimiter)
            plain = delimiter == "\t" and len(cells) == len(header)
            yield number, dict(zip(header, cells, strict=True)) if plain else problem
        elif cells:
            yield number, dict(zip(header, cells, strict=True))


def _header(reader: Iterator[list[str]], path: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise InputError(f"{path}:1: broken CSV header ({error})") from error
    if not header:
        raise InputError(f"{path}: the file is empty; expected a header line with column names")
    if len(set(header)) < len(header):
        raise InputError(f"{path}:1: a column name occurs twice in the header: {', '.join(header)}")
    return header
