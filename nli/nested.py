"""Reports within reports: "Anna Keller said that Peter Reed had told her the bridge was shut" passes on what Reed said."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import TYPE_CHECKING

from nli.cast import Cast
from nli.lexicon import NEEDS_CLAUSE
from nli.naming import name

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

Reports = Callable[["Token"], "Token | None"]  # a verb -> the subject that it makes a speaker, if any


def passed_on(speaker: Token, sentence: Span, quoted: list[bool], cast: Cast, reports: Reports) -> str | None:
    """Whose words the sentence's speaker passes on: the subject of a reporting verb inside what is reported. Pronouns are left
    out, as "she said that she had told them" passes on nobody's."""
    outer = speaker.head
    aside = outer.lower_ == "to" and outer.head.lower_ == "according"
    if aside:
        outer = outer.head.head
    for verb in (t for t in sentence if not quoted[t.idx]):
        inside = (aside and verb == outer) or (verb != outer and _reported(verb, outer))
        subject = reports(verb) if inside and _reports_something(verb) else None
        if subject is None or subject.pos_ == "PRON" or subject == speaker:
            continue
        if (found := name(subject, cast.rehearsal())) and not found.pronoun:
            return found.speaker
    return None


def _reports_something(verb: Token) -> bool:
    """Not "police said the driver called an ambulance", "Kerry said Iran wants talks"."""
    return verb.lemma_ not in NEEDS_CLAUSE or any(c.dep_ == "ccomp" for c in verb.children)


def _reported(verb: Token, outer: Token) -> bool:
    """Whether a verb stands in a clause that the outer one reports."""
    if not outer.is_ancestor(verb):
        return False
    below = [verb, *takewhile(lambda t: t != outer, verb.ancestors)]
    apart = any(t.text == ";" for t in verb.doc[min(verb.i, outer.i) : max(verb.i, outer.i)])
    return any(t.dep_ == "ccomp" for t in below) and not apart
