"""Leads that hold a name back: "A former harbour pilot said ..." and, in the paragraph after, "Anna Keller, 61, told ..."."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from nli.attribution import attribution
from nli.cast import Cast
from nli.lexicon import HUMANS, KNOWN_OFFICES, QUALIFIERS, TITLES
from nli.names import aged, described, persons, strip_titles, surnames
from nli.naming import Attribution
from nli.speakers import quotations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Span


def link(cast: Cast, paragraphs: list[tuple[str, Doc]]) -> None:
    """Gives the person described in the lead the name that comes after it: of whoever is named with the same office ("Sheriff Peter
    Reed" for "the sheriff of an Ohio county"), or of the first speaker named without any description, for "a former pilot" only
    when an age stands by the name, as by that of somebody new. Readers are meant to join the two."""
    rehearsal = deepcopy(cast)
    heard = ((n, doc, given) for n, (text, doc) in enumerate(paragraphs) if (given := _speaker(text, doc, rehearsal)))
    lead, doc, given = next(heard, (0, None, None))
    role = _held_back(given, doc, cast) if given and doc else None
    if role is None:
        return
    so_far = " ".join(text for text, _ in paragraphs[: lead + 1])
    first = True
    for text, doc in paragraphs[lead + 1 :]:
        for name, speaks in _named(text, doc, rehearsal):
            known = any(re.search(rf"\b{re.escape(surname)}\b", so_far) for surname in surnames(name))
            unknown = role.root.lower_ not in KNOWN_OFFICES and not _described(doc, name)
            meant = first and unknown and _introduced(role, doc, name, speaks)
            if not known and (meant or _same_office(role, cast.traits.get(name, set()))):
                told = {w.lower() for w in re.findall(r"\w+", role.text)}
                cast.traits.setdefault(name, set()).update(told - QUALIFIERS)
                cast.held_back[role.text] = name
                return
            first = False


def _speaker(text: str, doc: Doc, cast: Cast) -> Attribution | None:
    """The first speaker of a paragraph."""
    quoted = quotations(text)[0]
    heard = (attribution(sentence, quoted, cast) for sentence in doc.sents)
    return next((given for given in heard if given and not given.pronoun), None)


def _held_back(given: Attribution, doc: Doc, cast: Cast) -> Span | None:
    """The words for a speaker without a name: "former soldier", "sheriff of an Ohio county"; None for bodies, groups and names."""
    words = doc.char_span(given.start, given.end)
    if words is None or given.speaker in cast.names or words[0].lower_ in {"some", "another"}:
        return None
    if words.root.lower_ not in HUMANS or words.root.tag_ != "NN" or "coast guard" in words.text:
        return None
    return words[1:] if words[0].pos_ == "DET" and len(words) > 1 else words


def _introduced(role: Span, doc: Doc, name: str, speaks: bool) -> bool:
    """Whether a name without a description can be the one held back: of "the", any speaker's; of "a", one with an age, that speaks
    or is told of where the lead tells of nobody else."""
    before = role.doc[role.start - 1].lower_ if role.start else ""
    if before not in {"a", "an"}:
        return speaks
    alone = not any(t.lower_ in HUMANS and t != role.root for t in role.doc)
    return (speaks or alone) and any(aged(p) for p in persons(doc[:]) if strip_titles(p.text) == name)


def _same_office(role: Span, told: set[str]) -> bool:
    """ "Sheriff", "the sheriff of an Ohio county"; but not "the foreign minister", "the finance minister"."""
    words = {t.lower_ for t in role}
    return role.root.lower_ in told and (told <= words or words <= told)


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
    """Whether something tells who a person is, beside the name or, where the recogniser sees none, right before it."""
    borne = [p for p in persons(doc[:]) if strip_titles(p.text) == name]
    if borne:
        return any(described(p) or p[0].lower_ in HUMANS | TITLES for p in borne)
    before = re.search(rf"([\w-]+)\.?\s+{re.escape(name)}", doc.text)
    return before is not None and before[1].lower() in HUMANS | TITLES
