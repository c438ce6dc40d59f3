"""Labelled pairs -> an `Evaluation`: numbers with intervals and where they come from. Files by our readers, names by `datasets`."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nli.errors import InputError, first_line
from nli.readers import FORMATS, Rejected, Row, read_rows, text_cell
from nli.records import LABELS, LabelledPair
from nli.scoring import Scorer

PREMISES = ("premise", "sentence1", "text_a", "context", "evidence")
HYPOTHESES = ("hypothesis", "sentence2", "text_b", "statement", "claim")
GOLD = ("label", "gold_label", "gold", "answer")
_VALUES = {
    "entailment": 0, "neutral": 1, "contradiction": 2, "e": 0, "n": 1, "c": 2,
    "supports": 0, "not enough info": 1, "refutes": 2, "entails": 0, "contradicts": 2,
}  # fmt: skip
_NO_GOLD = {
    "",
    "-",
    "-1",
    "none",
    "not_entailment",
    "not_contradiction",
}  # two-way labels are no gold for three classes


@dataclass(frozen=True)
class LabelledSet:
    """Pairs with gold labels, where they are from, the hash of their content, and how many rows had to be left out."""

    name: str
    pairs: list[LabelledPair]
    unlabelled: int = 0
    skipped: int = 0

    @property
    def data_hash(self) -> str:
        """SHA-256 over premise, hypothesis and label of every row in order, as JSON lines."""
        digest = hashlib.sha256()
        for pair in self.pairs:
            digest.update((json.dumps([pair.premise, pair.hypothesis, pair.label]) + "\n").encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Evaluation:
    """The numbers of one model on one labelled set."""

    numbers: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.numbers

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name]

    def markdown(self) -> str:
        """Two small tables: the overall numbers with their 95 % intervals, and the classes."""
        n = self.numbers
        lines = ["| measure | value | 95 % interval |", "|---|---|---|"]
        flat = {**n, "contradiction_f1": n["per_class"]["contradiction"]["f1"]}
        for name in ("accuracy", "macro_f1", "contradiction_f1", "contradiction_average_precision", "ece", "brier"):
            low_high = n["intervals"].get(name)
            span = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
            lines.append(f"| {name.replace('_', ' ')} | {_number(flat[name])} | {span} |")
        lines += ["", "| class | precision | recall | F1 | rows |", "|---|---|---|---|---|"]
        for name, c in n["per_class"].items():
            lines.append(
                f"| {name} | {_number(c['precision'])} | {_number(c['recall'])} | {_number(c['f1'])} | {c['support']} |"
            )
        return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def evaluate_set(
    labelled: LabelledSet, scorer: Scorer, *, progress: Callable[[int], object] | None = None
) -> Evaluation:
    """Scores a labelled set premise -> hypothesis and measures it."""
    from nli import metrics

    table = scorer.score([(p.premise, p.hypothesis) for p in labelled.pairs], progress=progress)
    truth = np.array([LABELS.index(p.label) for p in labelled.pairs])
    numbers = {
        "data": labelled.name,
        "data_hash": labelled.data_hash,
        "model": scorer.checkpoint.name,
        "model_hash": weights_hash(scorer.checkpoint.path),
        "n": len(labelled.pairs),
        "unlabelled": labelled.unlabelled,
        "skipped": labelled.skipped,
        "truncated": table.truncated,
        **metrics.measure(truth, table.probabilities),
        "intervals": metrics.intervals(truth, table.probabilities, np.array([p.premise for p in labelled.pairs])),
    }
    return Evaluation(numbers)


def weights_hash(folder: Path) -> str:
    """SHA-256 over the hashes of a checkpoint's weight files, in the order of their names."""
    files = sorted([*folder.glob("*.onnx"), *folder.glob("*.safetensors")])
    return hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in files)).hexdigest()


def load_pairs(
    source: str, *, where: Mapping[str, str] | None = None, limit: int | None = None, skip_invalid: bool = False
) -> LabelledSet:
    """The labelled pairs of a file (jsonl, csv, tsv, parquet; jsonl may be .gz), a saved `datasets` folder, or a hub name such as
    `nyu-mll/multi_nli:validation_mismatched` (`name[/config]:split`).

    `where` keeps rows with these column values. Rows without a gold label are counted and left out. Raises InputError.
    """
    skipped = 0

    def reject(rejected: Rejected) -> None:
        nonlocal skipped
        if not skip_invalid:
            raise InputError(f"{source}:{rejected.line}: {rejected.reason}")
        skipped += 1

    rows = (r for r in _rows(source, reject) if all(str(r[1].get(k)) == v for k, v in (where or {}).items()))
    pairs, unlabelled = [], 0
    columns: tuple[str, str, str] | None = None
    for line, row in itertools.islice(rows, limit):
        columns = columns or _columns(row, source)
        try:
            label = _label(row.get(columns[2]))
            if label is None:
                unlabelled += 1
            else:
                pairs.append(LabelledPair(text_cell(row, columns[0]), text_cell(row, columns[1]), label))
        except ValueError as error:
            reject(Rejected(line, str(error)))
    if not pairs:
        raise InputError(f"{source}: no labelled pairs found ({unlabelled} rows without gold label, {skipped} invalid)")
    return LabelledSet(source, pairs, unlabelled, skipped)


