"""Rows with gold labels -> a `LabelledSet`: columns by their usual names, labels by name, two-way sets as what they are."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from nli import sources
from nli.errors import InputError
from nli.gold import THREE_WAY, Scheme, label_of, scheme_of
from nli.readers import Rejected, text_cell
from nli.records import LabelledPair
from nli.rows import Row, column_names

PARTS = ("premise", "hypothesis", "label")  # of a LabelledPair
ALIASES = (
    ("premise", "sentence1", "sentence_a", "text_a", "text1", "context", "evidence"),
    ("hypothesis", "sentence2", "sentence_b", "text_b", "text2", "statement", "claim"),
    ("label", "gold_label", "gold", "answer", "verdict"),
)


@dataclass(frozen=True)
class LabelledSet:
    """Pairs with gold labels and where they are from.

    `rows` are the other columns, for slices; `role` is train, dev, test or None; `where` is what rows were chosen by. Counted and
    left out: `unlabelled` (no gold), `skipped` (broken) and `two_way` (rows of a three-way set that only say what they are not).
    """

    name: str
    pairs: list[LabelledPair]
    unlabelled: int = 0
    skipped: int = 0
    two_way: int = 0
    rows: list[Row] = field(default_factory=list)
    role: str | None = None
    licence: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    scheme: Scheme = THREE_WAY

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 over premise, hypothesis and label of every row in order, as JSON lines."""
        digest = hashlib.sha256()
        for pair in self.pairs:
            digest.update((json.dumps([pair.premise, pair.hypothesis, pair.label]) + "\n").encode())
        return digest.hexdigest()

    @cached_property
    def truth(self) -> np.ndarray:
        """Indices into the classes of the scheme, shape (n,)."""
        index = {label: k for k, names in enumerate(self.scheme.joined) for label in names}
        index |= {name: k for k, name in enumerate(self.scheme.classes)}
        return np.array([index[pair.label] for pair in self.pairs], dtype=int)

    def column(self, name: str) -> list[str]:
        """A column as text, "(none)" where a row lacks it. The premise, hypothesis and label go by these names, whatever their columns
        were called. Raises InputError when all rows lack it."""
        if not any(name in row for row in self.rows):
            if name in PARTS:
                return [str(getattr(pair, name)) for pair in self.pairs]
            known = ", ".join(map(str, [*(self.rows[0] if self.rows else ()), *PARTS]))
            raise InputError(f"{self.name}: no column {name!r}; found {known}")
        return ["(none)" if row.get(name) is None else str(row[name]) for row in self.rows]


def load_pairs(
    source: str,
    *,
    where: Mapping[str, str] | None = None,
    limit: int | None = None,
    skip_invalid: bool = False,
    columns: Sequence[str | None] = (None, None, None),
    label_names: Sequence[str] | None = None,
) -> LabelledSet:
    """The labelled pairs of a file (jsonl, csv, tsv, which may be .gz or .zst, or parquet), a folder saved by `datasets` (`folder[:split]`),
    or a hub name such as `nyu-mll/multi_nli:validation_mismatched` (`name[/config]:split`).

    `where` keeps rows with these column values. `columns` names premise, hypothesis and label where their names are not the
    usual ones; `label_names` says what the integers 0, 1, 2 mean. Raises InputError.
    """
    collected = _Collection(source, sources.known(source), columns, label_names, skip_invalid)
    rows = sources.read(source, reject=lambda rejected: collected.reject(rejected.line, rejected.reason))
    for line, row in itertools.islice(sources.matching(rows, where or {}, source), limit):
        collected.add(line, row)
    return collected.finish(where or {})


def read_pairs(source: str, columns: Sequence[str | None] = (None, None)) -> Iterator[tuple[str, str]]:
    """The pairs of anything that `nli eval` reads, labelled or not, in file order. `columns`: premise and hypothesis, where their
    names are not the usual ones. Raises InputError."""

    def refuse(rejected: Rejected) -> None:
        raise InputError(f"{source}:{rejected.line}: {rejected.reason}")

    named: list[str] = []
    for line, row in sources.read(source, reject=refuse):
        named = named or _find_columns(row, source, columns)
        try:
            yield text_cell(row, named[0]), text_cell(row, named[1])
        except ValueError as error:
            refuse(Rejected(line, str(error)))


