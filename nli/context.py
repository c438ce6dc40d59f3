"""Claims that lean on the sentence before them, and the words that hold them up.

"Three hours," he said. says nothing alone. Such a claim is given what precedes it, in square brackets as editors do:
[She was questioned about the missing ledger on Friday.] Peter Vance: “Three hours.”
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.parsed import SUBJECTS, TENSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Span, Token

_BRACKETS = re.compile(r"^\[[^\]]+\] (?=\S)")
ENOUGH, MOST = 8, 32  # words of context: sentences are taken until there are enough, and cut at the most
_ANAPHORS = {"it", "they", "them", "he", "she", "him", "her", "this", "that", "these", "those", "one", "ones"}
_POINTERS = {"there", "here", "then", "so", "both", "neither", "none", "either", "others", "another", "such"}
_ARGUMENTS = {"nsubj", "nsubjpass", "dobj", "pobj", "attr", "conj", "ROOT"}


def leans(sentence: Span, named: tuple[int, int], *, opens: bool) -> bool:
    """Whether a sentence cannot be understood alone: it points to something said before, or holds next to nothing.

    `named`: the characters of the parsed text that name its speaker; they say nothing of the matter. `opens`: the sentence
    opens its paragraph, where "the ledger" seldom means the one of the sentence before.
    """
    said = [t for t in sentence if not named[0] <= t.idx < named[1]]
    things = [t for t in said if t.pos_ in {"NOUN", "PROPN"}]
    if len(things) < 2 or not any(t.tag_ in TENSED for t in said):
        return True
    first = min(t.i for t in things)
    if any(_points_back(t) and (t.i < first or _leads(t)) for t in said):
        return True
    return not opens and len(things) <= 3 and any(map(_bare_definite, things))


def _points_back(token: Token) -> bool:
    if token.lower_ in _ANAPHORS:
        return token.pos_ == "PRON" and token.dep_ in _ARGUMENTS
    return token.lower_ in _POINTERS and token.dep_ in _ARGUMENTS | {"advmod"}


def _leads(token: Token) -> bool:
    """A thing unnamed as the subject of the main clause, or of what somebody is reported to have said."""
    thing = token.lower_ not in {"he", "she", "him", "her"}
    return thing and token.dep_ in SUBJECTS and token.head.dep_ in {"ROOT", "ccomp"}


def _bare_definite(token: Token) -> bool:
    """ "the ledger", "that night": a definite subject or object that nothing describes."""
    children = list(token.children)
    definite = any(c.lower_ in {"the", "that", "this", "those", "these"} and c.dep_ == "det" for c in children)
    return definite and len(children) == 1 and token.pos_ == "NOUN" and token.dep_ in {"nsubj", "nsubjpass", "dobj"}


def preceding(texts: Sequence[str]) -> str:
    """The last of the sentences before a claim, as many as give it something to stand on."""
    words: list[str] = []
    for text in reversed(texts):
        words = text.split() + words
        if len(words) >= ENOUGH:
            break
    return " ".join(words) if len(words) <= MOST else "… " + " ".join(words[-MOST:])


def bare(text: str) -> str:
    """A claim without its context: for models that were not trained with it."""
    return _BRACKETS.sub("", text)