def from_rows(rows: Iterable[LabelledPair | Mapping[str, Any] | tuple[str, str, str]]) -> LabelledSet:
    """A labelled set from rows in memory: LabelledPair, mappings with the usual column names, or (premise, hypothesis, label)."""
    pairs, unlabelled = [], 0
    for number, row in enumerate(rows):
        try:
            premise, hypothesis, gold = _parts(row)
            label = _label(gold)
            named: Row = {"premise": premise, "hypothesis": hypothesis}
            texts = text_cell(named, "premise"), text_cell(named, "hypothesis")
        except (ValueError, TypeError) as error:
            raise InputError(f"row {number}: {error}") from error
        if label is None:
            unlabelled += 1
        else:
            pairs.append(LabelledPair(*texts, label))
    if not pairs:
        raise InputError("no labelled rows; expected at least one of premise, hypothesis and label")
    return LabelledSet("rows", pairs, unlabelled)


def _parts(row: LabelledPair | Mapping[str, Any] | tuple[str, str, str]) -> tuple[Any, Any, Any]:
    if isinstance(row, LabelledPair):
        return row.premise, row.hypothesis, row.label
    if isinstance(row, Mapping):
        premise, hypothesis, gold = (row[name] for name in _columns(dict(row), "the row"))
        return premise, hypothesis, gold
    premise, hypothesis, gold = row
    return premise, hypothesis, gold


def _rows(source: str, reject: Callable[[Rejected], None]) -> Iterator[tuple[int, Row]]:
    path = Path(source)
    if path.is_dir():
        yield from _saved_rows(source)
    elif source == "-" or path.suffix.lower() in FORMATS or path.exists():
        yield from read_rows(source, reject=reject)
    else:
        yield from _hub_rows(source)


def _saved_rows(folder: str) -> Iterator[tuple[int, Row]]:
    from datasets import Dataset, load_from_disk

    try:
        saved = load_from_disk(folder)
    except Exception as error:  # datasets raises several types for folders that are not its own
        raise InputError(f"{folder}: not a folder saved by datasets ({first_line(error)})") from error
    if not isinstance(saved, Dataset):
        raise InputError(
            f"{folder}: holds several splits ({', '.join(saved)}); name one, for example {folder}/{next(iter(saved))}"
        )
    yield from _named_labels(saved)


def _hub_rows(name: str) -> Iterator[tuple[int, Row]]:
    from datasets import load_dataset

    repository, _, split = name.partition(":")
    owner_name, config = repository.split("/")[:2], repository.split("/")[2:]
    if not split:
        raise InputError(f"{name}: no such file; a hub data set needs its split, for example stanfordnlp/snli:test")
    try:
        loaded = load_dataset("/".join(owner_name), *config, split=split)
    except Exception as error:  # network, missing names and scripts all raise their own types
        raise InputError(f"{name}: no such file, and the hub did not deliver it ({first_line(error)})") from error
    yield from _named_labels(loaded)


def _named_labels(data: Any) -> Iterator[tuple[int, Row]]:
    """Rows with the names of a ClassLabel column instead of its integers: 0, 1, 2 mean what the data set says they mean."""
    from datasets import ClassLabel

    classes = {name: feature for name, feature in data.features.items() if isinstance(feature, ClassLabel)}
    for number, row in enumerate(data, 1):
        named = {k: classes[k].int2str(row[k]) if row[k] is not None and row[k] >= 0 else None for k in classes}
        yield number, {**row, **named}


def _columns(row: Row, source: str) -> tuple[str, str, str]:
    found = [next((name for name in names if name in row), None) for names in (PREMISES, HYPOTHESES, GOLD)]
    if None in found:
        what = ("premise", "hypothesis", "label")[found.index(None)]
        raise InputError(f"{source}: no {what} column; found {', '.join(row)}; expected premise, hypothesis and label")
    return str(found[0]), str(found[1]), str(found[2])


def _label(value: object) -> str | None:
    """The gold label by name; None where there is none. Raises ValueError for anything else, bare integers included."""
    text = str(value).strip().lower() if value is not None else ""
    if text in _NO_GOLD:
        return None
    if text in _VALUES:
        return LABELS[_VALUES[text]]
    hint = "; integers say nothing without the data set's label names" if text.isdigit() else ""
    raise ValueError(f"label {value!r}; expected entailment, neutral or contradiction{hint}")
