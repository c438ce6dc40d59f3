"""Speakers read from the words themselves, where parsers go astray: tags between commas and quotation marks, labels before colons.

A reporting verb, or a colon -> the token that heads the speaker's phrase, or None.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from nli.lexicon import DOCUMENTS, NEEDS_CLAUSE, PLAIN_VERBS, RECORD_VERBS, SPEECH_VERBS
from nli.names import is_person
from nli.naming import can_speak, is_named_person
from nli.parsed import FINITE, SUBJECTS, TENSED, entities, entity_at

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

RELATIVE = {"relcl", "acl"}
BREAKS = {",", '"', ":", ";", "-", "–", "—", "'", ")"}
_PHRASE_STARTS = {"DET", "ADJ", "NOUN", "PROPN"}


def before_colon(sentence: Span, quoted: list[bool]) -> Token | None:
    """Whoever stands before a colon with what they say behind it: "Anna Keller, the mayor: the bridge will close", "She told it
    like this: “We had ...”". Without a quotation behind the colon nothing but their name and office may stand before it."""
    colon = next((t for t in sentence if t.text == ":" and not quoted[t.idx]), None)
    if colon is None or colon.i >= sentence.end - 2 or colon.i - sentence.start < 1:
        return None
    lead = [t for t in sentence if t.i < colon.i]
    if any(quoted[t.idx] for t in lead):
        return None
    finite = any(t.tag_ in TENSED and t.dep_ not in RELATIVE for t in lead)
    if quoted[sentence.doc[colon.i + 1].idx]:
        subjects = [t for t in lead if t.dep_ in SUBJECTS and t.head.dep_ not in RELATIVE]
        main = next((t for t in subjects if t.lower_ in {"he", "she", "it"} or can_speak(t)), None)
        if main is not None and main.lower_ == "it" and main.head.lemma_ == "be":
            return None  # "It was the mayor who had known: “She told us.”"
        return main if finite else _first_person(lead)
    named = _first_person(lead)
    return None if finite or len(lead) > 14 or named is None or _told_of(named) else named


def _first_person(words: list[Token]) -> Token | None:
    return next((t for t in words if is_named_person(t)), None)


def _told_of(person: Token) -> bool:
    """ "Anna Keller murder: police find no trace", "The case against Anna Keller: no trace": whom a headline is about."""
    name = entity_at(person)
    assert name is not None  # a person is an entity
    before = name.doc[name.start - 1] if name.start else None
    followed = name.end < len(name.doc) and name.doc[name.end].pos_ in {"NOUN", "VERB"}
    return followed or (before is not None and before.pos_ == "ADP")


def tagged(verb: Token, sentence: Span) -> Token | None:
    """The subject of a tag set off by commas or quotation marks: ", she said", ", Anna Keller, the mayor's deputy, told us"."""
    doc = verb.doc
    if verb.i <= sentence.start + 1:
        return None
    if _reads(verb, sentence):
        return doc[verb.i - 1]
    if not (verb.lemma_ in SPEECH_VERBS or goes_on(verb)):
        return None
    reduced = verb.tag_ == "VBN" and verb.lemma_ in PLAIN_VERBS | {"insist", "repeat"} and sentence[0].text == '"'
    if verb.tag_ not in FINITE and not reduced:
        return None
    last = doc[verb.i - 1]
    if last.lower_ in {"also", "then"} and last.i > sentence.start + 1:
        last = doc[last.i - 1]
    before = doc[last.i - 1]
    if last.lower_ in {"he", "she", "it", "they"}:
        aside = (verb.dep_ not in RELATIVE or _closed(verb, sentence)) and not _does(verb)
        return last if before.text in BREAKS and aside and last.i > sentence.start else None
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    final = last.pos_ == "NOUN" and last == subject and verb.i + 2 >= sentence.end  # "..., the fire service reported."
    if subject is not None and (goes_on(verb) or final) and subject.left_edge.i > sentence.start:
        return subject if subject.left_edge.nbor(-1).text in BREAKS and can_speak(subject) else None
    apposed = last.text == ","
    if apposed and subject is not None and subject.pos_ == "PROPN" and subject.left_edge.i == sentence.start:
        return None  # "Anna Keller, of the bank Peter Reed, said": no tag
    plain = verb.lemma_ in PLAIN_VERBS or verb.lemma_ == "go"
    ends = [_before_apposition(last, sentence), before] if apposed else [last]
    named = next((e for end in ends if end is not None and (e := _name_at(end, sentence))), None)
    return named[-1] if named is not None and (apposed or plain) else None


