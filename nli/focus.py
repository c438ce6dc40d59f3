"""Whom and what a sentence leaves in mind: the persons that "he" can mean after it, the company and the letter that "it" can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.cast import ANYBODY, ARTICLE, belonging
from nli.lexicon import AMBIGUOUS_HUMANS, BODIES, COMPANIES, DOCUMENTS, HUMANS, ISSUING_VERBS, PRONOUN_GENDER
from nli.names import ORGANISATIONS, phrase
from nli.naming import is_named_person
from nli.newcomers import equated, is_new_person
from nli.parsed import SUBJECTS, entities_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Span, Token

    from nli.cast import Cast

_SUMMONS = {"call", "interview", "question", "summon"}

_Mention = tuple[bool, int, str]  # whether it is a subject, how near to the main clause (0 at most), and who


def follow(cast: Cast, sentence: Span, quoted: list[bool]) -> None:
    """Puts the persons that a sentence is about (its subjects) in focus for the pronouns that come; the subject of its
    main clause last. Whoever is named in a sentence without such a subject, or described there, can be meant too."""
    _note_organisations(cast, sentence, quoted)
    _note_things(cast, sentence, quoted)
    found = [*_named(cast, sentence, quoted), *_described(cast, sentence, quoted)]
    has_subject = any(subject for subject, _, _ in found) or any(
        t.lower_ in PRONOUN_GENDER and t.dep_ in SUBJECTS for t in sentence
    )
    genders = {cast.gender(name_) for subject, _, name_ in found if subject}
    for subject, _, name_ in sorted(found, key=lambda f: f[:2]):
        # "Anna Keller asked Peter Reed about it. He said ...": only one of them can be meant
        other = len(genders) == 1 and {*genders, cast.gender(name_)} == {"f", "m"}
        if subject or not has_subject or other:
            cast.speaking(name_, person=True)
    for called in _summoned(cast, sentence, quoted):
        cast.speaking(called, person=True)


def _named(cast: Cast, sentence: Span, quoted: list[bool]) -> Iterator[_Mention]:
    """The persons that a sentence names; a name that is no person's and a subject is what "it" and "the company" mean next."""
    for name in cast.mentioned(sentence):
        if quoted[name.start_char]:
            continue
        head = name.root.head if name.root.dep_ == "appos" else name.root
        full = cast.person(name.text)
        if cast.human(full):
            if _heads(name, sentence) and not cast.traits.get(full) and cast.gender(full) is None:
                continue  # "La Gazette du Nord": the head of a page
            if name.root.dep_ == "poss" and name.root.head.lower_ in HUMANS:
                continue  # "Karl Adler's son was there. He said ..."
            cast.mentions.append(full)
            yield head.dep_ in SUBJECTS, -_depth(head), full
        elif head.dep_ in SUBJECTS and full not in cast.places:
            cast.heard_of(full)
            cast.thing = full


def _heads(name: Span, sentence: Span) -> bool:
    """Whether a name is all that a sentence has."""
    rest = sentence.doc[name.end : sentence.end]
    return bool(name.start == sentence.start) and all(token.is_space for token in rest)


def _described(cast: Cast, sentence: Span, quoted: list[bool]) -> Iterator[_Mention]:
    """The persons that a sentence introduces without a name: "a man", "two nurses"; by their name when it follows."""
    for token in sentence:
        if token.lower_ in ANYBODY and any(c.lower_ in {"a", "an"} for c in token.lefts):
            cast.descriptions[token.lower_] = token.lower_
        if is_new_person(token) and not quoted[token.idx]:
            told = cast.known(phrase(token).text, token.lower_)
            if told not in cast.names and token.lower_ in AMBIGUOUS_HUMANS:
                continue
            introduced = next((n for n in cast.mentioned(sentence) if equated(token, n)), None)
            yield token.dep_ in SUBJECTS, -_depth(token), cast.person(introduced.text) if introduced else told


