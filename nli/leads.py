"""Leads that hold a name back: "A former harbour pilot said ..." and, in the paragraph after, "Anna Keller, 61, told ..."."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from nli.attribution import attribution
from nli.cast import Cast
from nli.lexicon import HUMANS, QUALIFIERS
from nli.names import described, persons, strip_titles
from nli.naming import Attribution
from nli.speakers import quotations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Span


def link(cast: Cast, paragraphs: list[tuple[str, Doc]]) -> None:
    """Gives the person described in the lead the name that comes after it: of the first speaker named without any description
    of their own, or named with the same one ("Sheriff Peter Reed" for "the sheriff of an Ohio county"), or of whom the next
    paragraph opens with, where the lead tells of "a former pilot" and of nobody else. Readers are meant to join the two."""
    rehearsal = deepcopy(cast)
    lead = next((n for n, (text, doc) in enumerate(paragraphs) if _speaker(text, doc, rehearsal)), None)
    if lead is None:
        return
    role = _held_back(*paragraphs[lead], rehearsal)
    if role is None:
        return
    before = role.doc[role.start - 1].lower_ if role.start else ""
    alone = before in {"a", "an"} and not any(t.lower_ in HUMANS and t != role.root for t in role.doc)
    first = True
    for text, doc in paragraphs[lead + 1 :]:
        for name, speaks in _named(text, doc, rehearsal):
            described_as = cast.traits.get(name, set())
            same = role.root.lower_ in described_as and not QUALIFIERS & described_as
            if same or (first and not _described(doc, name) and (speaks or alone)):
                cast.traits.setdefault(name, set()).update(w.lower() for w in re.findall(r"\w+", role.text))
                cast.held_back[role.text] = name
                return
            first = False


def _speaker(text: str, doc: Doc, cast: Cast) -> Attribution | None:
    """The first speaker of a paragraph."""
    quoted = quotations(text)[0]
    heard = (attribution(sentence, quoted, cast) for sentence in doc.sents)
    return next((given for given in heard if given and not given.pronoun), None)


def _held_back(text: str, doc: Doc, cast: Cast) -> Span | None:
    """The words for the person without a name who speaks first in the lead: "former soldier", "sheriff of an Ohio county"."""
    given = _speaker(text, doc, cast)
    words = doc.char_span(given.start, given.end) if given else None
    if given is None or words is None or given.speaker in cast.names:
        return None
    if words.root.lower_ not in HUMANS or words.root.tag_ in {"NNS", "NNPS"} or "coast guard" in words.text:
        return None  # bodies and groups have no name that could be held back
    bare = words[1:] if words[0].lower_ in {"a", "an", "the", "one"} and len(words) > 1 else words
    return None if words[0].lower_ in {"some", "another"} or bare.text != given.speaker else bare


def _named(text: str, doc: Doc, cast: Cast) -> Iterator[tuple[str, bool]]:
    """The persons by name that a paragraph opens with, or who speak in it, in order; and whether they speak."""
    quoted = quotations(text)[0]
    for n, sentence in enumerate(doc.sents):
        given = attribution(sentence, quoted, cast)
        if given and not given.pronoun and given.speaker in cast.names:
            yield given.speaker, True
        elif n == 0:
            opening = next((p for p in persons(sentence) if p.start == sentence.start), None)
            if opening is not None and (name := cast.person(opening.text)) in cast.names:
                yield name, False


def _described(doc: Doc, name: str) -> bool:
    return any(described(p) for p in persons(doc[:]) if strip_titles(p.text) == name)