def _reads(verb: Token, sentence: Span) -> bool:
    """ "The gate, the log notes, was open": the tag of a writing. The parser takes many such a verb for a noun."""
    writing = verb.doc[verb.i - 1]
    if writing.lower_ not in DOCUMENTS or verb.lemma_ not in RECORD_VERBS or not _closed(verb, sentence):
        return False
    earlier = reversed(list(verb.doc[sentence.start + 1 : writing.i]))
    before = next((t for t in earlier if t.pos_ not in {"ADJ", "DET"}), None)
    return before is not None and before.text in BREAKS and before.i < writing.i - 1


def _does(verb: Token) -> bool:
    """ "After the flood, she called the fire service.": what a verb that often reports does with a thing."""
    parts = {c.dep_ for c in verb.children}
    return verb.lemma_ in NEEDS_CLAUSE and "dobj" in parts and not parts & {"ccomp", "oprd", "xcomp"}


def _name_at(end: Token, sentence: Span) -> Span | None:
    """The name that a tag ends with, if the tag opens with a comma or quotation mark not far before."""
    doc = end.doc
    for entity in entities(doc):
        if entity.start <= end.i < entity.end + 2 and entity.start > sentence.start and is_person(entity):
            start = next(
                (c for c in (doc[i] for i in range(entity.start - 1, sentence.start, -1)) if c.text in BREAKS), None
            )
            return entity if start is not None and entity.start - start.i <= 8 else None
    return None


def goes_on(verb: Token) -> bool:
    """ "The chain, Keller went on, was a fable." """
    after = verb.doc[verb.i + 1 : verb.i + 3]
    return len(after) == 2 and verb.lemma_ == "go" and after[0].lower_ == "on" and after[1].text in BREAKS | {"."}


def _closed(verb: Token, sentence: Span) -> bool:
    """ "Nothing has burst since six, he says, and": whether a break follows right after a verb."""
    return verb.i + 1 < sentence.end and verb.doc[verb.i + 1].text in BREAKS | {"."}


def _before_apposition(comma: Token, sentence: Span) -> Token | None:
    """What an apposition without a verb that ends at a comma belongs to: "Anna Keller, one of the nine, told us"."""
    words = list(takewhile(lambda t: t.text != ",", (comma.doc[i] for i in range(comma.i - 1, sentence.start, -1))))
    if all(t.pos_ == "PROPN" for t in words):
        return None  # the name itself
    if len(words) > 8 or any(t.tag_ in TENSED or t.text in BREAKS for t in words):
        return None
    return comma.doc[words[-1].i - 2] if words[-1].i - 2 > sentence.start else None


def inverted(verb: Token, sentence: Span) -> Token | None:
    """The subject of a tag turned round: "The bridge is shut, said the head of the works department." The parser often takes
    it for the object, and a noun of what is reported for the subject."""
    if verb.lemma_ not in PLAIN_VERBS - {"tell"} or verb.tag_ not in FINITE or verb.i <= sentence.start + 1:
        return None
    if verb.doc[verb.i - 1].text not in {",", '"', "'"} or verb.i + 1 >= sentence.end:
        return None
    after = list(takewhile(lambda t: t.text not in {",", ";", '"'}, (t for t in sentence if t.i > verb.i)))
    begins = verb.doc[verb.i + 1]
    if any(t.tag_ in TENSED for t in after) or not (begins.pos_ in _PHRASE_STARTS or begins.tag_ == "PRP$"):
        return None
    nouns = [t for t in after if t.pos_ in {"NOUN", "PROPN"}]
    heads = [t for t in nouns if t.dep_ not in {"compound", "poss", "nmod", "amod"} or t.head.i < verb.i]
    return heads[0] if heads and can_speak(heads[0]) else None


def beside(verb: Token, sentence: Span, quoted: list[bool]) -> Token | None:
    """The name or pronoun right before or after "said", where the parser lost the subject among quotations."""
    had = any(c.lower_ == "had" for c in verb.children)
    if not (verb.tag_ in FINITE or had) or verb.dep_ in RELATIVE:
        return None
    before = [t for t in sentence if t.i < verb.i and t.text != "," and not (had and t.lower_ == "had")][-1:]
    after = [t for t in sentence if t.i > verb.i and t.dep_ not in {"det", "amod", "compound"}][:1]
    for token in before + after:
        fits = (
            token.pos_ == "PROPN"
            or token.lower_ in {"he", "she", "they"}
            or (token.pos_ == "NOUN" and can_speak(token))
        )
        if fits and not quoted[token.idx]:
            return token
    return None


def detached(verb: Token, sentence: Span) -> Token | None:
    """The subject that the parser took for an apposition: "In Vienna, an official in the ministry said that ..." """
    if verb.tag_ not in FINITE:
        return None
    comma = next(
        (i for i in range(verb.i - 2, max(verb.i - 14, sentence.start), -1) if verb.doc[i].text in {",", '"'}), None
    )
    if comma is None or verb.doc[comma + 1].pos_ != "DET":
        return None
    return next((t for t in verb.doc[comma + 1 : verb.i] if t.pos_ == "NOUN" and can_speak(t)), None)