def _summoned(cast: Cast, sentence: Span, quoted: list[bool]) -> list[str]:
    """ "The prosecutor called Anna Keller": who is about to speak; not whoever is called a fool, or is not called."""
    verb = sentence.root
    if verb.lemma_ not in _SUMMONS or any(c.dep_ in {"oprd", "neg"} for c in verb.children):
        return []
    mentioned = [name for name in cast.mentioned(sentence) if not quoted[name.start_char]]
    heads = [name.root.head if name.root.dep_ == "appos" else name.root for name in mentioned]
    objects = [n.text for n, head in zip(mentioned, heads, strict=True) if head.dep_ == "dobj" and head.head == verb]
    return [full for full in map(cast.person, objects) if cast.human(full)]


def _note_organisations(cast: Cast, sentence: Span, quoted: list[bool]) -> None:
    """The organisations that a sentence names as its subject, an owner or right after "company": what "the company" means next."""
    for entity in entities_in(sentence):
        called = entity.start and entity[0].nbor(-1).lower_ in COMPANIES | {"utility"}
        told = entity.root.dep_ in SUBJECTS | {"appos", "poss"} or called
        if entity.label_ == "ORG" and entity.root.pos_ == "PROPN" and told:
            cast.heard_of(re.sub(r"^the\s+|['’]s$", "", entity.text, flags=re.I))
            if entity.root.dep_ in SUBJECTS and not quoted[entity.start_char]:
                cast.thing = cast.organisation


def _note_things(cast: Cast, sentence: Span, quoted: list[bool]) -> None:
    """Bodies and writings that a sentence mentions: "the ministry" and "the letter" come back to their fuller names."""
    for token in sentence:
        noun = token.lower_
        if (
            token.pos_ != "NOUN" or noun not in DOCUMENTS | BODIES or phrase(token)[0].pos_ == "ADP"
        ):  # "of which the draft"
            continue
        own = not quoted[token.idx]
        words = ARTICLE.sub("", phrase(token).text)
        if noun in DOCUMENTS and own and (maker := _maker(token, cast)):
            words = belonging(words, maker)
        fuller = cast.descriptions.get(noun)
        if noun in BODIES and token.dep_ in SUBJECTS and own:
            bare = " " not in words
            meant = cast.meant_by(noun) if bare else None
            cast.thing = fuller if fuller and bare else meant or words
        if " " in words and len(words.split()) <= 9:
            cast.descriptions[noun] = fuller = words
        unknown = any(c.lower_ in {"each", "every", "no", "such"} for c in token.children)  # none that "it" can mean
        if noun in DOCUMENTS and not unknown and any(c.dep_ in {"det", "poss"} for c in token.children):
            cast.writing = fuller or words
            if own and _is_told_of(token):
                cast.thing = cast.writing


def _is_told_of(writing: Token) -> bool:
    """Whether "it" means a writing after its sentence; not after "The office denied that a letter existed"."""
    if writing.dep_ == "dobj":
        return not _of_a_body(writing)
    return writing.dep_ == "attr" or (writing.dep_ in SUBJECTS and writing.head.dep_ != "ccomp")


def _of_a_body(writing: Token) -> bool:
    """ "The company denied the report": "it" goes on to mean the company, unless the writing is what it issued."""
    subject = next((c for c in writing.head.children if c.dep_ == "nsubj"), None)
    if subject is None or writing.head.lemma_ in ISSUING_VERBS | {"keep"} or is_named_person(subject):
        return False
    return subject.lower_ in BODIES | {"it"} or subject.ent_type_ in ORGANISATIONS


def _maker(writing: Token, cast: Cast) -> str | None:
    """ "The institute issued a short notice": who wrote, sent or published it, where the sentence says so and its phrase does not."""
    verb = writing.head
    told = any(c.dep_ == "poss" or c.lower_ in {"by", "from", "of"} for c in writing.children)
    new = any(c.lower_ in {"a", "an"} for c in writing.children)
    issued = writing.dep_ == "dobj" and verb.lemma_ in ISSUING_VERBS and not any(c.dep_ == "neg" for c in verb.children)
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if subject is None or told or not (new and issued):
        return None
    if subject.lower_ in PRONOUN_GENDER:
        return cast.pronoun(subject.lower_)
    if subject.pos_ not in {"NOUN", "PROPN"} or subject.lower_ in DOCUMENTS:
        return None
    words = phrase(subject).text
    return cast.person(words) if is_named_person(subject) else ARTICLE.sub("", words)


def _depth(token: Token) -> int:
    return sum(1 for _ in token.ancestors)
