"""What stands in a parsed paragraph, put together once: spaCy goes through the whole of it each time it is asked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


FINITE = {"VBD", "VBZ", "VBP"}
TENSED = FINITE | {"MD"}
SUBJECTS = {"nsubj", "nsubjpass"}


@lru_cache(maxsize=1)
def text_of(doc: Doc) -> str:
    return str(doc.text)


@lru_cache(maxsize=1)
def entities(doc: Doc) -> tuple[Span, ...]:
    return tuple(doc.ents)


def entities_in(span: Span) -> list[Span]:
    """Those that stand wholly inside."""
    return [e for e in entities(span.doc) if span.start <= e.start and e.end <= span.end]


def entity_at(token: Token) -> Span | None:
    """The one that a word is a part of."""
    return next((e for e in entities(token.doc) if e.start <= token.i < e.end), None)
