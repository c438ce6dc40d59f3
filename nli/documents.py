"""What `detect` is given -> documents with names, each of them text."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from nli.errors import InputError
from nli.records import Document


def documents_of(given: str | Document | Iterable[str | Document]) -> list[Document]:
    """The documents, bare texts named "text" or "text 1", "text 2", ... Raises InputError for anything else than text."""
    if isinstance(given, Mapping):
        raise InputError(
            f"expected texts or Documents, found {type(given).__name__}; "
            "give [nli.Document(name, text) for name, text in texts.items()]"
        )
    items = [given] if isinstance(given, (str, Document)) or not isinstance(given, Iterable) else list(given)
    names = ["text"] if len(items) == 1 else [f"text {n}" for n in range(1, len(items) + 1)]
    documents = [_document(name, item) for name, item in zip(names, items, strict=True)]
    repeated = [name for name, times in Counter(d.name for d in documents).items() if times > 1]
    if repeated:
        raise InputError(
            f"{repeated[0]}: the name of several documents; claims refer to them by name, so give each its own"
        )
    return documents


def whole(text: str) -> bool:
    """Whether all of it are characters: half of a surrogate pair is none, and has no place in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _document(name: str, item: object) -> Document:
    if not isinstance(item, (str, Document)):
        raise InputError(f"{name}: expected text or a Document, found {type(item).__name__}")
    if isinstance(item, str) and _names_a_file(item):
        raise InputError(f"{item}: the name of a file, where its text is expected; give Path({item!r}).read_text()")
    document = Document(name, item) if isinstance(item, str) else item
    _check(document)
    return document


def _check(document: Document) -> None:
    name, text, date = document.name, document.text, document.date
    for what, value in (("name", name), ("text", text)):
        if not isinstance(value, str):
            raise InputError(f"document {name!r}: its {what} is {type(value).__name__}, expected str")
    if not whole(text):
        raise InputError(
            f"{name}: has half of a surrogate pair, which is no character; decode the text with errors='replace'"
        )
    if date is not None and type(date) is not datetime.date:
        raise InputError(
            f"{name}: its date is {type(date).__name__} {date!r}, expected datetime.date, as in datetime.date(2014, 6, 16)"
        )


def _names_a_file(text: str) -> bool:
    try:
        return len(text) < 500 and "\n" not in text and Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return False