def from_rows(rows: Iterable[LabelledPair | Mapping[str, Any] | tuple[str, str, str]]) -> LabelledSet:
    """A labelled set from rows in memory: LabelledPair, mappings with the usual column names, or (premise, hypothesis, label).

    Raises InputError.
    """
    if not isinstance(rows, Iterable):
        raise InputError(f"expected rows, found {type(rows).__name__} {rows!r}; a file or data set is named by a str")
    collected = _Collection("rows", {}, (None, None, None), None, False)
    for number, row in enumerate(rows):
        try:
            collected.add(number, _as_mapping(row))
        except (ValueError, TypeError) as error:
            raise InputError(str(error) if isinstance(error, InputError) else f"row {number}: {error}") from error
    if not collected.pairs and not collected.unlabelled:
        raise InputError("no labelled rows; expected at least one of premise, hypothesis and label")
    return collected.finish({})


def _as_mapping(row: LabelledPair | Mapping[str, Any] | tuple[str, str, str]) -> Row:
    if isinstance(row, Mapping):
        names = _columns(dict(row), "the row", (None, None, None))
        parts = [row[name] for name in names]
        return {**row, "premise": parts[0], "hypothesis": parts[1], "label": parts[2]}
    if isinstance(row, LabelledPair):
        return {"premise": row.premise, "hypothesis": row.hypothesis, "label": row.label}
    premise, hypothesis, gold = row
    return {"premise": premise, "hypothesis": hypothesis, "label": gold}


class _Collection:
    """Rows going into a set: columns found in the first one, labels by name, broken ones refused or counted."""

    def __init__(
        self,
        source: str,
        facts: Mapping[str, Any],
        columns: Sequence[str | None],
        label_names: Sequence[str] | None,
        skip_invalid: bool,
    ) -> None:
        self.source, self.facts, self.skip_invalid = source, facts, skip_invalid
        self.asked = columns if any(columns) else facts.get("columns", columns)
        self.label_names = label_names or facts.get("classes")
        self.columns: tuple[str, str, str] | None = None
        self.pairs: list[LabelledPair] = []
        self.rows: list[Row] = []
        self.unlabelled = self.skipped = 0

    def reject(self, line: int, reason: str) -> None:
        if not self.skip_invalid:
            place = f"row {line}" if self.source == "rows" else f"{self.source}:{line}"
            raise InputError(f"{place}: {reason}")
        self.skipped += 1

    def add(self, line: int, row: Row) -> None:
        premise, hypothesis, gold = self.columns = self.columns or _columns(row, self.source, self.asked)
        try:
            label = label_of(row.get(gold), self.label_names, self.facts.get("labels", {}))
            if label is None:
                self.unlabelled += 1
                return
            self.pairs.append(LabelledPair(text_cell(row, premise), text_cell(row, hypothesis), label))
            self.rows.append({k: v for k, v in row.items() if k not in self.columns})
        except ValueError as error:
            self.reject(line, str(error))

    def finish(self, where: Mapping[str, str]) -> LabelledSet:
        if not self.pairs:
            counts = f"{self.unlabelled} rows without gold label, {self.skipped} invalid"
            raise InputError(f"{self.source}: no labelled pairs found ({counts})")
        scheme = scheme_of({pair.label for pair in self.pairs}, self.source)
        fits = {*scheme.classes, *itertools.chain.from_iterable(scheme.joined)}
        kept = [k for k, pair in enumerate(self.pairs) if pair.label in fits]
        chosen = LabelledSet(
            self.source,
            [self.pairs[k] for k in kept],
            self.unlabelled,
            self.skipped,
            len(self.pairs) - len(kept),
            [self.rows[k] for k in kept],
            licence=self.facts.get("licence"),
            where=dict(where),
            scheme=scheme,
        )
        splits = {where.get("split", ""), *(str(row.get("split", "")) for row in chosen.rows)}
        return replace(chosen, role=sources.role(self.source, chosen.data_hash, splits))


def _columns(row: Row, source: str, asked: Sequence[str | None]) -> tuple[str, str, str]:
    premise, hypothesis, label = _find_columns(row, source, asked)
    return premise, hypothesis, label


def _find_columns(row: Row, source: str, asked: Sequence[str | None]) -> list[str]:
    """The columns of premise, hypothesis and, if three are asked for, label: those named, else by usual names in any case of letters."""
    folded = {str(name).lower(): str(name) for name in reversed(list(row))}
    found = []
    for what, names, wanted in zip(PARTS, ALIASES, asked, strict=False):
        name = wanted if wanted in row else None if wanted else next((folded[n] for n in names if n in folded), None)
        if name is None:
            missing = f"no column {wanted!r}" if wanted else f"no {what} column"
            expected = "premise, hypothesis and label" if len(asked) == 3 else "premise and hypothesis"
            raise InputError(
                f"{source}: {missing}; found {column_names(row)}; expected {expected}, or name the columns"
            )
        found.append(name)
    return found
