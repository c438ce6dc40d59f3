"""Somebody without a name whom a pronoun can mean next: "a loadmaster", "the guard, who has a flask"."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from nli.gender import of_noun
from nli.lexicon import HUMANS
from nli.names import is_person
from nli.parsed import SUBJECTS, entities

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


def is_new_person(token: Token) -> bool:
    """ "a loadmaster", "the guard, who has a flask": somebody without a name whom the next "he" can mean."""
    if token.pos_ != "NOUN" or not (token.lower_ in HUMANS or of_noun(token.lower_)):
        return False
    opens = token.i - token.sent.start == 1 and token.nbor(-1).lower_ in {"a", "an"} and token.tag_ == "NN"
    opens = opens and token.dep_ not in {"compound", "poss"}
    main = opens or (token.dep_ in SUBJECTS and token.head.dep_ == "ROOT")
    found = token.dep_ == "dobj" and token.head.lemma_ in {"find", "meet", "visit"}
    if not (main or found) or any(is_person(e) for e in _near(token)):
        return False
    return any(c.dep_ == "det" and c.lower_ in {"a", "an", "the", "one"} for c in token.children)


def equated(subject: Token, name: Span) -> bool:
    """ "The last witness was Anna Keller.", "Anna Keller, a nurse, had seen it.": the subject and the name are the same person."""
    beside = name.end < len(name.doc) and name.doc[name.end].text == "," and subject.left_edge.i == name.end + 1
    if beside and name.start == name.sent.start:
        return True
    attributes = {c.i for c in subject.head.children if c.dep_ == "attr"} if subject.head.lemma_ == "be" else set()
    return name.root.i in attributes


def _near(token: Token) -> list[Span]:
    """Entities inside the phrase of a noun: "the chairman, Festus Walsh", "spokeswoman Anna Keller"."""
    inside = {t.i for t in token.subtree}
    after = list(takewhile(lambda t: t.pos_ not in {"VERB", "AUX", "PRON"}, token.doc[token.i + 1 : token.i + 9]))
    comma = next((t.i for t in after if t.text == ","), None)
    return [
        e
        for e in entities(token.doc)
        if (e.root.i in inside and e.root.dep_ in {"appos", "compound"})
        or (comma is not None and 1 <= e.start - comma <= 3 and e.start <= after[-1].i)
    ]
