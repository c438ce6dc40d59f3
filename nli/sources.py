"""Where labelled rows come from: a file, a folder saved by `datasets`, or a hub name; and what is known about it beforehand.

datasets.json lists widely used sets by hub name (`owner/name[/config]`): columns, label names, licence, role of each split.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nli.errors import InputError, first_line
from nli.readers import FORMATS, Rejected, read_rows
from nli.rows import Row

_ROLES = {
    "train": "train", "training": "train", "dev": "dev", "development": "dev", "val": "dev", "valid": "dev",
    "validation": "dev", "test": "test", "testing": "test",
}  # fmt: skip


@cache
def registry() -> dict[str, dict[str, Any]]:
    """The known sets by hub name."""
    known: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("datasets.json").read_text(encoding="utf-8"))
    return known


def known(source: str) -> dict[str, Any]:
    """What the registry says about a source; empty for files, folders and unknown names."""
    return {} if Path(source).exists() else registry().get(source.partition(":")[0], {})


def role(source: str, data_hash: str, splits: Iterable[str]) -> str | None:
    """train, dev or test: by the registry (name, file name or content), else by the names of splits and of the file.

    `splits`: names the rows were selected by or carry. When the names disagree, test wins, to be safe.
    """
    name, _, split = source.partition(":")
    stem = re.sub(r"\.(jsonl|ndjson|csv|tsv|parquet)(\.(gz|zst))?$", "", Path(name).name)
    for facts in registry().values():
        if found := facts.get("hashes", {}).get(data_hash) or facts.get("files", {}).get(stem):
            return str(found)
    if found := known(source).get("splits", {}).get(re.split(r"\W", split)[0]):
        return str(found)
    words = re.split(r"[\W_]+", " ".join([stem, split, *splits]).lower())
    roles = {_ROLES[word] for word in words if word in _ROLES}
    return "test" if "test" in roles else next(iter(roles)) if len(roles) == 1 else None


def read(source: str, *, reject: Callable[[Rejected], None]) -> Iterator[tuple[int, Row]]:
    """The rows of a source with their line numbers; broken rows go to `reject`. Raises InputError."""
    path, (folder, _, split) = Path(source), source.partition(":")
    if path.is_dir():
        yield from _saved(source, None)
    elif split and Path(folder).is_dir():
        yield from _saved(folder, split)
    elif source == "-" or path.suffix.lower() in FORMATS or path.exists():
        yield from read_rows(source, reject=reject)
    else:
        yield from _hub(source)


def matching(rows: Iterable[tuple[int, Row]], where: Mapping[str, str], source: str) -> Iterator[tuple[int, Row]]:
    """The rows whose columns have the values of `where`. Raises InputError when the first row lacks such a column."""
    for number, (line, row) in enumerate(rows):
        missing = [name for name in where if name not in row]
        if missing and not number:
            raise InputError(f"{source}: no column {missing[0]!r} to select rows by; found {', '.join(map(str, row))}")
        if all(str(row.get(name)) == value for name, value in where.items()):
            yield line, row


def _saved(folder: str, split: str | None) -> Iterator[tuple[int, Row]]:
    from datasets import Dataset, load_from_disk

    try:
        saved = load_from_disk(folder)
    except Exception as error:  # datasets raises several types for folders that are not its own
        raise InputError(f"{folder}: not a folder saved by datasets ({first_line(error)})") from error
    if isinstance(saved, Dataset) and split:
        raise InputError(f"{folder}: holds one set without splits; leave out :{split}")
    if not isinstance(saved, Dataset):
        if split not in saved:
            named = f"no split {split!r}; " if split else ""
            raise InputError(
                f"{folder}: {named}holds the splits {', '.join(saved)}; name one, for example {folder}:{next(iter(saved))}"
            )
        saved = saved[split]
    yield from _named_labels(saved)


def _hub(name: str) -> Iterator[tuple[int, Row]]:
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
