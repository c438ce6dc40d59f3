"""Whom a subject names: the person, body or writing behind the words that stand before a reporting verb."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nli.cast import Cast
from nli.lexicon import BODIES, DOCUMENTS, GENDERED_TITLES, HUMANS, TITLES
from nli.names import ORGANISATIONS, is_person, phrase, strip_titles, title_before, whole_name

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_PARTICLES = "van von de der den del della da dos di du la le el al bin ibn ben ter ten af av y e".replace(" ", "|")
_NAME = re.compile(rf"[^\W\d_][\w’'.-]*(?:\s+(?:(?:{_PARTICLES})\s+)*[^\W\d_][\w’'.-]*)*")
_APPOSED_NAME = re.compile(
    r",?\s+((?:(?:Mr|Mrs|Ms|Dr|Sir)\.?\s+)?[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:[a-z]{2,3}\s+)?[A-ZÀ-Þ][\w’'.-]*)+)(?=,|\s+(?:said|told|says|added))"
)


@dataclass(frozen=True)
class Attribution:
    """The speaker of a sentence, the words that name them there, and whether those words are only a pronoun."""

    speaker: str
    start: int  # characters of the parsed text
    end: int
    pronoun: bool


def name(subject: Token, cast: Cast) -> Attribution | None:
    """Resolves the phrase headed by `subject` to a speaker."""
    if subject.pos_ == "PRON" and subject.lower_ in {"he", "she", "they", "it"}:
        speaker = cast.pronoun(subject.lower_)
        if speaker is None:
            return None
        return Attribution(speaker, subject.idx, subject.idx + len(subject), True)
    words = phrase(subject)
    person = _person_in(subject, words)
    if person is not None:
        speaker = cast.speaking(cast.person(person), person=True)
    elif kind := _kind(subject):
        speaker = cast.description(words.text, subject.lower_)
        cast.speaking(speaker, person=kind == "person")
    else:
        return None
    if not speaker:
        return None
    return Attribution(speaker, words.start_char, words.end_char, False)


def _kind(subject: Token) -> str | None:
    """Whether a noun that is no personal name can speak: as a "person", as a "body" (or a writing), or not at all (None)."""
    head = subject.lower_
    singular = head[:-1] if head.endswith("s") else head
    name = subject.pos_ == "PROPN" and subject.text[0].isupper()
    if name or subject.ent_type_ in ORGANISATIONS or {head, singular} & (BODIES | DOCUMENTS):
        return "body"
    if {head, singular} & HUMANS or head.endswith(("man", "woman", "person", "ist", "ologist")):
        return "body" if head != singular else "person"
    plural = {"people", "others", "men", "women", "children", "many", "some", "both", "critics", "supporters"}
    return "body" if head in plural else None


def _person_in(subject: Token, words: Span) -> str | None:
    """The personal name that `subject` bears: itself, or in apposition ("the chairman, Festus Walsh, said")."""
    bearers = [subject, *(c for c in subject.children if c.dep_ == "appos")]
    for bearer in bearers:
        for entity in bearer.doc.ents:
            if is_person(entity) and entity.start <= bearer.i < entity.end:
                name = whole_name(entity)
                title = title_before(name)
                return f"{title} {name.text}" if title in GENDERED_TITLES else name.text
    following = _APPOSED_NAME.match(subject.doc.text, words.end_char)
    if following and subject.pos_ == "NOUN":
        return following.group(1)
    for bearer in bearers:
        if bearer.pos_ == "PROPN" and bearer.ent_type_ not in ORGANISATIONS:
            borne = whole_name(bearer.doc[bearer.i : bearer.i + 1]).text
            found = _NAME.findall(strip_titles(borne))
            name = found[-1] if found else ""
            capitalised = [w for w in name.split() if w[0].isupper()]
            if len(capitalised) >= 2 or borne.split()[0].rstrip(".").lower() in TITLES:
                return borne if borne.split()[0].rstrip(".").lower() in GENDERED_TITLES else name
    return None
