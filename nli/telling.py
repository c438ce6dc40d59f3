"""Reporting in more than a verb and its subject: "was told by", "made it clear that"; and verbs that report nothing: "would not say".

A verb -> whether it does, or the token that heads the speaker's phrase.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token


_TELLING = {
    "answer",
    "comment",
    "confirm",
    "disclose",
    "discuss",
    "elaborate",
    "reply",
    "respond",
    "reveal",
    "say",
    "specify",
}


def teller(verb: Token, has_quote: bool) -> Token | None:
    """ "The workers were told by the foreman that they would stay": whoever tells, behind a passive verb."""
    if verb.lemma_ not in {"assure", "inform", "remind", "tell", "warn"} or _negated(verb):
        return None
    reports = has_quote or any(c.dep_ == "ccomp" for c in verb.children)
    passive = any(c.dep_ == "nsubjpass" for c in verb.children)
    agents = (a for by in verb.children if by.dep_ == "agent" for a in by.children if a.dep_ == "pobj")
    return next(agents, None) if reports and passive else None


def makes_known(verb: Token) -> bool:
    """ "The minister made it clear that he would stay", "The army let it be known that ..." """
    after = [t.lower_ for t in verb.doc[verb.i + 1 : verb.i + 9]]
    made = re.match(r"(?:it )?(?:abundantly |quite |very )?(?:clear|known|plain)\b", " ".join(after))
    known = after[:3] == ["it", "be", "known"]
    said = (verb.lemma_ == "make" and made) or (verb.lemma_ == "let" and known)
    return "that" in after and bool(said) and not _negated(verb)


def kept_back(verb: Token) -> bool:
    """ "The ministry did not say how many", "He would not say": the reporter tells that nothing was said; but not "could not say"."""
    unwilling = verb.dep_ == "xcomp" and verb.head.lemma_ in {"go", "intend", "plan"} and _negated(verb.head)
    unable = any(c.lower_ in {"ca", "can", "could"} for c in verb.children)
    return verb.lemma_ in _TELLING and (unwilling or (_negated(verb) and not unable))


def denied(subject: Token) -> bool:
    """ "Neither side has announced a date": nobody speaks."""
    words = {subject.lower_, *(c.lower_ for c in subject.children)}
    return bool(words & {"neither", "nobody", "none", "no"})


def _negated(verb: Token) -> bool:
    return any(c.dep_ == "neg" and c.i < verb.i for c in verb.children)
